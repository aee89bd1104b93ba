import { MaglevError } from '../../domain/errors.js';
import { hasPorts } from '../../domain/flow-hash.js';
import { hostPrefix, type IpPrefix, parseIp, parsePrefix } from '../../domain/ip.js';
import { parseProtocol } from './flow.js';
import { generateFlows } from './generated-flows.js';
import type { SendOptions } from './packet-generator.js';

/** Traffic of clients that are made up from a seed. */
export interface GeneratedTraffic extends Omit<SendOptions, 'flows' | 'name'> {
  /** An address, or a prefix of which each flow takes an address. */
  readonly to: string;
  /** `tcp` (the default), `udp`, `icmp`, `gre` or a number. */
  readonly protocol?: string;
  /** Default 443. */
  readonly port?: number;
  /** The same seed (default 1) gives the same clients. */
  readonly flows: { readonly count: number; readonly seed?: number };
}

/** Packets to send: of flows that are named one by one, or of made-up clients. */
export type TrafficRequest = SendOptions | GeneratedTraffic;

const DEFAULT_PORT = 443;
const DEFAULT_SEED = 1;
const FLOWS_MAX = 200_000;
/** Longer ones would keep the simulator from everything else. */
const PACKETS_MAX = 5_000_000;
const BYTES_MIN = 20;
const BYTES_MAX = 65_535;

/** The flows of a request, and the name they are listed under. Throws MGL_USAGE. */
export function sendOptionsOf(request: TrafficRequest): SendOptions {
  const options = 'to' in request ? generated(request) : request;
  const { packetsPerFlow = 1, bytes = BYTES_MAX } = options;
  if (!within(packetsPerFlow, 1, PACKETS_MAX / Math.max(1, options.flows.length))) {
    throw usage(
      `1 to ${PACKETS_MAX} packets at once, not ${packetsPerFlow} for ${options.flows.length} flows`,
    );
  }
  if (!within(bytes, BYTES_MIN, BYTES_MAX)) throw usage(`${BYTES_MIN} to ${BYTES_MAX} bytes, not ${bytes}`);
  return options;
}

function generated(request: GeneratedTraffic): SendOptions {
  const { to, protocol: named = 'tcp', port = DEFAULT_PORT, flows, ...rest } = request;
  const prefix = prefixOf(to);
  const protocol = parseProtocol(named);
  if (prefix === null) throw usage(`'${to}' is neither an address nor a prefix`);
  if (protocol === null) throw usage(`'${named}' is no protocol`);
  if (!within(port, 0, 0xffff)) throw usage(`${port} is no port`);
  if (!within(flows.count, 1, FLOWS_MAX)) throw usage(`1 to ${FLOWS_MAX} flows, not ${flows.count}`);
  const { count, seed = DEFAULT_SEED } = flows;
  const others = seed === DEFAULT_SEED ? '' : ` seed ${seed}`;
  const name = `${to} ${named}${hasPorts(protocol) ? ` port ${port}` : ''}${others}`;
  return { ...rest, name, flows: generateFlows({ to: prefix, protocol, port, count, seed }) };
}

function prefixOf(text: string): IpPrefix | null {
  const address = parseIp(text);
  return address === null ? parsePrefix(text) : hostPrefix(address);
}

function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function usage(what: string): MaglevError {
  return new MaglevError('MGL_USAGE', `traffic: ${what}`);
}
