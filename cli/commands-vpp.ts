import { MaglevError } from '../domain/errors.js';
import { nameText } from '../domain/name.js';
import type { SyncVPPLBStateResponse, VPPInfo, VPPLBState, VPPLBVIP } from '../rpc/generated/maglev.js';
import { type Command, type Outcome, type Session, success } from './command.js';
import { countersText, forecastFields } from './counters-text.js';
import { askDebts } from './debt-text.js';
import { fields, sentence } from './layout.js';
import { differenceLines, standingSpan } from './state-text.js';
import { syncsText, syncText } from './syncs-text.js';
import { errorText, type Line, plain } from './text.js';
import { momentWithAge } from './time-text.js';

const showLbState: Omit<Command, 'usage'> = {
  slots: { name: 'frontend' },
  json: 'VPPLBState',
  help: "what VPP's load balancer holds: VIPs, servers, weights and buckets; with a name, only that frontend",
  run: async ({ client }, { name }) => {
    const response = await (await client()).getLbState(name);
    return success(lbStateText(response), response);
  },
};

const syncLbState: Omit<Command, 'usage'> = {
  slots: { name: 'frontend' },
  json: 'SyncVPPLBStateResponse',
  help: 'make VPP equal to the decision now; with a name, only that frontend',
  slow: true,
  run: async ({ client }, { name }) => syncOutcome(await (await client()).syncLbState(name)),
};

export const vppCommands: readonly Command[] = [
  {
    usage: 'show vpp info',
    json: 'VPPInfo',
    help: 'which VPP maglevd is connected to, and since when',
    run: async ({ client, clock }: Session) => {
      const response = await (await client()).getVppInfo();
      return success(vppInfoText(response, clock.now()), response);
    },
  },
  { usage: 'show vpp lbstate [<name>]', ...showLbState },
  { usage: 'show vpp lb state [<name>]', ...showLbState },
  {
    usage: 'show vpp lb counters [<name>]',
    slots: { name: 'frontend' },
    json: 'an object with the fields of `VPPLBCounters`, and `failoverDebts`, a list of `FailoverDebt`',
    help: 'what VPP counted for each VIP and each server; with a name, only that frontend',
    run: async (session, { name }) => {
      const [response, debts] = await Promise.all([
        session.client().then((maglevd) => maglevd.getLbCounters(name)),
        askDebts(session, name),
      ]);
      const text = countersText(response, debts, session.clock.now());
      return success(text, { ...response, failoverDebts: debts.debts });
    },
  },
  {
    usage: 'show vpp syncs',
    json: 'ListSyncsResponse',
    help: 'the last syncs: when, why, what they changed',
    run: async ({ client, clock, width }) => {
      const response = await (await client()).listSyncs();
      return success(syncsText(response, clock.now(), width), response);
    },
  },
  {
    usage: 'show vpp sync <number>',
    slots: { number: 'sync' },
    json: 'SyncInfo',
    help: 'one of them with every operation: its reason, and what became of it',
    run: async ({ client, clock }, { number = '' }) => {
      if (!/^\d{1,15}$/.test(number))
        throw new MaglevError('MGL_USAGE', `'${number}' is not the number of a sync`);
      const response = await (await client()).getSync(BigInt(number));
      return success(syncText(response, clock.now()), response);
    },
  },
  { usage: 'sync vpp lbstate [<name>]', ...syncLbState },
  { usage: 'sync vpp lb state [<name>]', ...syncLbState },
];

function vppInfoText(info: VPPInfo, nowMs: number): Line[] {
  return fields([
    ['version', info.version],
    ['build-date', info.buildDate],
    ['build-dir', info.buildDirectory],
    ['vpp-pid', info.pid],
    ...(info.boottimeNs === undefined
      ? []
      : [['vpp-boottime', momentWithAge(info.boottimeNs, nowMs)] as const]),
    ['connected', momentWithAge(info.connecttimeNs, nowMs)],
    ...(info.pausedUntilNs === undefined ? [] : [['paused', pauseText(info.pausedUntilNs, nowMs)] as const]),
    ...(info.forecast === undefined ? [] : forecastFields(info.forecast)),
  ]);
}

function pauseText(untilNs: bigint, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((Number(untilNs / 1_000_000n) - nowMs) / 1000));
  return `for another ${seconds} s: it died again and again while it was changed; sync vpp lbstate ends the pause`;
}

function lbStateText({ conf, vips, standing, digest }: VPPLBState): Line[] {
  const head = fields([
    ['ipv4-src-address', conf?.ipv4SrcAddress ?? ''],
    ['ipv6-src-address', conf?.ipv6SrcAddress ?? ''],
    ['sticky-buckets-per-core', conf?.stickyBucketsPerCore ?? ''],
    ['flow-timeout', `${conf?.flowTimeout ?? ''}s`],
    ['vips', vips.length],
    ...(digest === '' ? [] : [['digest', digest] as const]),
  ]);
  return [...head, ...vips.flatMap(vipText), ...differenceLines(standing, 'vpp ')];
}

/** What only matters for other encapsulations than GRE is not in the message, and so never shown. */
function vipText(vip: VPPLBVIP): Line[] {
  const length = vip.flowTableLengthExact
    ? `${vip.flowTableLength}`
    : `${vip.flowTableLength} (modulo 65536)`;
  return [
    sentence([
      ['vip', vip.prefix],
      ['protocol', vip.protocol],
      ['port', vip.port],
      ...(vip.frontend === '' ? [] : [['frontend', nameText(vip.frontend)] as const]),
    ]),
    ...fields(
      [
        ['encap', vip.encap],
        ...(vip.standing === undefined ? [] : [['standing', standingSpan(vip.standing)] as const]),
        ['flow-table-length', length],
        ...(vip.srcIpSticky === undefined ? [] : [['src-ip-sticky', vip.srcIpSticky] as const]),
        ...(vip.digest === '' ? [] : [['digest', vip.digest] as const]),
      ],
      '  ',
    ),
    ...vip.applicationServers.map(({ address, weight, numBuckets, backend, effectiveWeight }) =>
      sentence(
        [
          ['address', address],
          ['weight', weight],
          ['flow-table-buckets', numBuckets],
          ...(backend === '' ? [] : [['backend', nameText(backend)] as const]),
          ...(effectiveWeight === undefined ? [] : [['effective-weight', effectiveWeight] as const]),
        ],
        '  ',
      ),
    ),
  ];
}

function syncOutcome(response: SyncVPPLBStateResponse): Outcome {
  const changes = (
    [
      ['vips-added', response.vipAdded],
      ['vips-removed', response.vipRemoved],
      ['servers-added', response.asAdded],
      ['servers-removed', response.asRemoved],
      ['weights-changed', response.asWeightUpdated],
    ] as const
  ).filter(([, count]) => count > 0);
  const failures = response.failures.map(({ operation, code, message }) => [
    errorText(`failed to ${operation}: ${message} [${code}]`),
  ]);
  const unverified = response.unverified.map((text) => [errorText(`not known: ${text}`)]);
  const quiet = changes.length === 0 && failures.length === 0;
  const equal =
    unverified.length === 0
      ? 'VPP is equal to the decision'
      : 'VPP is equal to the decision in all that it tells';
  const count = failures.length === 1 ? 'a change' : `${failures.length} changes`;
  return {
    text: [
      ...(quiet ? [[plain(`nothing to change: ${equal}`)]] : [...fields(changes), ...failures]),
      ...unverified,
    ],
    json: response,
    failure:
      failures.length === 0 ? null : { code: 'MGL_VPP_SYNC', message: `${count} could not be made in VPP` },
  };
}
