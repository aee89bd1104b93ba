import type { AddressWithPrefix } from '../../../binapi/generated/ip-types.js';
import { lbAsV2Dump, lbConf, lbConfGet, lbVipDump } from '../../../binapi/generated/lb.js';
import { cliInband } from '../../../binapi/generated/vlib.js';
import { ipOfWire } from '../../../binapi/lb/wire-address.js';
import { ipBytes } from '../../../domain/ip.js';
import {
  type AsOptions,
  addAs,
  addVip,
  delAs,
  delVip,
  flushVip,
  ip,
  setWeight,
  type VipOptions,
  type VipText,
  vipFields,
} from '../../support/lb-requests.js';
import type { RawVppClient } from '../../support/raw-vpp-client.js';

/** One thing to ask of a VPP, and the answer that is right. */
export type Step =
  | { readonly op: 'add-vip'; readonly vip: VipText; readonly with?: VipOptions; readonly retval: number }
  | { readonly op: 'del-vip'; readonly vip: VipText; readonly retval: number }
  | {
      readonly op: 'add-as';
      readonly vip: VipText;
      readonly server: string;
      readonly with?: AsOptions;
      readonly retval: number;
    }
  | {
      readonly op: 'del-as';
      readonly vip: VipText;
      readonly server: string;
      readonly flush?: boolean;
      readonly retval: number;
    }
  | {
      readonly op: 'weight';
      readonly vip: VipText;
      readonly server: string;
      readonly weight: number;
      readonly retval: number;
    }
  | { readonly op: 'flush'; readonly vip: VipText; readonly retval: number }
  /** `ip4 ip6 buckets timeout`; `keep` stands for ~0. */
  | { readonly op: 'set-conf'; readonly conf: string; readonly retval: number }
  | { readonly op: 'conf'; readonly is: string }
  /** The rows of lb_vip_dump about the prefixes that the case has used. */
  | { readonly op: 'vips'; readonly are: readonly string[] }
  /** The rows of lb_as_v2_dump about the prefixes that the case has used. */
  | { readonly op: 'servers'; readonly are: readonly string[] }
  /** The rows of lb_as_v2_dump with the filter of one VIP. */
  | { readonly op: 'filtered'; readonly vip: VipText; readonly are: readonly string[] }
  | { readonly op: 'cli'; readonly command: string; readonly retval: number; readonly reply: string };

/**
 * Steps that can be taken on any VPP of 26.10 or later that nobody else uses; cases do not share prefixes, so they can be taken
 * one behind the other.
 */
export interface ConformanceCase {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** What a step should give and what it gave, both as text. */
export interface Outcome {
  readonly step: string;
  readonly expected: string;
  readonly found: string;
}

const KEEP = 0xffffffff;

/** Takes all steps of a case and tidies up behind it. */
export async function runCase(client: RawVppClient, { steps }: ConformanceCase): Promise<Outcome[]> {
  const confBefore = await client.call(lbConfGet, {});
  const prefixes = new Set<string>();
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    if ('vip' in step) prefixes.add(addressOf(step.vip));
    outcomes.push(await runStep(client, step, prefixes));
  }
  for (const vip of new Set(steps.flatMap((step) => (step.op === 'add-vip' ? [step.vip] : [])))) {
    await delVip(client, vip);
  }
  await client.call(lbConf, confBefore);
  return outcomes;
}

async function runStep(client: RawVppClient, step: Step, prefixes: ReadonlySet<string>): Promise<Outcome> {
  const retval = (found: number) => outcome(step, String('retval' in step ? step.retval : ''), String(found));
  switch (step.op) {
    case 'add-vip':
      return retval(await addVip(client, step.vip, step.with));
    case 'del-vip':
      return retval(await delVip(client, step.vip));
    case 'add-as':
      return retval(await addAs(client, step.vip, step.server, step.with));
    case 'del-as':
      return retval(await delAs(client, step.vip, step.server, step.flush));
    case 'weight':
      return retval(await setWeight(client, step.vip, step.server, step.weight));
    case 'flush':
      return retval(await flushVip(client, step.vip));
    case 'set-conf':
      return retval((await client.call(lbConf, confOf(step.conf))).retval);
    case 'conf':
      return outcome(step, step.is, await readConf(client));
    case 'vips':
      return outcome(step, lines(step.are), lines(await vipRows(client, prefixes)));
    case 'servers':
      return outcome(step, lines(step.are), lines(await serverRows(client, '::/0 any 0', prefixes)));
    case 'filtered':
      return outcome(step, lines(step.are), lines(await serverRows(client, step.vip, null)));
    case 'cli': {
      const { retval: code, reply } = await client.call(cliInband, { cmd: step.command });
      return outcome(step, `${step.retval} ${step.reply}`, `${code} ${reply}`);
    }
  }
}

function outcome(step: Step, expected: string, found: string): Outcome {
  return { step: JSON.stringify(step), expected, found };
}

/** The order of VIPs depends on what was there before. */
function lines(rows: readonly string[]): string {
  return [...rows].sort().join('\n');
}

/** `prefix protocol port encap length dscp:n srv:hex target:n`. */
async function vipRows(client: RawVppClient, prefixes: ReadonlySet<string>): Promise<string[]> {
  const details = await client.dump(lbVipDump, { ...vipFields('::/0 any 0'), pfxMatcher: { le: 0, ge: 0 } });
  return details
    .filter(({ vip }) => prefixes.has(String(ipOfWire(vip.pfx.address))))
    .map(({ vip, encap, flowTableLength, dscp, srvType, targetPort }) => {
      const name = ['gre4', 'gre6', 'l3dsr', 'nat4', 'nat6'][encap] ?? encap;
      const rest = `dscp:${dscp} srv:${srvType.toString(16)} target:${targetPort}`;
      return `${prefixText(vip.pfx)} ${vip.protocol} ${vip.port} ${name} ${flowTableLength} ${rest}`;
    });
}

/** `prefix protocol port server flags:n weight:n buckets:n`. */
async function serverRows(
  client: RawVppClient,
  filter: VipText,
  prefixes: ReadonlySet<string> | null,
): Promise<string[]> {
  const details = await client.dump(lbAsV2Dump, vipFields(filter));
  return details
    .filter(({ vip }) => prefixes === null || prefixes.has(String(ipOfWire(vip.pfx.address))))
    .map(({ vip, appSrv, flags, weight, numBuckets }) => {
      const key = `${prefixText(vip.pfx)} ${vip.protocol} ${vip.port}`;
      return `${key} ${ipOfWire(appSrv)} flags:${flags} weight:${weight} buckets:${numBuckets}`;
    });
}

function prefixText({ address, len }: AddressWithPrefix): string {
  return `${ipOfWire(address)}/${len}`;
}

function addressOf(vip: VipText): string {
  return vip.slice(0, vip.indexOf('/'));
}

function confOf(text: string) {
  const [ip4 = '', ip6 = '', buckets = '', timeout = ''] = text.split(' ');
  return {
    ip4SrcAddress: ipBytes(ip(ip4)),
    ip6SrcAddress: ipBytes(ip(ip6)),
    stickyBucketsPerCore: buckets === 'keep' ? KEEP : Number(buckets),
    flowTimeout: timeout === 'keep' ? KEEP : Number(timeout),
  };
}

async function readConf(client: RawVppClient): Promise<string> {
  const conf = await client.call(lbConfGet, {});
  const ip4 = conf.ip4SrcAddress.join('.');
  const ip6 = ipOfWire({ af: 1, un: conf.ip6SrcAddress });
  return `${ip4} ${ip6} ${conf.stickyBucketsPerCore} ${conf.flowTimeout}`;
}
