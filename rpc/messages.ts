import { type LbOperation, type VipStep, vipId } from '../domain/lb.js';
import type { ExecutedOperation, SyncRecord, SyncReport, SyncSummary } from '../domain/syncs.js';
import type { FrontendView, PoolBackendView } from '../protocol/decision.js';
import type { VppInfo as VppIdentity } from '../protocol/vpp.js';
import type {
  FrontendInfo,
  PoolBackendInfo,
  SyncInfo,
  SyncOperation,
  SyncVPPLBStateResponse,
  VPPInfo,
} from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';

/** From what actors say to what travels. Nothing is decided here. */

export function frontendMessage(view: FrontendView): FrontendInfo {
  return {
    name: view.name,
    address: view.address,
    protocol: view.protocol,
    port: view.port,
    pools: view.pools.map((pool) => ({
      name: pool.name,
      backends: pool.backends.map(poolBackendMessage),
      active: pool.active,
    })),
    description: view.description,
    srcIpSticky: view.srcIpSticky,
    flushOnDown: view.flushOnDown,
    state: view.state,
    outcome: undefined,
    standing: undefined,
    doubts: 0,
    holds: 0,
    overrides: 0,
    shareError: view.shareError ?? undefined,
  };
}

function poolBackendMessage(view: PoolBackendView): PoolBackendInfo {
  return {
    name: view.name,
    weight: view.weight,
    effectiveWeight: view.effectiveWeight ?? undefined,
    state: view.state,
    reason: view.reason,
    configuredWeight: view.configured ?? undefined,
    vppWeight: undefined,
    vppBuckets: undefined,
    doubt: undefined,
    override: '',
    shareAsked: view.share?.asked,
    shareGiven: view.share?.given,
  };
}

export function vppInfoMessage(info: VppIdentity): VPPInfo {
  return {
    version: info.version,
    buildDate: info.buildDate,
    buildDirectory: info.buildDirectory,
    pid: info.pid,
    boottimeNs: info.bootedAt === null ? undefined : nanoseconds(info.bootedAt),
    connecttimeNs: nanoseconds(info.connectedAt),
    forecast: undefined,
    pausedUntilNs: info.pausedUntil === null ? undefined : nanoseconds(info.pausedUntil),
  };
}

export function syncMessage(report: SyncReport): SyncVPPLBStateResponse {
  return {
    scope: report.scope,
    vipAdded: report.counts.vipAdded,
    vipRemoved: report.counts.vipRemoved,
    asAdded: report.counts.asAdded,
    asRemoved: report.counts.asRemoved,
    asWeightUpdated: report.counts.asWeightUpdated,
    failures: report.failures.map(({ operation, error }) => ({
      operation: operationText(operation),
      code: error.code,
      message: error.message,
    })),
    unverified: [...report.unverified],
  };
}

export function syncInfoMessage(sync: SyncSummary | SyncRecord): SyncInfo {
  const { counts, error } = sync;
  return {
    id: BigInt(sync.id),
    scope: sync.scope,
    frontendName: sync.frontend ?? '',
    cause: sync.cause,
    startNs: nanoseconds(sync.startedAt),
    durationNs: nanoseconds(sync.durationMs),
    vipAdded: counts.vipAdded,
    vipRemoved: counts.vipRemoved,
    asAdded: counts.asAdded,
    asRemoved: counts.asRemoved,
    asWeightUpdated: counts.asWeightUpdated,
    failures: sync.failures,
    unverified: [...sync.unverified],
    error: error === null ? '' : `${error.message} [${error.code}]`,
    repeats: sync.repeats,
    lastNs: nanoseconds(sync.lastAt),
    operations: 'operations' in sync ? sync.operations.map(syncOperationMessage) : [],
    omitted: 'omitted' in sync ? sync.omitted : 0,
  };
}

function syncOperationMessage(one: ExecutedOperation): SyncOperation {
  return {
    operation: operationText(one.operation),
    reason: one.operation.reason,
    outcome: one.outcome,
    code: one.error?.code ?? '',
    message: one.error?.message ?? '',
    retval: one.retval ?? undefined,
    timeNs: nanoseconds(one.at),
  };
}

/** A change to VPP in words, as in `add server 10.0.0.1 weight 100 to 192.0.2.1/32,tcp,443`. */
export function operationText(operation: LbOperation | VipStep): string {
  const vip = vipId(operation.key);
  switch (operation.op) {
    case 'vip-add': {
      const sticky = operation.srcIpSticky ? ', sticky by source address' : '';
      return `add VIP ${vip} with encapsulation ${operation.encap} and ${operation.tableLength} buckets${sticky}`;
    }
    case 'vip-sync':
      return `sync VIP ${vip}`;
    case 'vip-del':
      return `delete VIP ${vip}`;
    case 'as-add':
      return `add server ${operation.address} weight ${operation.weight} to ${vip}`;
    case 'as-del':
      return `delete server ${operation.address} from ${vip}${flushText(operation.flush)}`;
    case 'as-weight':
      return (
        `change weight of server ${operation.address} of ${vip} ` +
        `from ${operation.from} to ${operation.weight}${flushText(operation.flush)}`
      );
  }
}

function flushText(flush: boolean): string {
  return flush ? ', cutting its flows' : '';
}
