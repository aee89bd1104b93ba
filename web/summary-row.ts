import type { StatusInfo, VPPCondition, VPPInfo } from '../rpc/generated/maglev.js';
import type { Backend, Frontend, Summary, VppState } from './contract.js';
import { milliseconds, momentOf } from './moment.js';
import { standingOf } from './rows.js';

/** Whatever a summary is put together from. */
export interface SummaryParts {
  readonly status: StatusInfo;
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  /** Over all tables of VPP, as it was last read. */
  readonly digest: string | null;
  readonly untrackedPackets: number | null;
  readonly disagrees: Summary['disagrees'];
}

export function summaryRow(parts: SummaryParts): Summary {
  const { status, frontends, backends, digest, untrackedPackets, disagrees } = parts;
  const { version, warnings } = status;
  const members = frontends.flatMap(({ pools }) => pools.flatMap((pool) => pool.members));
  return {
    version: version?.version ?? '',
    startedAt: milliseconds(version?.startNs ?? 0n),
    vpp: vppRow(status.vpp, status.vppInfo),
    standing: standingOf(status.standing),
    frontendsTotal: status.frontendsTotal,
    frontendsUp: status.frontendsUp,
    backendsTotal: status.backendsTotal,
    backendsUp: status.backendsUp,
    backendsDown: backends.filter(({ state }) => state === 'down').length,
    doubts: backends.filter(({ doubt }) => doubt !== null).length,
    holds: members.filter(({ effectiveWeight }) => effectiveWeight === null).length,
    overrides:
      backends.filter(({ override }) => override !== '').length +
      members.filter(({ configuredWeight }) => configuredWeight !== null).length,
    untrackedPackets,
    digest,
    disagrees,
    warnings: warnings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
  };
}

function vppRow(condition: VPPCondition | undefined, info: VPPInfo | undefined): VppState {
  return {
    state: condition?.state ?? 'unknown',
    since: momentOf(condition?.sinceNs),
    until: momentOf(condition?.untilNs),
    reason: condition?.reason ?? '',
    code: condition?.code ?? '',
    version: info?.version ?? null,
    pid: info?.pid ?? null,
    bootedAt: momentOf(info?.boottimeNs),
    connectedAt: info === undefined ? null : milliseconds(info.connecttimeNs),
  };
}
