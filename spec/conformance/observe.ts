import type { AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import { lbAsV2Dump, lbConfGet, lbVipDump } from '../../binapi/generated/lb.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { ipOfWire } from '../../binapi/lb/wire-values.js';
import { compareIps, type IpAddress } from '../../domain/ip.js';
import { type VipText, vipFields } from '../support/lb-requests.js';
import type { RawVppClient } from '../support/raw-vpp-client.js';

const everything: VipText = '::/0 any 0';

/** `prefix protocol port encap length dscp:n srv:hex target:n`. */
export async function vipRows(client: RawVppClient, prefixes: ReadonlySet<string> | null): Promise<string[]> {
  const details = await client.dump(lbVipDump, { ...vipFields(everything), pfxMatcher: { le: 0, ge: 0 } });
  return details
    .filter(({ vip }) => isOneOf(prefixes, vip.pfx))
    .map(({ vip, encap, flowTableLength, dscp, srvType, targetPort }) => {
      const name = ['gre4', 'gre6', 'l3dsr', 'nat4', 'nat6'][encap] ?? encap;
      const rest = `dscp:${dscp} srv:${srvType.toString(16)} target:${targetPort}`;
      return `${prefixText(vip.pfx)} ${vip.protocol} ${vip.port} ${name} ${flowTableLength} ${rest}`;
    });
}

/** `prefix protocol port server flags:n weight:n buckets:n`. */
export async function serverRows(
  client: RawVppClient,
  filter: VipText | null,
  prefixes: ReadonlySet<string> | null,
): Promise<string[]> {
  const details = await client.dump(lbAsV2Dump, vipFields(filter ?? everything));
  return details
    .filter(({ vip }) => isOneOf(prefixes, vip.pfx))
    .map(({ vip, appSrv, flags, weight, numBuckets }) => {
      const key = `${prefixText(vip.pfx)} ${vip.protocol} ${vip.port}`;
      return `${key} ${ipOfWire(appSrv)} flags:${flags} weight:${weight} buckets:${numBuckets}`;
    });
}

/** Buckets of the servers of a VIP in use, in the order of their addresses; equal ones in a row are counted. */
export async function bucketText(client: RawVppClient, vip: VipText): Promise<string> {
  const { pfx, protocol, port } = vipFields(vip);
  const rows = (await client.dump(lbAsV2Dump, vipFields(everything)))
    .filter((row) => row.flags === 1 && row.vip.port === port && row.vip.protocol === protocol)
    .filter((row) => prefixText(row.vip.pfx) === prefixText(pfx))
    .map((row) => ({ address: ipOfWire(row.appSrv) as IpAddress, count: row.numBuckets }))
    .sort((a, b) => compareIps(a.address, b.address));
  const runs: { count: number; times: number }[] = [];
  for (const { count } of rows) {
    const last = runs.at(-1);
    if (last?.count === count) last.times++;
    else runs.push({ count, times: 1 });
  }
  return runs.map(({ count, times }) => (times === 1 ? `${count}` : `${count}*${times}`)).join(' ');
}

/** `ip4 ip6 buckets timeout`. */
export async function confText(client: RawVppClient): Promise<string> {
  const conf = await client.call(lbConfGet, {});
  const ip4 = conf.ip4SrcAddress.join('.');
  const ip6 = ipOfWire({ af: 1, un: conf.ip6SrcAddress });
  return `${ip4} ${ip6} ${conf.stickyBucketsPerCore} ${conf.flowTimeout}`;
}

/** A VIP in `show lb vips verbose`, with the numbers that VPP counts by. */
export interface ShownVip {
  /** Column in the counters of VIPs. */
  readonly index: number;
  /** Load-balance object of each server, by address; its column in the counters of routes. */
  readonly objects: ReadonlyMap<string, number>;
  /** Without those numbers. */
  readonly lines: readonly string[];
}

/** The live VIP, or null when it is not listed. */
export async function shownVip(client: RawVppClient, vip: VipText): Promise<ShownVip | null> {
  const { reply } = await client.call(cliInband, { cmd: 'show lb vips verbose' });
  const { pfx, protocol, port } = vipFields(vip);
  const ports = port === 0 ? null : `  protocol:${protocol} port:${port}`;
  for (const block of reply.split('\n\n')) {
    const lines = block.split('\n').filter((line) => line !== '');
    const [, index, prefix, words = ''] = /^ \S+ \[(\d+)\] (\S+)(.*)$/.exec(lines[0] ?? '') ?? [];
    const hasPorts = lines.some((line) => line.startsWith('  protocol:'));
    if (prefix !== prefixText(pfx) || words.includes('removed')) continue;
    if (ports === null ? hasPorts : !lines.includes(ports)) continue;
    return {
      index: Number(index),
      objects: new Map(
        lines.flatMap((line) => {
          const [, server, object] = /^ {4}(\S+) .* dpo:(\d+) /.exec(line) ?? [];
          return server === undefined ? [] : [[server, Number(object)] as const];
        }),
      ),
      lines: lines.map((line) => line.replace(/\[\d+\]/, '[#]').replace(/dpo:\d+/, 'dpo:#')),
    };
  }
  return null;
}

/** What `show lb` says of the flow tables; which thread has one depends on how VPP was started. */
export async function tablesText(client: RawVppClient): Promise<string> {
  const { reply } = await client.call(cliInband, { cmd: 'show lb' });
  return [...reply.matchAll(/^ {2}(\S.*)$/gm)].map(([, line]) => line).join('\n');
}

function isOneOf(prefixes: ReadonlySet<string> | null, { address }: AddressWithPrefix): boolean {
  return prefixes === null || prefixes.has(String(ipOfWire(address)));
}

function prefixText({ address, len }: AddressWithPrefix): string {
  return `${ipOfWire(address)}/${len}`;
}
