import { unknownName } from '../domain/did-you-mean.js';
import { MaglevError } from '../domain/errors.js';
import { type VipKey, vipId } from '../domain/lb.js';
import type { LbCounters } from '../domain/lb-counters.js';
import type { Standings } from '../domain/standings.js';
import { forecastSticky, type StickyForecast } from '../domain/sticky-forecast.js';
import type { Address, Ask } from '../protocol/address.js';
import type { VppControl } from '../protocol/vpp.js';
import { checkedName } from './checked-fields.js';
import { forecastMessage, lbCountersMessage } from './counters-message.js';
import type { MaglevServer } from './generated/maglev.js';
import { runningConfig } from './handlers-config.js';
import { lbStateMessage } from './lb-state-message.js';
import { limitMs } from './limits.js';
import { syncInfoMessage, syncMessage, vppInfoMessage } from './messages.js';
import { askStandings, type OverviewSources } from './overview.js';
import type { Unary } from './unary.js';

type VppHandlers = Pick<
  MaglevServer,
  'getVppInfo' | 'getVpplbState' | 'syncVpplbState' | 'getVpplbCounters' | 'listSyncs' | 'getSync'
>;

/** Whoever has read VPP's counters answers at once. */
const COUNTERS_MS = 500;

/** When maglevd was started without VPP, every request fails with MGL_VPP_DISABLED then. */
export function vppHandlers(unary: Unary, sources: OverviewSources): VppHandlers {
  const { vpp: control } = sources;
  const vpp = (): Address<VppControl> => {
    if (control === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
    return control;
  };
  return {
    getVppInfo: unary(limitMs.vpp, async (_, ask) => {
      const message = vppInfoMessage(await ask(vpp(), { type: 'get-info' }));
      // Who VPP is does not wait for what it counts.
      const counters = await ask(vpp(), { type: 'get-lb-counters' }, { timeoutMs: COUNTERS_MS }).catch(
        () => null,
      );
      const forecast = counters === null ? null : await forecastOf(counters, vpp(), sources, ask);
      return { ...message, forecast: forecast === null ? undefined : forecastMessage(forecast) };
    }),
    getVpplbState: unary(limitMs.vpp, async ({ frontendName }, ask) => {
      const standings = await askStandings(vpp(), ask);
      const only = chosen(frontendName, standings);
      const state = await ask(vpp(), { type: 'get-lb-state' });
      return lbStateMessage(state, standings, only);
    }),
    syncVpplbState: unary(limitMs.sync, async (request, ask) => {
      const { frontendName } = request;
      const frontend = frontendName === undefined ? null : checkedName('frontend_name', frontendName);
      return syncMessage(await ask(vpp(), { type: 'sync', frontend }));
    }),
    getVpplbCounters: unary(limitMs.vpp, async ({ frontendName }, ask) => {
      const standings = await askStandings(vpp(), ask);
      const only = chosen(frontendName, standings);
      const counters = await ask(vpp(), { type: 'get-lb-counters' });
      const forecast = await forecastOf(counters, vpp(), sources, ask);
      return lbCountersMessage({ ...counters, vips: counters.vips.filter(only) }, standings, forecast);
    }),
    listSyncs: unary(limitMs.vpp, async (_, ask) => {
      const syncs = await ask(vpp(), { type: 'list-syncs' });
      return { syncs: syncs.map(syncInfoMessage) };
    }),
    getSync: unary(limitMs.vpp, async (request, ask) =>
      syncInfoMessage(await ask(vpp(), { type: 'get-sync', id: Number(request.id) })),
    ),
  };
}

/** Of all VIPs, whichever are asked for: they share one table of known flows. null: nothing to foretell from. */
async function forecastOf(
  { recent }: LbCounters,
  vpp: Address<VppControl>,
  { config }: OverviewSources,
  ask: Ask,
): Promise<StickyForecast | null> {
  if (recent === undefined) return null;
  const [memory, { lb }] = await Promise.all([ask(vpp, { type: 'get-memory' }), runningConfig(config, ask)]);
  // Where there are workers, the main thread forwards nothing.
  const threads = Math.max(1, (memory?.threads ?? 1) - 1);
  const { stickyBucketsPerCore: bucketsPerThread, flowTimeout } = lb;
  return forecastSticky(recent, { bucketsPerThread, threads, flowTimeout: flowTimeout / 1000 });
}

/** Which VIPs are asked for; MGL_FRONTEND_UNKNOWN when there is no such frontend. */
function chosen(
  name: string | undefined,
  { frontends }: Standings,
): (vip: { readonly key: VipKey }) => boolean {
  if (name === undefined) return () => true;
  const frontend = checkedName('frontend_name', name);
  const found = frontends.find((one) => one.frontend === frontend);
  // Without standings nobody here knows the names; VPP is not there to be asked either.
  if (found === undefined && frontends.length > 0) {
    const text = `frontend "${frontend}" is not in the config`;
    const names = frontends.map((one) => one.frontend);
    throw unknownName('MGL_FRONTEND_UNKNOWN', text, frontend, names);
  }
  const id = found === undefined ? null : vipId(found.desired.key);
  return ({ key }) => vipId(key) === id;
}
