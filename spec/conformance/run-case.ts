import { lbConf, lbConfGet } from '../../binapi/generated/lb.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { ipBytes } from '../../domain/ip.js';
import {
  addAs,
  addVip,
  delAs,
  delVip,
  flushVip,
  ip,
  setWeight,
  type VipText,
} from '../support/lb-requests.js';
import type { ConformanceCase, Outcome, Step } from './case.js';
import { columnsText, countedBy } from './counted.js';
import { bucketText, confText, serverRows, shownVip, tablesText, vipRows } from './observe.js';
import { objectsText, routeText } from './observe-routes.js';
import type { Target } from './target.js';
import { probeWire } from './wire-probes.js';

const KEEP = 0xffffffff;

/** Takes all steps of a case and tidies up behind it. */
export async function runCase(target: Target, { steps }: ConformanceCase): Promise<Outcome[]> {
  const { client } = target;
  const confBefore = await client.call(lbConfGet, {});
  const prefixes = new Set<string>();
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    if ('vip' in step && step.vip !== null) prefixes.add(addressOf(step.vip));
    outcomes.push(await runStep(target, step, prefixes));
  }
  await tidyUp(target, steps);
  await client.call(lbConf, confBefore);
  return outcomes;
}

/** Takes one step. `prefixes` are the addresses whose VIPs and servers a dump is about. */
export async function runStep(target: Target, step: Step, prefixes: ReadonlySet<string>): Promise<Outcome> {
  const { client } = target;
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
      return retval(await setWeight(client, step.vip, step.server, step.weight, step.flush));
    case 'flush':
      return retval(await flushVip(client, step.vip));
    case 'set-conf':
      return retval((await client.call(lbConf, confOf(step.conf))).retval);
    case 'conf':
      return outcome(step, step.is, await confText(client));
    case 'vips':
      return outcome(step, lines(step.are), lines(await vipRows(client, prefixes)));
    case 'servers':
      return outcome(step, lines(step.are), lines(await serverRows(client, null, prefixes)));
    case 'filtered':
      return outcome(step, lines(step.are), lines(await serverRows(client, step.vip, null)));
    case 'buckets':
      return outcome(step, step.are, await bucketText(client, step.vip));
    case 'cli': {
      const { retval: code, reply } = await client.call(cliInband, { cmd: step.command });
      return outcome(step, `${step.retval} ${step.reply}`, `${code} ${reply}`);
    }
    case 'shown': {
      const shown = await shownVip(client, step.vip);
      return outcome(step, step.are.join('\n'), shown?.lines.join('\n') ?? 'no such VIP');
    }
    case 'tables':
      return outcome(step, step.are.join('\n'), await tablesText(client));
    case 'packets': {
      const servers = await target.send(step.burst);
      return outcome(step, step.go, servers.map(endOfAddress).join(' '));
    }
    case 'counted': {
      const counted = await countedBy(target, step.vip, () => target.send(step.burst));
      return outcome(step, step.are.join('\n'), counted?.join('\n') ?? null);
    }
    case 'route':
      return outcome(step, step.is, await routeText(client, step.to, step.exact ?? true));
    case 'objects':
      return outcome(step, step.are, await objectsText(client, step.of));
    case 'columns':
      return outcome(step, step.are, await columnsText(target, step.of));
    case 'wait':
      await target.wait(step.seconds);
      return outcome(step, '', '');
    case 'wire':
      return outcome(step, step.is, await probeWire(target, step.probe));
  }
}

/** Leaves nothing behind but what garbage collection will take away. */
async function tidyUp({ client }: Target, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.op === 'add-as') await delAs(client, step.vip, step.server, true);
  }
  for (const vip of new Set(steps.flatMap((step) => (step.op === 'add-vip' ? [step.vip] : [])))) {
    await delVip(client, vip);
  }
}

function outcome(step: Step, expected: string, found: string | null): Outcome {
  return { step: stepText(step), expected, found };
}

/** The step without what it should give. */
function stepText(step: Step): string {
  const asked = Object.entries(step).filter(
    ([key]) => !['op', 'retval', 'are', 'is', 'go', 'reply'].includes(key),
  );
  const words = asked.map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return [step.op, ...words].join(' ');
}

/** The order of VIPs depends on what was there before. */
function lines(rows: readonly string[]): string {
  return [...rows].sort().join('\n');
}

function addressOf(vip: VipText): string {
  return vip.slice(0, vip.indexOf('/'));
}

function endOfAddress(address: string | null): string {
  return address === null ? '-' : (/[^.:]*$/.exec(address)?.[0] ?? address);
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
