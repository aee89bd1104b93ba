import { differencesBetween, type VipDifference } from '../domain/compare-tables.js';
import { MaglevError } from '../domain/errors.js';
import { type IpAddress, type IpPrefix, parseIp, parsePrefix } from '../domain/ip.js';
import { PROTOCOL_ANY, PROTOCOL_TCP, PROTOCOL_UDP, type VipState } from '../domain/lb.js';
import { thousands } from '../domain/text.js';
import type { VPPLBState, VPPLBVIP } from '../rpc/generated/maglev.js';
import type { Command, Outcome } from './command.js';
import { askDebts, type Debts } from './debt-text.js';
import { type Line, label, plain } from './text.js';

export const compareCommands: readonly Command[] = [
  {
    usage: 'compare <server> [<other>]',
    slots: { server: 'server', other: 'server' },
    json: 'an object with `digests` of both, and `differences`: a list of objects with `vip`, `what`, `moved` and `flows`',
    help: 'whether two load balancers send flows to the same servers: of --server and this one, or of these two',
    run: async ({ client, connect }, { server = '', other }) => {
      const [first, second] = await Promise.all(
        other === undefined ? [client(), connect(server)] : [connect(server), connect(other)],
      );
      const [one, two, debts] = await Promise.all([
        first.getLbState(),
        second.getLbState(),
        askDebts({ client: async () => first }),
      ]);
      return compared(one, two, flowsIn(debts));
    },
  },
];

/** How many flows each VIP has at the first one, by VIP; empty = it does not tell. */
function flowsIn({ debts }: Debts): ReadonlyMap<string, number> {
  return new Map(debts.map(({ prefix, protocol, port, flows }) => [`${prefix},${protocol},${port}`, flows]));
}

function compared(first: VPPLBState, second: VPPLBState, flows: ReadonlyMap<string, number>): Outcome {
  const differences = differencesBetween(first.vips.map(vipOf), second.vips.map(vipOf));
  const counted = differences.map((one) => ({ ...one, flows: flows.get(one.vip) }));
  const json = { digests: [first.digest, second.digest], differences: counted };
  if (differences.length === 0) {
    return { text: [[plain(`equal: digest ${first.digest}`)]], json, failure: null };
  }
  const count = differences.length === 1 ? '1 VIP differs' : `${differences.length} VIPs differ`;
  const message = `${count}: digests ${first.digest} and ${second.digest}`;
  return { text: counted.flatMap(lines), json, failure: { code: 'MGL_VPPS_DIFFER', message } };
}

function lines({ vip, what, moved, flows }: VipDifference & { readonly flows: number | undefined }): Line[] {
  const count =
    flows === undefined ? '' : `, about ${thousands(Math.round((moved ?? 1) * flows))} of the first`;
  const cost =
    moved === null
      ? `every flow would be lost on one of them${count}`
      : `${(moved * 100).toFixed(1)}% of its flows would change their server${count}`;
  return [
    [label('vip'), plain(` ${vip}`)],
    ...what.map((one): Line => [plain(`  ${one}`)]),
    [plain(`  ${cost}`)],
  ];
}

function vipOf(vip: VPPLBVIP): VipState {
  return {
    key: { prefix: prefixOf(vip.prefix), protocol: protocolOf(vip.protocol), port: vip.port },
    encap: encaps.find((encap) => encap === vip.encap) ?? 'unknown',
    tableLength: { value: vip.flowTableLength, exact: vip.flowTableLengthExact },
    srcIpSticky: vip.srcIpSticky ?? null,
    ases: vip.applicationServers.map(({ address, weight, numBuckets }) => {
      return { address: addressOf(address), weight, buckets: numBuckets };
    }),
  };
}

const encaps = ['gre4', 'gre6', 'l3dsr', 'nat4', 'nat6'] as const;
const protocols: Readonly<Record<string, number>> = {
  tcp: PROTOCOL_TCP,
  udp: PROTOCOL_UDP,
  any: PROTOCOL_ANY,
};

function protocolOf(text: string): number {
  return protocols[text] ?? Number(text);
}

function prefixOf(text: string): IpPrefix {
  return parsePrefix(text) ?? strange(text);
}

function addressOf(text: string): IpAddress {
  return parseIp(text) ?? strange(text);
}

function strange(text: string): never {
  throw new MaglevError('MGL_SERVER_UNSUPPORTED', `maglevd names '${text}', which is no address`);
}
