import type {
  BackendInfo,
  FailoverDebt,
  FrontendInfo,
  PoolBackendInfo,
  SyncInfo,
  VPPLBVIP,
  VPPStanding,
} from '../rpc/generated/maglev.js';
import type { Backend, Debt, FrontendHead, Member, Standing, Sync } from './contract.js';
import { milliseconds, momentOf } from './moment.js';

/** What a row of a frontend has that the API does not tell with the frontend. */
export interface BesideFrontend {
  /** When its state was told to have changed. */
  readonly since: number | null;
  /** Its VIP in VPP, as it was last read. */
  readonly vip: VPPLBVIP | undefined;
}

export function standingOf(standing: VPPStanding | undefined): Standing {
  return { state: standing?.state ?? 'unread', differences: standing?.differences ?? [] };
}

export function frontendHead(info: FrontendInfo, { since, vip }: BesideFrontend): FrontendHead {
  return {
    name: info.name,
    address: info.address,
    protocol: info.protocol,
    port: info.port,
    description: info.description,
    srcIpSticky: info.srcIpSticky,
    flushOnDown: info.flushOnDown,
    state: info.state,
    since,
    activePool: info.pools.find(({ active }) => active)?.name ?? null,
    standing: standingOf(info.standing),
    doubts: info.doubts,
    holds: info.holds,
    overrides: info.overrides,
    shareError: info.shareError ?? null,
    digest: vip?.digest ?? null,
    tableLength: vip?.flowTableLength ?? null,
  };
}

/** `buckets`: of VPP's table by backend, as we read it behind the last change; the API may have read it before that. */
export function memberRow(info: PoolBackendInfo, buckets: ReadonlyMap<string, number> | undefined): Member {
  return {
    backend: info.name,
    weight: info.weight,
    configuredWeight: info.configuredWeight ?? null,
    effectiveWeight: info.effectiveWeight ?? null,
    vppWeight: info.vppWeight ?? null,
    buckets: info.vppBuckets ?? buckets?.get(info.name) ?? null,
    shareAsked: info.shareAsked ?? null,
    shareGiven: info.shareGiven ?? null,
    reason: info.reason,
  };
}

export function backendRow(info: BackendInfo): Backend {
  const [last] = info.transitions;
  const { doubt } = info;
  return {
    name: info.name,
    address: info.address,
    healthcheck: info.healthcheck,
    enabled: info.enabled,
    state: info.state,
    since: momentOf(info.stateSinceNs),
    from: last?.from ?? '',
    cause: last?.reason ?? '',
    code: last?.code ?? '',
    givenUp: info.givenUp === true,
    doubt:
      doubt === undefined
        ? null
        : { since: milliseconds(doubt.sinceNs), code: doubt.code, detail: doubt.detail },
    override: info.override,
    frontends: info.frontends,
  };
}

export function syncRow(info: SyncInfo): Sync {
  return {
    id: Number(info.id),
    scope: info.scope,
    frontend: info.scope === 'vip' ? info.frontendName : null,
    cause: info.cause,
    start: milliseconds(info.startNs),
    durationMs: Number(info.durationNs) / 1e6,
    vipAdded: info.vipAdded,
    vipRemoved: info.vipRemoved,
    asAdded: info.asAdded,
    asRemoved: info.asRemoved,
    asWeightUpdated: info.asWeightUpdated,
    failures: info.failures,
    unverified: info.unverified,
    error: info.error,
    repeats: info.repeats,
    last: milliseconds(info.lastNs),
  };
}

export function debtRow(debt: FailoverDebt): Debt {
  return {
    frontend: debt.frontend,
    vip: vipText(debt),
    flows: debt.flows,
    certain: debt.certain,
    most: debt.most,
    estimate: debt.estimate ?? null,
    since: momentOf(debt.sinceNs),
  };
}

/** `192.0.2.1/32,tcp,80` */
export function vipText({
  prefix,
  protocol,
  port,
}: Pick<FailoverDebt, 'prefix' | 'protocol' | 'port'>): string {
  return `${prefix},${protocol},${port}`;
}
