import type { Clock } from '../../protocol/clock.js';
import { SimulatedCrash } from '../lb/crash.js';
import type { LbState } from '../lb/lb-state.js';
import { type FlowRecord, PacketGenerator, type SendReport } from './packet-generator.js';
import { sendOptionsOf, type TrafficRequest } from './traffic-request.js';
import { TrafficStreams } from './traffic-streams.js';

/** The clients of a simulated VPP. They outlive it, and know which server each of their flows went to. */
export class Packets {
  readonly #generator: PacketGenerator;
  readonly #streams: TrafficStreams;
  readonly #onCrash: (crash: SimulatedCrash) => void;

  /** `lb` gives the plugin that runs now, or null; `onCrash` is told when VPP dies of a packet. */
  constructor(lb: () => LbState | null, clock: Clock, onCrash: (crash: SimulatedCrash) => void) {
    this.#generator = new PacketGenerator(lb);
    this.#onCrash = onCrash;
    this.#streams = new TrafficStreams(this.#generator, clock, onCrash);
  }

  /** Sends packets, all at this moment. Throws MGL_USAGE, and SimulatedCrash when VPP dies of one. */
  send(request: TrafficRequest): SendReport {
    try {
      return this.#generator.send(sendOptionsOf(request));
    } catch (thrown) {
      if (thrown instanceof SimulatedCrash) this.#onCrash(thrown);
      throw thrown;
    }
  }

  /** Sends packets now and then every so many milliseconds, until `stop`. Throws as `send` does. */
  keepSending(request: TrafficRequest, everyMs: number): SendReport {
    const options = sendOptionsOf(request);
    const report = this.send(options);
    this.#streams.start({ name: options.name ?? 'flows', everyMs, send: options });
    return report;
  }

  /** What is being sent again and again. */
  streams(): ReturnType<TrafficStreams['list']> {
    return this.#streams.list();
  }

  /** Nothing is sent again and again any more. */
  stop(): void {
    this.#streams.stop();
  }

  /** Every flow that packets were sent for. */
  flows(): readonly FlowRecord[] {
    return this.#generator.flows();
  }

  /** Forgets all flows, and so what moved. VPP's own table does not change. */
  forget(): void {
    this.#generator.forget();
  }
}
