import { Writer } from '../../binapi/codec/writer.js';
import { type IpPrefix, parsePrefix } from '../../domain/ip.js';
import type { Clock } from '../../protocol/clock.js';
import { generateFlows } from '../../sim/flow/generated-flows.js';
import { PacketGenerator } from '../../sim/flow/packet-generator.js';
import { SimulatedCrash } from '../../sim/lb/crash.js';
import { vppHandlers } from '../../sim/messages/vpp-handlers.js';
import { SeededRandom } from '../../sim/random.js';
import { Vpp } from '../../sim/vpp.js';
import { deform, scramble } from './mutation.js';
import { sampleRequest } from './requests.js';
import { FuzzFailure, Tally } from './tally.js';

/** Small, so that tables which fit are small as well. */
const HEAP_BYTES = 4 * 1024 * 1024;
/** A VPP that survives is replaced after so many messages, before it is full of VIPs. */
const LIFE = 2_000;
const SLOW_MS = 2_000;

/** Mutated requests to the simulator's handlers and command line, with time, garbage collection and packets between them. */
export function fuzzInside(count: number, seed: number): Tally {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  while (tally.frames < count) oneLife(random, Math.min(LIFE, count - tally.frames), tally);
  return tally;
}

function oneLife(random: SeededRandom, messages: number, tally: Tally): void {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    schedule: () => () => undefined,
    random: () => 0.5,
  };
  const personality = random.below(5) === 0 ? 'legacy' : 'modern';
  const vpp = new Vpp({ clock, personality, pid: 1, heapBytes: HEAP_BYTES, onCrash: () => undefined });
  const handlers = vppHandlers(vpp, () => null).filter(({ request }) => request.name !== 'get_api_json');
  const clients = new PacketGenerator(() => vpp.lb.state);
  try {
    for (let i = 0; i < messages; i++) {
      tally.frames++;
      now += random.below(3_000);
      const begin = performance.now();
      serve(random, handlers, tally);
      if (random.below(50) === 0) vpp.lb.collectGarbage();
      if (random.below(50) === 0) sendPackets(random, clients);
      const took = performance.now() - begin;
      if (took > SLOW_MS) throw new FuzzFailure(`message ${tally.frames} took ${took} ms`);
    }
  } catch (thrown) {
    if (!(thrown instanceof SimulatedCrash))
      throw new FuzzFailure(`message ${tally.frames}`, { cause: thrown });
    tally.countThrown(thrown, '');
  } finally {
    vpp.stop();
  }
}

function serve(random: SeededRandom, handlers: ReturnType<typeof vppHandlers>, tally: Tally): void {
  const { definition, bytes } = sampleRequest(random, () => 1, 0x80000001);
  const handler = handlers.find(({ request }) => request.name === definition.name);
  const message = random.below(8) === 0 ? deform(random, bytes) : scramble(random, bytes, 6);
  if (handler === undefined) {
    tally.count('nobody serves it');
    return;
  }
  if (message.length < handler.request.minSize) {
    tally.count('too short');
    return;
  }
  const served = handler.serve(message, {
    clientIndex: 0x80000001,
    context: 7,
    answer: (answer, fields) => answer.encode(new Writer(), { id: 1, clientIndex: 0, context: 7 }, fields),
  });
  tally.count(served ? 'served' : 'too short');
}

const destinations = ['192.0.2.0/24', '2001:db8::/64', '10.0.0.0/8'].map(
  (text) => parsePrefix(text) as IpPrefix,
);

function sendPackets(random: SeededRandom, clients: PacketGenerator): void {
  const to = destinations[random.below(destinations.length)] as IpPrefix;
  const protocol = [1, 6, 17, 47][random.below(4)] as number;
  const port = [0, 53, 443][random.below(3)] as number;
  clients.send({ flows: generateFlows({ to, protocol, port, count: 4, seed: random.u32() }) });
}
