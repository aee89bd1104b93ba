import { hasPorts } from '../../domain/flow-hash.js';
import {
  type IpAddress,
  type IpPrefix,
  ipBytes,
  ipFamily,
  ipFromBytes,
  prefixAddress,
  prefixLength,
} from '../../domain/ip.js';
import { SeededRandom } from '../random.js';
import type { Flow } from './flow.js';

/** Flows that a seed stands for. */
export interface FlowRecipe {
  /** Each flow goes to one address of it. */
  readonly to: IpPrefix;
  readonly protocol: number;
  /** Ignored for protocols without ports. */
  readonly port: number;
  readonly count: number;
  /** The same seed gives the same clients. */
  readonly seed: number;
}

/** Networks set aside for measuring (RFC 2544, RFC 5180): nobody lives there. */
const CLIENTS_4 = { bytes: [198, 18, 0, 0], length: 15 };
const CLIENTS_6 = { bytes: [0x20, 0x01, 0, 2, ...new Array<number>(12).fill(0)], length: 48 };
const FIRST_PORT = 1024;

/** `count` flows, all different, of clients that look like the many that a load balancer sees. */
export function generateFlows({ to, protocol, port, count, seed }: FlowRecipe): Flow[] {
  const random = new SeededRandom(seed);
  const ports = hasPorts(protocol);
  const clients = ipFamily(to) === 4 ? CLIENTS_4 : CLIENTS_6;
  const seen = new Set<string>();
  const flows: Flow[] = [];
  while (flows.length < count) {
    const source = addressIn(random, Uint8Array.from(clients.bytes), clients.length);
    const sourcePort = ports ? FIRST_PORT + random.below(65_536 - FIRST_PORT) : 0;
    const key = `${source} ${sourcePort}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const destination = addressIn(random, ipBytes(prefixAddress(to)), prefixLength(to));
    flows.push({ source, destination, protocol, sourcePort, destinationPort: ports ? port : 0 });
  }
  return flows;
}

/** An address inside a prefix: the bits behind its length are thrown. */
function addressIn(random: SeededRandom, bytes: Uint8Array, length: number): IpAddress {
  for (let i = 0; i < bytes.length; i++) {
    const fixed = Math.min(8, Math.max(0, length - i * 8));
    if (fixed < 8) bytes[i] = (bytes[i] as number) | (random.below(256) & (0xff >> fixed));
  }
  return ipFromBytes(bytes);
}
