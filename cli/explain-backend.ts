import { nameText } from '../domain/name.js';
import type { BackendInfo, FrontendInfo, PoolBackendInfo, PoolInfo } from '../rpc/generated/maglev.js';
import { counterText, resultText } from './commands-backend.js';
import { fields, none } from './layout.js';
import { doubtText } from './state-text.js';
import { type Line, label, plain } from './text.js';
import { momentWithAge } from './time-text.js';

/** From the last probe to what VPP has of the backend: why its weights are what they are, each step on a line. */
export function backendChain(
  backend: BackendInfo,
  frontends: readonly FrontendInfo[],
  nowMs: number,
): Line[] {
  return [
    ...fields([
      ['backend', `${nameText(backend.name)} (${backend.address})`],
      ['probe', probeText(backend, nowMs)],
      ['counter', counterText(backend) ?? none],
      ['state', stateText(backend, nowMs)],
      [
        'operator',
        backend.override === ''
          ? 'has neither paused nor disabled it'
          : `${backend.override} by the operator`,
      ],
    ]),
    ...frontends.flatMap((frontend) => frontendChain(frontend, backend.name)),
    ...(frontends.length === 0 ? [[plain('no frontend uses it')]] : []),
  ];
}

function probeText({ healthcheck, lastProbe, doubt }: BackendInfo, nowMs: number): string {
  if (healthcheck === '') return 'has no health check: it counts as up';
  if (doubt !== undefined) return `${doubtText(doubt, nowMs)}: ${doubt.detail}; state and counter are frozen`;
  if (lastProbe === undefined) return 'not probed yet';
  return `${lastProbe.verdict}: ${resultText(lastProbe)}, ${momentWithAge(lastProbe.timeNs, nowMs)}`;
}

function stateText({ state, stateSinceNs, transitions, givenUp }: BackendInfo, nowMs: number): string {
  const since = stateSinceNs === undefined ? '' : ` since ${momentWithAge(stateSinceNs, nowMs)}`;
  const [last] = transitions;
  const why = last === undefined || last.reason === '' ? '' : `: ${last.reason}`;
  return `${state}${since}${why}${givenUp === true ? '; unknown for so long that it counts as down' : ''}`;
}

function frontendChain({ name, state, pools, standing }: FrontendInfo, backend: string): Line[] {
  return pools.flatMap((pool) =>
    pool.backends
      .filter((one) => one.name === backend)
      .flatMap((one) => [
        [label('frontend'), plain(` ${nameText(name)} (${state})`)],
        ...fields(
          [
            ['pool', poolText(pool, pools)],
            ['weight', weightText(one)],
            ['share', shareText(one)],
            ['vpp', vppText(one, standing?.state ?? 'not known')],
          ],
          '  ',
        ),
      ]),
  );
}

function poolText({ name, active }: PoolInfo, pools: readonly PoolInfo[]): string {
  const serving = pools.find((pool) => pool.active)?.name;
  if (active) return `${nameText(name)}, which is the active one`;
  if (serving === undefined) return `${nameText(name)}; no pool is active`;
  return `${nameText(name)}, while ${nameText(serving)} is the active one`;
}

function weightText({ weight, configuredWeight, effectiveWeight, reason }: PoolBackendInfo): string {
  const config =
    configuredWeight === undefined ? 'by the config' : `by the operator; config ${configuredWeight}`;
  const given = effectiveWeight === undefined ? 'what VPP has is kept' : `gets ${effectiveWeight}`;
  return `${weight} ${config}; ${given}: ${reason}`;
}

function shareText({ shareAsked, shareGiven }: PoolBackendInfo): string {
  if (shareAsked === undefined || shareGiven === undefined) return none;
  return `${percent(shareGiven)} of new flows, ${percent(shareAsked)} asked for`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function vppText({ vppWeight, vppBuckets }: PoolBackendInfo, standing: string): string {
  if (vppWeight === undefined) return `has no such server, or does not tell (${standing})`;
  const buckets = vppBuckets === undefined ? 'buckets not read since' : `${vppBuckets} buckets`;
  return `weight ${vppWeight}, ${buckets} (${standing})`;
}
