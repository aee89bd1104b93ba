import type { ProbeFinding, ProbeResult } from '../domain/probe-result.js';
import { type LocalProbe, LocalThread } from '../probes/engine/local-thread.js';
import type { StartThread } from '../probes/engine/thread-life.js';
import type { ProbeTarget } from '../probes/target.js';
import type { Clock } from '../protocol/clock.js';
import { ProcessClock } from './lab-clock.js';

/** How long a message between two threads is under way, in milliseconds. */
const WAY_MS = 0.02;
/** So often a thread measures how late it is, in milliseconds: a beat costs what a message between actors costs. */
const BEAT_MS = 500;

/** Whoever answers probes. */
export interface Answering {
  /** `asker` is the clock of the thread that asks. */
  readonly probe: (
    target: ProbeTarget,
    asker: Pick<Clock, 'schedule'>,
    ended: (result: ProbeResult) => void,
  ) => LocalProbe;
  /** Why nothing goes out to this server from maglevd's own machine, or has not since then; null = it does. */
  readonly ownWay: (address: string, begunAt: number) => ProbeFinding | null;
}

interface Running {
  readonly thread: LocalThread;
  readonly clock: ProcessClock;
}

/** The threads that one process probes by. They are the engine's own, but for what goes out and comes back. */
export class EngineThreads {
  readonly #clock: ProcessClock;
  readonly #servers: Answering;
  readonly #running = new Set<Running>();
  /** Addresses whose probes are the death of the thread that begins them. */
  readonly #deadly = new Set<string>();
  #begun = 0;

  constructor(clock: ProcessClock, servers: Answering) {
    this.#clock = clock;
    this.#servers = servers;
  }

  readonly start: StartThread = (_name, order, events) => {
    const clock = new ProcessClock(this.#clock, ++this.#begun, () => 0);
    const probe = (target: ProbeTarget, ended: (result: ProbeResult) => void) => {
      if (this.#deadly.has(target.address)) thread.die(`it died of ${target.address}`);
      return this.#servers.probe(target, clock, ended);
    };
    const thread: LocalThread = new LocalThread(
      {
        clock,
        probe,
        ownWay: ({ address }, begunAt) => this.#servers.ownWay(address, begunAt),
        toThread: (run) => clock.schedule(WAY_MS, run),
        toOwner: (run) => this.#clock.schedule(WAY_MS, run),
        beatMs: BEAT_MS,
      },
      order,
      { ...events, lost: (reason) => over(() => events.lost(reason)) },
    );
    const running = { thread, clock };
    const over = (then: () => void) => {
      this.#running.delete(running);
      clock.kill();
      then();
    };
    this.#running.add(running);
    return {
      board: thread.board,
      tell: (step) => thread.tell(step),
      kill: (reason) => thread.kill(reason),
      stop: async () => over(() => void thread.stop()),
    };
  };

  /** All end by themselves. */
  die(): void {
    for (const { thread } of [...this.#running]) thread.die('it was ended by the lab');
  }

  /** All do nothing for so long. */
  hang(ms: number): void {
    for (const { clock } of this.#running) clock.stall(ms);
  }

  /** From now on a probe of this server is the death of the thread, until `acquit`. */
  poison(address: string): void {
    this.#deadly.add(address);
  }

  acquit(address: string): void {
    this.#deadly.delete(address);
  }
}
