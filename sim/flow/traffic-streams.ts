import type { Cancel, Clock } from '../../protocol/clock.js';
import { SimulatedCrash } from '../lb/crash.js';
import type { PacketGenerator, SendOptions } from './packet-generator.js';

/** Packets that are sent again and again. */
export interface TrafficStream {
  /** What it is called in a list. */
  readonly name: string;
  readonly everyMs: number;
  readonly send: SendOptions;
}

interface Running {
  readonly stream: TrafficStream;
  cancel: Cancel;
  rounds: number;
}

/** Keeps clients talking: a round of packets of every flow, then a pause, until it is stopped. */
export class TrafficStreams {
  readonly #generator: PacketGenerator;
  readonly #clock: Clock;
  readonly #onCrash: (crash: SimulatedCrash) => void;
  #running: Running[] = [];

  /** `onCrash` is told when VPP dies of a packet. Streams go on: clients do not know. */
  constructor(generator: PacketGenerator, clock: Clock, onCrash: (crash: SimulatedCrash) => void) {
    this.#generator = generator;
    this.#clock = clock;
    this.#onCrash = onCrash;
  }

  /** The first round is sent `everyMs` from now. */
  start(stream: TrafficStream): void {
    const running: Running = { stream, rounds: 0, cancel: () => undefined };
    this.#running.push(running);
    this.#schedule(running);
  }

  /** Name and rounds so far of each. */
  list(): readonly { readonly stream: TrafficStream; readonly rounds: number }[] {
    return this.#running.map(({ stream, rounds }) => ({ stream, rounds }));
  }

  stop(): void {
    for (const { cancel } of this.#running) cancel();
    this.#running = [];
  }

  #schedule(running: Running): void {
    running.cancel = this.#clock.schedule(running.stream.everyMs, () => {
      this.#schedule(running);
      running.rounds++;
      try {
        this.#generator.send(running.stream.send);
      } catch (thrown) {
        if (!(thrown instanceof SimulatedCrash)) throw thrown;
        this.#onCrash(thrown);
      }
    });
  }
}
