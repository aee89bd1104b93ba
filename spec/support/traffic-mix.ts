import type { StickyRoom, StickyTraffic } from '../../domain/sticky-forecast.js';
import { SeededRandom } from '../../sim/random.js';
import { LbBench, vipAt } from './lb-bench.js';

/** Clients of one VIP that come and go at random. */
export interface TrafficMix extends StickyRoom {
  /** Flows that would be in each bucket of each thread if there were room for all. */
  readonly offered: number;
  /** Seconds that a flow lasts on average; how long each does is spread as chance has it. */
  readonly duration: number;
  /** Of a flow that lasts for its average. No more than the timeout lies between two of them. */
  readonly packets: number;
  /** Flows that begin while it is counted. */
  readonly flows: number;
}

/** What came of it: VPP's counters, and the share of the flows whose first packet found no room. */
export interface MixResult {
  readonly traffic: StickyTraffic;
  readonly truth: number;
}

const VIP = 1;
const SERVER = 1;

/** A random mix: of flows that are short beside the timeout, or of longer ones. */
export function randomMix(seed: number, kind: 'short' | 'long', flows: number): TrafficMix {
  const random = new SeededRandom(seed);
  const between = (low: number, high: number) => low + ((high - low) * random.below(10_001)) / 10_000;
  const flowTimeout = [10, 20, 40][random.below(3)] ?? 40;
  const duration = flowTimeout * (kind === 'short' ? between(0, 0.1) : between(0.1, 3));
  const fewest = Math.ceil((4 * duration) / flowTimeout);
  return {
    flowTimeout,
    duration,
    packets: duration === 0 ? 1 : Math.max(1, fewest) + random.below(12),
    bucketsPerThread: 2 ** (6 + random.below(3)),
    threads: 1 + random.below(3),
    offered: between(0.8, 3),
    flows,
  };
}

/** Runs the mix through the simulator's table of known flows until it is in balance, and then counts. */
export function runMix(mix: TrafficMix, seed: number): MixResult {
  const { bucketsPerThread, threads, flowTimeout, duration, offered, flows } = mix;
  const bench = new LbBench({ workers: threads - 1 });
  const { ip4Source, ip6Source } = bench.lb.state.config;
  bench.lb.configure({ ip4Source, ip6Source, bucketsPerThread, flowTimeout });
  bench.addVip(vipAt('192.0.2.1'));
  bench.add(vipAt('192.0.2.1'), '10.0.0.1');
  const rate = (offered * bucketsPerThread * threads) / (flowTimeout - 0.5 + duration);
  const warm = 2 * flowTimeout + 5 * duration;
  const seconds = flows / rate;
  const { times, flow, first } = packetsOf(mix, seed, rate, warm + seconds);
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  const table = bench.lb.state.flowTable;
  const hashes = new SeededRandom(seed + 1);
  const hashOf = Uint32Array.from({ length: (flow.at(-1) ?? 0) + 1 }, () => hashes.u32());
  let before = table.counters(VIP);
  let counting = false;
  let begun = 0;
  let blocked = 0;
  for (const at of order) {
    const time = times[at] ?? 0;
    if (!counting && time >= warm) {
      counting = true;
      before = table.counters(VIP);
    }
    bench.now = time;
    const hash = hashOf[flow[at] ?? 0] ?? 0;
    const { fate } = table.pass((hash >>> 16) % threads, VIP, hash, SERVER);
    if (!counting || !first[at]) continue;
    begun++;
    if (fate === 'untracked') blocked++;
  }
  const now = table.counters(VIP);
  const traffic = {
    seconds,
    next: now.next - before.next,
    first: now.first - before.first,
    untracked: now.untracked - before.untracked,
  };
  return { traffic, truth: blocked / begun };
}

interface Packets {
  readonly times: number[];
  readonly flow: number[];
  /** Is it the first packet of its flow? */
  readonly first: boolean[];
}

function packetsOf({ duration, packets }: TrafficMix, seed: number, rate: number, until: number): Packets {
  const random = new SeededRandom(seed);
  const exponential = (mean: number) => -mean * Math.log(1 - random.u32() / 0x100000000);
  const result: Packets = { times: [], flow: [], first: [] };
  let number = 0;
  for (let start = exponential(1 / rate); start < until; start += exponential(1 / rate)) {
    const lasts = duration * (0.5 + random.u32() / 0x100000000);
    const count = Math.max(1, Math.round((packets * lasts) / (duration || 1)));
    for (let packet = 0; packet < count; packet++) {
      const time = start + (count === 1 ? 0 : (lasts * packet) / (count - 1));
      if (time >= until) break;
      result.times.push(time);
      result.flow.push(number);
      result.first.push(packet === 0);
    }
    number++;
  }
  return result;
}
