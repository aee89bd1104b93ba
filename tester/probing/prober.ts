import type { Outcome } from '../outcome.js';
import type { Vip } from '../vip.js';

/** Whoever was held up for longer, in milliseconds, cannot tell what took long from what it saw late. */
export const HELD_UP_MS = 250;

/** What all probes have in common. */
export interface Asking {
  /** Whom the request names, and whom a certificate must be for; null: the address. */
  readonly host: string | null;
  readonly path: string;
  /** The header in which an answer tells who it is from; in lower case. */
  readonly header: string;
  /** Certificates are not looked at. */
  readonly insecure: boolean;
  /** Connections are used again. */
  readonly keepAlive: boolean;
}

/** A probe under way. */
export interface Flight {
  /** Ends it; nothing comes of it any more. Says how far it had come, as the beginning of a sentence. */
  readonly abandon: () => string;
}

/** Asks a VIP once. `ended` is called once, never during the call, unless the probe is abandoned before. */
export type Probe = (ended: (outcome: Outcome) => void) => Flight;

/** Prepares probes of some kinds. */
export interface Prober {
  readonly prepare: (vip: Vip) => Probe;
  /** Some probes were begun: what has come of them already is looked at. */
  readonly look: () => void;
  readonly close: () => void;
}

export const stage = {
  connecting: 'no connection',
  handshake: 'no TLS handshake',
  asked: 'no answer',
  answering: 'no whole answer',
} as const;
