import { flowHash } from '../../domain/flow-hash.js';
import type { IpAddress } from '../../domain/ip.js';
import type { PacketFate, VipCounters } from '../lb/flow-table.js';
import type { LbState } from '../lb/lb-state.js';
import { destinationText, type Flow, flowText, type Packet, packetOf } from './flow.js';
import { forward, type Journey } from './forward.js';
import { StatisticsBatch } from './statistics-batch.js';

export interface SendOptions {
  readonly flows: readonly Flow[];
  /** What the flows are listed under. Default: protocol, address and port that each goes to. */
  readonly name?: string;
  /** One round of all flows after the other. Default 1. */
  readonly packetsPerFlow?: number;
  /** Length of each packet from its IP header on. Default 60. */
  readonly bytes?: number;
}

/** What is known of a flow that packets were sent for. */
export interface FlowRecord {
  readonly flow: Flow;
  /** What it is listed under. */
  readonly name: string;
  /** Where its last packet went; null: it was dropped, or nobody was there to forward it. */
  readonly server: IpAddress | null;
  /** How often a packet of it went to another server than the one before it that went to any. */
  readonly moves: number;
  /** The server before the last move. */
  readonly movedFrom: IpAddress | null;
  readonly packets: number;
  readonly lost: number;
}

/** What one send did. */
export interface SendReport {
  /** In the order of the flows asked for. */
  readonly flows: readonly FlowRecord[];
  /** Flows that this send moved to another server. */
  readonly moved: readonly FlowRecord[];
  readonly packets: number;
  readonly lost: number;
  /** How the VIPs counted the packets; one that passes several VIPs counts in each. */
  readonly counted: VipCounters;
}

type MutableRecord = { -readonly [Key in keyof FlowRecord]: FlowRecord[Key] } & {
  /** The last server that was one. */
  lastServer: IpAddress | null;
};

const DEFAULT_BYTES = 60;
/** Flows beyond so many push out the ones that are known for longest. */
const FLOWS_MAX = 200_000;

/** The clients of all VIPs: sends packets into VPP, and remembers which flow went where. */
export class PacketGenerator {
  readonly #lb: () => LbState | null;
  readonly #records = new Map<string, MutableRecord>();

  /** `lb` gives the plugin that runs at the moment; null: VPP is down, and every packet is lost. */
  constructor(lb: () => LbState | null) {
    this.#lb = lb;
  }

  /** Sends packets, all at the same moment. Throws SimulatedCrash when VPP dies of one. */
  send({ flows, name, packetsPerFlow = 1, bytes = DEFAULT_BYTES }: SendOptions): SendReport {
    const sent = flows.map((flow) => ({
      record: this.#recordOf(flow, name ?? destinationText(flow)),
      packet: packetOf(flow, bytes),
    }));
    const movesBefore = sent.map(({ record }) => record.moves);
    const counted: Record<PacketFate, number> = { next: 0, first: 0, untracked: 0, noServer: 0 };
    let lost = 0;
    const lb = this.#lb();
    const statistics = new StatisticsBatch();
    try {
      for (let round = 0; round < packetsPerFlow; round++) {
        for (const { record, packet } of sent) {
          const { hops, server } =
            lb === null ? nowhere : forward(lb, statistics, threadOf(lb, packet), packet);
          for (const { fate } of hops) counted[fate]++;
          if (server === null) lost++;
          note(record, server?.text ?? null);
        }
      }
    } finally {
      if (lb !== null) statistics.flush(lb.statistics);
    }
    const records = sent.map(({ record }) => ({ ...record }));
    return {
      flows: records,
      moved: records.filter(({ moves }, i) => moves > (movesBefore[i] ?? 0)),
      packets: flows.length * packetsPerFlow,
      lost,
      counted,
    };
  }

  /** Every flow that packets were sent for, the longest known first. */
  flows(): readonly FlowRecord[] {
    return [...this.#records.values()].map((record) => ({ ...record }));
  }

  /** Forgets all flows. VPP does not. */
  forget(): void {
    this.#records.clear();
  }

  #recordOf(flow: Flow, name: string): MutableRecord {
    const key = flowText(flow);
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    if (this.#records.size >= FLOWS_MAX) {
      for (const oldest of this.#records.keys()) {
        this.#records.delete(oldest);
        break;
      }
    }
    const fresh = {
      flow,
      name,
      server: null,
      lastServer: null,
      moves: 0,
      movedFrom: null,
      packets: 0,
      lost: 0,
    };
    this.#records.set(key, fresh);
    return fresh;
  }
}

const nowhere: Journey = { hops: [], server: null };

/** Network cards spread flows over the workers by a hash of their own. */
export function threadOf(lb: LbState, packet: Packet): number {
  const workers = lb.flowTable.threadCount - 1;
  return workers === 0 ? 0 : 1 + ((flowHash(packet, false) >>> 8) % workers);
}

function note(record: MutableRecord, server: IpAddress | null): void {
  record.packets++;
  record.server = server;
  if (server === null) {
    record.lost++;
    return;
  }
  if (record.lastServer !== null && record.lastServer !== server) {
    record.moves++;
    record.movedFrom = record.lastServer;
  }
  record.lastServer = server;
}
