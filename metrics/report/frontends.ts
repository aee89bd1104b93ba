import type { FrontendState } from '../../domain/health.js';
import { type AsState, protocolName } from '../../domain/lb.js';
import type { FrontendStanding, Standings } from '../../domain/standings.js';
import { digestNumber, vipDigest } from '../../domain/table-digest.js';
import type { FrontendView, PoolBackendView } from '../../domain/views.js';
import type { MetricName } from '../catalogue.js';
import { type Family, family } from '../family.js';
import type { Snapshot } from '../snapshot.js';

const states: readonly FrontendState[] = ['unknown', 'up', 'down'];

type MemberMetric = Extract<MetricName, `maglev_frontend_pool_backend_${string}`>;

/** One backend in one pool, with what VPP has of it. */
interface Member {
  readonly labels: readonly [frontend: string, pool: string, backend: string];
  readonly view: PoolBackendView;
  /** undefined: not known, or VPP does not have it. */
  readonly found: AsState | undefined;
  /** null: not known. */
  readonly buckets: number | null;
  /** Of the weights of all members; null = nobody has any. */
  readonly shareAsked: number | null;
  readonly shareGiven: number | null;
}

export function frontendFamilies({ frontends, standings }: Snapshot): Family[] {
  const byName = new Map(standings?.frontends.map((one) => [one.frontend, one]));
  const governed = standings === null || standings.vpp.state === 'disabled' ? [] : standings.frontends;
  const known = new Map<string, readonly Member[]>();
  const membersIn = (view: FrontendView): readonly Member[] => {
    const members = known.get(view.name) ?? membersOf(view, byName.get(view.name));
    known.set(view.name, members);
    return members;
  };
  /** One number of each member; null = it is not known. */
  const ofMembers = (name: MemberMetric, read: (member: Member) => number | null): Family =>
    family(name, frontends, (view, put) => {
      for (const member of membersIn(view)) {
        const value = read(member);
        if (value !== null) put(member.labels, value);
      }
    });
  return [
    family('maglev_frontend_info', standings?.frontends ?? [], ({ frontend, desired }, put) => {
      const { prefix, protocol, port } = desired.key;
      put([frontend, prefix, protocolName(protocol), String(port)], 1);
    }),
    family('maglev_frontend_state', frontends, ({ name, state }, put) => {
      for (const one of states) put([name, one], one === state ? 1 : 0);
    }),
    family('maglev_frontend_pool_active', frontends, ({ name, pools }, put) => {
      for (const pool of pools) put([name, pool.name], pool.active ? 1 : 0);
    }),
    family('maglev_frontend_vpp_equals_decision', governed, (one, put) => {
      put([one.frontend], equalsDecision(one) ? 1 : 0);
    }),
    family('maglev_frontend_table_digest', governed, ({ frontend, found, buckets }, put) => {
      if (buckets && found !== undefined && found !== null) put([frontend], digestNumber(vipDigest(found)));
    }),
    ofMembers('maglev_frontend_pool_backend_weight', ({ view }) => view.weight),
    ofMembers('maglev_frontend_pool_backend_effective_weight', ({ view }) => view.effectiveWeight),
    ofMembers('maglev_frontend_pool_backend_hold', ({ view }) => (view.effectiveWeight === null ? 1 : 0)),
    ofMembers('maglev_frontend_pool_backend_vpp_weight', ({ found }) => found?.weight ?? null),
    ofMembers('maglev_frontend_pool_backend_vpp_buckets', ({ buckets }) => buckets),
    ofMembers('maglev_frontend_pool_backend_share_asked_ratio', ({ shareAsked }) => shareAsked),
    ofMembers('maglev_frontend_pool_backend_share_given_ratio', ({ shareGiven }) => shareGiven),
  ];
}

/** VPP has all of it, as far as it tells. */
export function equalsDecision({ verdict }: Pick<FrontendStanding, 'verdict'>): boolean {
  return verdict === 'equal' || verdict === 'unverified';
}

/** The same of everything. */
export function allEquals({ vpp, conf, frontends }: Standings): boolean {
  return vpp.state === 'connected' && conf === null && frontends.every(equalsDecision);
}

function membersOf({ name, pools }: FrontendView, standing: FrontendStanding | undefined): Member[] {
  const addresses = new Map(standing?.desired.ases.map(({ backend, address }) => [backend, address]));
  const ases = new Map(standing?.found?.ases.map((as) => [as.address, as]));
  const { buckets = false } = standing ?? {};
  const views = pools.flatMap((pool) => pool.backends.map((view) => ({ pool: pool.name, view })));
  const rows = views.map(({ pool, view }) => {
    const address = addresses.get(view.name);
    const found = address === undefined ? undefined : ases.get(address);
    // Where what VPP has is kept, that is what is asked for.
    return { pool, view, found, asked: view.effectiveWeight ?? found?.weight ?? 0 };
  });
  const asked = rows.reduce((sum, row) => sum + row.asked, 0);
  const given = buckets ? [...ases.values()].reduce((sum, as) => sum + as.buckets, 0) : 0;
  return rows.map(({ pool, view, found, asked: own }) => ({
    labels: [name, pool, view.name],
    view,
    found,
    buckets: buckets ? (found?.buckets ?? null) : null,
    shareAsked: asked === 0 ? null : own / asked,
    shareGiven: given === 0 || found === undefined ? null : found.buckets / given,
  }));
}
