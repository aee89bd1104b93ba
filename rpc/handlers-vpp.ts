import { MaglevError } from '../domain/errors.js';
import { type VipKey, vipId } from '../domain/lb.js';
import type { Standings } from '../domain/standings.js';
import { unknownName } from '../domain/unknown-name.js';
import type { Address } from '../protocol/address.js';
import type { VppControl } from '../protocol/vpp.js';
import { checkedName } from './checked-fields.js';
import { lbCountersMessage } from './counters-message.js';
import type { MaglevServer } from './generated/maglev.js';
import { lbStateMessage } from './lb-state-message.js';
import { limitMs } from './limits.js';
import { syncInfoMessage, syncMessage, vppInfoMessage } from './messages.js';
import { askStandings, type OverviewSources } from './overview.js';
import type { Unary } from './unary.js';

type VppHandlers = Pick<
  MaglevServer,
  'getVppInfo' | 'getVpplbState' | 'syncVpplbState' | 'getVpplbCounters' | 'listSyncs' | 'getSync'
>;

/** When maglevd was started without VPP, every request fails with MGL_VPP_DISABLED then. */
export function vppHandlers(unary: Unary, sources: OverviewSources): VppHandlers {
  const { vpp: control } = sources;
  const vpp = (): Address<VppControl> => {
    if (control === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
    return control;
  };
  return {
    getVppInfo: unary(limitMs.vpp, async (_, ask) => vppInfoMessage(await ask(vpp(), { type: 'get-info' }))),
    getVpplbState: unary(limitMs.vpp, async ({ frontendName }, ask) => {
      const standings = await askStandings(vpp(), ask);
      const only = chosen(frontendName, standings);
      const state = await ask(vpp(), { type: 'get-lb-state' });
      return lbStateMessage({ ...state, vips: state.vips.filter(only) }, standings);
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
      return lbCountersMessage({ ...counters, vips: counters.vips.filter(only) }, standings);
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
