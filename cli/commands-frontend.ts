import { nameText } from '../domain/name.js';
import type {
  FrontendInfo,
  ListFrontendsResponse,
  PoolBackendInfo,
  PoolInfo,
} from '../rpc/generated/maglev.js';
import type { Command } from './command.js';
import { askDebts, type Debts, debtFields } from './debt-text.js';
import { columns, fields, firstThatFits, none, table } from './layout.js';
import { success } from './outcome.js';
import { differenceLines, doubtText, standingSpan, stateSpan, vppLines } from './state-text.js';
import { type Line, label, plain, type Span } from './text.js';

export const frontendCommands: readonly Command[] = [
  {
    usage: 'show frontends',
    json: 'ListFrontendsResponse',
    help: 'all frontends, with their state, and whether VPP has what was decided',
    run: async ({ client, clock, width }) => {
      const response = await (await client()).listFrontends();
      return success(frontendsText(response, clock.now(), width), response);
    },
  },
  {
    usage: 'show frontend <name>',
    slots: { name: 'frontend' },
    json: 'an object with the fields of `FrontendInfo`, and `failoverDebt`, a `FailoverDebt` (absent: not known)',
    help: 'one frontend: its pools, and the weight of every backend with the reason for it',
    run: async (session, { name = '' }) => {
      const response = await (await session.client()).getFrontend(name);
      const debts = await askDebts(session, name);
      const text = frontendText(response, debts, session.clock.now());
      return success(text, { ...response, failoverDebt: debts.debts[0] });
    },
  },
];

/** More lines about single frontends would hide the table; `show status` and `show frontend` have them all. */
const TOLD = 10;

function frontendsText(
  { frontends, vpp }: ListFrontendsResponse,
  nowMs: number,
  width: number | null,
): Line[] {
  const news = frontends.flatMap(({ name, standing }) => differenceLines(standing, `${nameText(name)} `));
  const more = news.length - TOLD;
  return [
    ...frontendsTable(frontends, width),
    ...news.slice(0, TOLD),
    ...(more > 0 ? [[plain(`and ${more} more`)]] : []),
    ...vppLines(vpp, nowMs),
  ];
}

export function frontendsTable(frontends: readonly FrontendInfo[], width: number | null): Line[] {
  const rows = (notes: (frontend: FrontendInfo) => string) =>
    table(
      ['name', 'address', 'protocol', 'port', 'state', 'active-pool', 'vpp', 'notes'],
      frontends.map((frontend) => [
        nameText(frontend.name),
        frontend.address,
        frontend.protocol,
        portText(frontend.port),
        stateSpan(frontend.state),
        activePool(frontend),
        standingSpan(frontend.standing),
        notes(frontend),
      ]),
    );
  return firstThatFits(width, [() => rows(notesText), () => rows(shortNotes)]);
}

/** `2 doubts, 1 kept, 1 by operator` */
function notesText({ doubts, holds, overrides }: FrontendInfo): string {
  const parts = [
    doubts === 0 ? '' : `${doubts} ${doubts === 1 ? 'doubt' : 'doubts'}`,
    holds === 0 ? '' : `${holds} kept`,
    overrides === 0 ? '' : `${overrides} by operator`,
  ].filter((part) => part !== '');
  return parts.join(', ') || none;
}

/** `d2 k1 o1` */
function shortNotes({ doubts, holds, overrides }: FrontendInfo): string {
  const parts = [
    doubts === 0 ? '' : `d${doubts}`,
    holds === 0 ? '' : `k${holds}`,
    overrides === 0 ? '' : `o${overrides}`,
  ].filter((part) => part !== '');
  return parts.join(' ') || none;
}

function frontendText(frontend: FrontendInfo, debts: Debts, nowMs: number): Line[] {
  const { standing } = frontend;
  const [why = '', ...others] = standing?.differences ?? [];
  return [
    ...fields([
      ['name', frontend.name],
      ['address', frontend.address],
      ['protocol', frontend.protocol],
      ['port', portText(frontend.port)],
      ['state', stateSpan(frontend.state)],
      ['src-ip-sticky', frontend.srcIpSticky],
      ['flush-on-down', frontend.flushOnDown],
      ...(frontend.shareError === undefined
        ? []
        : [['share-error', `${frontend.shareError.toFixed(1)} points`] as const]),
      ...debtFields(debts, nowMs),
      ...(frontend.description === '' ? [] : [['description', frontend.description] as const]),
      ...(standing === undefined ? [] : [['vpp', standingSpan(standing)] as const]),
      ...(why === '' ? [] : [['vpp-reason', why] as const]),
      ...others.map((text) => ['', text] as const),
    ]),
    ...poolsText(frontend.pools, nowMs),
  ];
}

const poolHead = [
  'backend',
  'state',
  'weight',
  'effective-weight',
  'vpp-weight',
  'buckets',
  'share',
  'reason',
];

/** One table over all pools, so that they can be compared, cut at the line that names each pool. */
function poolsText(pools: readonly PoolInfo[], nowMs: number): Line[] {
  const rows = pools.flatMap(({ backends }) => backends.map((one) => poolRow(one, nowMs)));
  const [head, ...body] = columns([poolHead.map(label), ...rows], '  ');
  let next = 0;
  return pools.flatMap(({ name, active, backends }) => {
    const members = body.slice(next, next + backends.length);
    next += backends.length;
    const title: Line = [label('pool'), plain(` ${nameText(name)}${active ? ' (active)' : ''}`)];
    return [title, ...(head === undefined || members.length === 0 ? [] : [head]), ...members];
  });
}

/** What an operator said, and what cannot be measured, is marked whatever the state is. */
function poolRow(one: PoolBackendInfo, nowMs: number): Span[] {
  const { configuredWeight, doubt, override, effectiveWeight, vppWeight } = one;
  const weight =
    configuredWeight === undefined ? `${one.weight}` : `${one.weight} (config ${configuredWeight})`;
  const notes = [
    one.reason,
    ...(override === '' || override === 'paused' ? [] : [`${override} by the operator`]),
    ...(doubt === undefined ? [] : [`${doubtText(doubt, nowMs)}: ${doubt.detail}`]),
  ];
  const differs = effectiveWeight !== undefined && vppWeight !== undefined && vppWeight !== effectiveWeight;
  const inVpp = vppWeight === undefined ? plain(none) : plain(vppWeight);
  return [
    plain(nameText(one.name)),
    stateSpan(one.state),
    plain(weight),
    plain(effectiveWeight ?? 'keep'),
    differs ? { ...inVpp, style: 'bad' } : inVpp,
    plain(one.vppBuckets ?? none),
    plain(shareText(one)),
    plain(notes.join('; ')),
  ];
}

/** What VPP's table gives, and what was asked for where that is another share. */
function shareText({ shareAsked, shareGiven }: PoolBackendInfo): string {
  if (shareAsked === undefined || shareGiven === undefined) return none;
  const [asked, given] = [percent(shareAsked), percent(shareGiven)];
  return asked === given ? given : `${given}, not ${asked}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function portText(port: number): string {
  return port === 0 ? 'all' : String(port);
}

function activePool({ pools }: FrontendInfo): string {
  const active = pools.find((pool) => pool.active);
  return active === undefined ? none : nameText(active.name);
}
