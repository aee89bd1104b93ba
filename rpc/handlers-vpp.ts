import { MaglevError } from '../domain/errors.js';
import type { LbState } from '../domain/lb.js';
import type { LbCounters } from '../domain/lb-counters.js';
import type { Address } from '../protocol/address.js';
import type { SyncReport, VppControl, VppInfo } from '../protocol/vpp.js';
import { checkedName } from './checked-fields.js';
import { lbCountersMessage } from './counters-message.js';
import type { MaglevServer } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { lbStateMessage, syncMessage, vppInfoMessage } from './messages.js';
import type { Unary } from './unary.js';

type VppHandlers = Pick<MaglevServer, 'getVppInfo' | 'getVpplbState' | 'syncVpplbState' | 'getVpplbCounters'>;

/** `control` is null when maglevd was started without VPP: every request fails with MGL_VPP_DISABLED then. */
export function vppHandlers(unary: Unary, control: Address<VppControl> | null): VppHandlers {
  const vpp = (): Address<VppControl> => {
    if (control === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
    return control;
  };
  return {
    getVppInfo: unary(limitMs.vpp, async (_, ask) =>
      vppInfoMessage(await ask<VppControl, VppInfo>(vpp(), (reply) => ({ type: 'get-info', reply }))),
    ),
    getVpplbState: unary(limitMs.vpp, async (_, ask) =>
      lbStateMessage(await ask<VppControl, LbState>(vpp(), (reply) => ({ type: 'get-lb-state', reply }))),
    ),
    syncVpplbState: unary(limitMs.sync, async (request, ask) => {
      const { frontendName } = request;
      const frontend = frontendName === undefined ? null : checkedName('frontend_name', frontendName);
      return syncMessage(
        await ask<VppControl, SyncReport>(vpp(), (reply) => ({ type: 'sync', frontend, reply })),
      );
    }),
    getVpplbCounters: unary(limitMs.vpp, async (_, ask) =>
      lbCountersMessage(
        await ask<VppControl, LbCounters>(vpp(), (reply) => ({ type: 'get-lb-counters', reply })),
      ),
    ),
  };
}
