import type { Judgement, Peer, Role } from '../domain/access.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import type { Served } from './served.js';

/** What is told of one call that was refused. */
export interface Refusal {
  readonly judgement: Omit<Extract<Judgement, { allowed: false }>, 'kind'> & {
    /** origin: a browser made it for a page that is not ours. */
    readonly kind: 'unknown' | 'denied' | 'origin';
  };
  readonly peer: Peer;
  readonly via: Served;
  readonly method: string;
  readonly needs: Role;
}

/** Whoever is refused again within this time is counted, and told of when it is over. */
const WINDOW_MS = 60_000;
/** Origins that are told apart at once. */
const MAX_ORIGINS = 1000;

interface Window {
  last: Refusal;
  untold: number;
  readonly forget: Cancel;
}

/**
 * Tells of refused calls: the first of each origin at once, those that follow within a minute as one number. Nobody can
 * flood the log by knocking, and nobody can hide behind the knocking of others, unless more than a thousand knock.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  tell(refusal: Refusal): void {
    const origin = originOf(refusal);
    const key = this.#windows.has(origin) || this.#windows.size < MAX_ORIGINS ? origin : 'others';
    const open = this.#windows.get(key);
    if (open !== undefined) {
      open.last = refusal;
      open.untold++;
      return;
    }
    const forget = this.#clock.schedule(WINDOW_MS, () => this.#close(key));
    this.#windows.set(key, { last: refusal, untold: 0, forget });
    this.#log.log('warn', 'access-refused', fieldsOf(refusal));
  }

  /** Tells at once what is counted only. */
  end(): void {
    for (const [key, { forget }] of [...this.#windows]) {
      forget();
      this.#close(key);
    }
  }

  #close(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window === undefined || window.untold === 0) return;
    this.#log.log('warn', 'access-refused', { ...fieldsOf(window.last), count: window.untold });
  }
}

/** Who it was, or from which machine: a port is new for every connection. */
function originOf({ judgement, peer }: Refusal): string {
  return judgement.known
    ? judgement.who
    : peer.uid !== null
      ? `uid:${peer.uid}`
      : peer.address.replace(/:\d+$/, '');
}

function fieldsOf({ judgement, peer, via, method, needs }: Refusal) {
  const { who, role, kind, why } = judgement;
  return { who, role, peer: peer.address, door: peer.door, via, method, needs, kind, why };
}
