import type { ProbeResult } from '../domain/probe-result.js';
import type { DescriptorLedger } from '../linux/descriptor.js';
import type { Reactor } from '../linux/reactor.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { Pace } from './pace.js';
import type { Pinger } from './pinger.js';
import type { Trust } from './trust.js';

/** What a probe finds around it: one of these a thread, but for what is said to be the target's. */
export interface Surroundings {
  readonly clock: Clock;
  readonly pinger: Pinger;
  /** Looks after what the pinger and the reactor wait for. */
  readonly pace: Pace;
  /** Connections by bare descriptors; null = where Linux cannot be asked directly, by sockets of Node. */
  readonly reactor: Reactor | null;
  readonly ledger: DescriptorLedger;
  /**
   * Does work for the target. As long as it lasts, the target is known outside of this thread, so that it can be told
   * what a thread has died of. Does nothing else.
   */
  readonly onItsBehalf: (work: () => void) => void;
  readonly trust: Trust;
}

/** A probe of one target, ready to be run any number of times. */
export interface Probe {
  /** One line for logs, as `GET http://192.0.2.1:80/ expecting 200 within 1s`. */
  readonly description: string;
  /** Runs it once. `done` is called exactly once, later, unless the probe is cancelled before. */
  readonly run: (around: Surroundings, done: (result: ProbeResult) => void) => Cancel;
  /** Lets go of what it keeps between two runs. It can be run again. Absent: it keeps nothing. */
  readonly close?: () => void;
}
