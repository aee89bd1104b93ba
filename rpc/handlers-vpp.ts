import { MaglevError } from '../domain/errors.js';
import type { Address } from '../protocol/address.js';
import type { VppControl } from '../protocol/vpp.js';
import { checkedName } from './checked-fields.js';
import { lbCountersMessage } from './counters-message.js';
import type { MaglevServer } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { lbStateMessage, syncInfoMessage, syncMessage, vppInfoMessage } from './messages.js';
import type { Unary } from './unary.js';

type VppHandlers = Pick<
  MaglevServer,
  'getVppInfo' | 'getVpplbState' | 'syncVpplbState' | 'getVpplbCounters' | 'listSyncs' | 'getSync'
>;

/** `control` is null when maglevd was started without VPP: every request fails with MGL_VPP_DISABLED then. */
export function vppHandlers(unary: Unary, control: Address<VppControl> | null): VppHandlers {
  const vpp = (): Address<VppControl> => {
    if (control === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
    return control;
  };
  return {
    getVppInfo: unary(limitMs.vpp, async (_, ask) => vppInfoMessage(await ask(vpp(), { type: 'get-info' }))),
    getVpplbState: unary(limitMs.vpp, async (_, ask) =>
      lbStateMessage(await ask(vpp(), { type: 'get-lb-state' })),
    ),
    syncVpplbState: unary(limitMs.sync, async (request, ask) => {
      const { frontendName } = request;
      const frontend = frontendName === undefined ? null : checkedName('frontend_name', frontendName);
      return syncMessage(await ask(vpp(), { type: 'sync', frontend }));
    }),
    getVpplbCounters: unary(limitMs.vpp, async (_, ask) =>
      lbCountersMessage(await ask(vpp(), { type: 'get-lb-counters' })),
    ),
    listSyncs: unary(limitMs.vpp, async (_, ask) => {
      const syncs = await ask(vpp(), { type: 'list-syncs' });
      return { syncs: syncs.map(syncInfoMessage) };
    }),
    getSync: unary(limitMs.vpp, async (request, ask) =>
      syncInfoMessage(await ask(vpp(), { type: 'get-sync', id: Number(request.id) })),
    ),
  };
}
