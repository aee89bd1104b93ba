import type { IpAddress } from '../../domain/ip.js';
import { type Flow, packetOf } from '../flow/flow.js';
import { forward } from '../flow/forward.js';
import { threadOf } from '../flow/packet-generator.js';
import { StatisticsBatch } from '../flow/statistics-batch.js';
import { SimulatedCrash } from '../lb/crash.js';
import type { LbState } from '../lb/lb-state.js';
import { isNat } from '../lb/vip-type.js';
import { placeText } from './listen-points.js';

/** Whom a packet went to. */
export interface Destination {
  readonly address: IpAddress;
  readonly port: number;
}

/** How long a whole packet of TCP is on Ethernet, and one that carries nothing, in bytes from the IP header on. */
export const FULL_PACKET = 1500;
export const EMPTY_PACKET = 40;

/** The packets that real clients send through a simulated VPP. */
export class LivePackets {
  readonly #lb: () => LbState | null;
  readonly #onCrash: (crash: SimulatedCrash) => void;

  /** `lb` gives the plugin that runs now, or null; `onCrash` is told when VPP dies of a packet. */
  constructor(lb: () => LbState | null, onCrash: (crash: SimulatedCrash) => void) {
    this.#lb = lb;
    this.#onCrash = onCrash;
  }

  /**
   * Passes packets of a flow, each of them counted, remembered and sent where VPP's table has it. Whom the last one went to;
   * null: it was dropped.
   */
  pass(flow: Flow, packetBytes: number, packets = 1): Destination | null {
    const lb = this.#lb();
    if (lb === null) return null;
    const packet = packetOf(flow, packetBytes);
    const statistics = new StatisticsBatch();
    const thread = threadOf(lb, packet);
    let destination: Destination | null = null;
    try {
      for (let i = 0; i < packets; i++) {
        const { hops, server } = forward(lb, statistics, thread, packet);
        const last = lb.vips.get(hops.at(-1)?.vipIndex ?? 0);
        const port = last !== undefined && isNat(last.type) ? last.targetPort : flow.destinationPort;
        destination = server === null ? null : { address: server.text, port };
      }
      return destination;
    } catch (thrown) {
      if (!(thrown instanceof SimulatedCrash)) throw thrown;
      this.#onCrash(thrown);
      return null;
    } finally {
      statistics.flush(lb.statistics);
    }
  }
}

export function sameDestination(a: Destination, b: Destination): boolean {
  return a.address === b.address && a.port === b.port;
}

/** `198.51.100.11:443` */
export function destinationText({ address, port }: Destination): string {
  return placeText(address, port);
}
