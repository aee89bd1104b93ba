import { nameText } from '../domain/name.js';
import type { BackendInfo, FrontendInfo, PoolBackendInfo, PoolInfo } from '../rpc/generated/maglev.js';
import { columns, firstThatFits, fits, none } from './layout.js';
import { age, doubtText, stateSpan } from './state-text.js';
import { head, type Line, label, plain, type Span } from './text.js';

interface Surface {
  /** As lists have them: since when each is so, and why. */
  readonly backends: readonly BackendInfo[];
  readonly nowMs: number;
  readonly width: number | null;
}

/**
 * One table over all pools, so that they can be compared, cut at the line that names each pool. Where it is too wide,
 * reasons stand below it, each on a line of its own: they are what one looks for.
 */
export function poolsText(pools: readonly PoolInfo[], { backends, nowMs, width }: Surface): Line[] {
  const known = new Map(backends.map((one) => [one.name, one]));
  const members = pools.flatMap((pool) => pool.backends);
  const rows = members.map((one) => poolRow(one, known.get(one.name), nowMs));
  const reasons = members.map((one) => reasonOf(one, known.get(one.name), nowMs));
  const full = parted(
    pools,
    columns([heads('full'), ...rows.map((row, i) => [...row, plain(reasons[i] ?? '')])], '  '),
  );
  if (fits(full, width)) return full;
  const table = firstThatFits(width, [
    () => parted(pools, columns([heads('short'), ...rows], '  ')),
    () => parted(pools, columns([heads('lean'), ...rows.map(lean)], '  ')),
  ]);
  return [...table, ...below(members, reasons)];
}

function heads(kind: 'full' | 'short' | 'lean'): Span[] {
  const words = {
    full: [
      'backend',
      'state',
      'since',
      'weight',
      'effective-weight',
      'vpp-weight',
      'buckets',
      'share',
      'reason',
    ],
    short: ['backend', 'state', 'since', 'weight', 'effective', 'vpp', 'buckets', 'share'],
    lean: ['backend', 'state', 'since', 'weight', 'eff', 'vpp', 'buckets'],
  };
  return words[kind].map(head);
}

function lean(row: readonly Span[]): readonly Span[] {
  return row.slice(0, -1);
}

/** The rows of each pool below its name. */
function parted(pools: readonly PoolInfo[], lines: readonly Line[]): Line[] {
  const [top, ...body] = lines;
  let next = 0;
  return pools.flatMap(({ name, active, backends }) => {
    const members = body.slice(next, next + backends.length);
    next += backends.length;
    const title: Line = [label('pool'), plain(` ${nameText(name)}${active ? ' (active)' : ''}`)];
    return [title, ...(top === undefined || members.length === 0 ? [] : [top]), ...members];
  });
}

function below(members: readonly PoolBackendInfo[], reasons: readonly string[]): Line[] {
  const rows = members.map(({ name }, i) => [plain(nameText(name)), plain(reasons[i] ?? '')]);
  return [[label('why')], ...columns(rows, '  ')];
}

function poolRow(one: PoolBackendInfo, known: BackendInfo | undefined, nowMs: number): Span[] {
  const since = known?.state === one.state ? known.stateSinceNs : undefined;
  return [
    plain(nameText(one.name)),
    stateSpan(one.state),
    plain(since === undefined ? none : age(since, nowMs)),
    ...weightCells(one),
  ];
}

function weightCells(one: PoolBackendInfo): Span[] {
  const { configuredWeight, effectiveWeight, vppWeight } = one;
  const weight =
    configuredWeight === undefined ? `${one.weight}` : `${one.weight} (config ${configuredWeight})`;
  const differs = effectiveWeight !== undefined && vppWeight !== undefined && vppWeight !== effectiveWeight;
  const inVpp = vppWeight === undefined ? plain(none) : plain(vppWeight);
  return [
    plain(weight),
    plain(effectiveWeight ?? 'keep'),
    differs ? { ...inVpp, style: 'bad' } : inVpp,
    plain(one.vppBuckets ?? none),
    plain(shareText(one)),
  ];
}

/** What an operator said, and what cannot be measured, is told whatever the state is; of one that is down, what the probe saw. */
function reasonOf(one: PoolBackendInfo, known: BackendInfo | undefined, nowMs: number): string {
  const { doubt, override, reason, state } = one;
  const last = known?.state === state && state === 'down' ? known.transitions[0]?.reason : undefined;
  const notes = [
    last === undefined || last === '' ? reason : `${reason}: ${last}`,
    ...(override === '' || override === 'paused' ? [] : [`${override} by the operator`]),
    ...(doubt === undefined ? [] : [`${doubtText(doubt, nowMs)}: ${doubt.detail}`]),
  ];
  return notes.join('; ');
}

/** A backend in one pool of a frontend. */
export interface Place extends PoolBackendInfo {
  readonly frontend: string;
  readonly pool: string;
  readonly active: boolean;
}

export function placesOf(name: string, frontends: readonly FrontendInfo[]): Place[] {
  return frontends.flatMap((frontend) =>
    frontend.pools.flatMap(({ name: pool, active, backends }) =>
      backends
        .filter((one) => one.name === name)
        .map((one) => ({ ...one, frontend: frontend.name, pool, active })),
    ),
  );
}

/** Why a backend has the weight that it has, in each place where it is. */
export function placesText(places: readonly Place[], width: number | null): Line[] {
  if (places.length === 0) return [];
  const cells = places.map((one) => [
    plain(nameText(one.frontend)),
    plain(`${nameText(one.pool)}${one.active ? ' (active)' : ''}`),
    ...weightCells(one),
  ]);
  const whole = [
    'frontend',
    'pool',
    'weight',
    'effective-weight',
    'vpp-weight',
    'buckets',
    'share',
    'reason',
  ];
  const short = ['frontend', 'pool', 'weight', 'effective', 'vpp', 'buckets', 'share'];
  const title: Line = [label('weights')];
  const full = columns(
    [whole.map(head), ...cells.map((row, i) => [...row, plain(places[i]?.reason ?? '')])],
    '  ',
  );
  if (fits(full, width)) return [title, ...full];
  const table = firstThatFits(width, [
    () => columns([short.map(head), ...cells], '  '),
    () => columns([short.slice(0, -1).map(head), ...cells.map(lean)], '  '),
  ]);
  const reasons = columns(
    places.map((one) => [plain(nameText(one.frontend)), plain(one.reason)]),
    '  ',
  );
  return [title, ...table, [label('why')], ...reasons];
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
