import type { ConfigVerdict } from '../domain/config.js';
import { MaglevError } from '../domain/errors.js';
import type { LbState } from '../domain/lb.js';
import type { Address } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { ConfigControl } from '../protocol/config.js';
import type { Logger } from '../protocol/log.js';
import type { BackendView, FrontendView, ViewRequest } from '../protocol/views.js';
import type { SyncReport, VppControl, VppInfo } from '../protocol/vpp.js';
import type { Ask } from './ask.js';
import type { MaglevServer } from './generated/maglev.js';
import {
  backendMessage,
  frontendMessage,
  lbStateMessage,
  syncMessage,
  verdictMessage,
  vppInfoMessage,
} from './messages.js';
import { unaryHandlers } from './unary.js';

export interface GatewayOptions {
  readonly views: Address<ViewRequest>;
  readonly config: Address<ConfigControl>;
  /** null: maglevd was started without VPP. */
  readonly vpp: Address<VppControl> | null;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly log: Logger;
  /** Questions that may be under way at once, over all clients; default 256. */
  readonly maxInFlight?: number;
}

/**
 * The longest waits for an answer, in milliseconds, for clients that set no deadline of their own. A view is in
 * memory; a config is a file; VPP answers in milliseconds or has stalled; a sync may write tens of thousands of
 * changes.
 */
const limitMs = { view: 5_000, config: 30_000, vpp: 15_000, sync: 120_000 };

/** Longest name that a config can give; see the rules of names in docs/config-guide.md. */
const longestName = 64;

/** Service maglev.Maglev: every request becomes one message to an actor, every reply one response. */
export function createGateway(options: GatewayOptions): MaglevServer {
  const { views, config } = options;
  const unary = unaryHandlers({ ...options, maxInFlight: options.maxInFlight ?? 256 });
  const vpp = (): Address<VppControl> => {
    if (options.vpp === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
    return options.vpp;
  };

  return {
    checkConfig: unary(limitMs.config, async (_, ask) =>
      verdictMessage(
        await ask<ConfigControl, ConfigVerdict>(config, (reply) => ({ type: 'check-config', reply })),
      ),
    ),
    reloadConfig: unary(limitMs.config, async (_, ask) =>
      verdictMessage(
        await ask<ConfigControl, ConfigVerdict>(config, (reply) => ({ type: 'reload-config', reply })),
      ),
    ),
    listFrontends: unary(limitMs.view, async (_, ask) => {
      const frontends = await ask<ViewRequest, readonly FrontendView[]>(views, (reply) => ({
        type: 'list-frontends',
        reply,
      }));
      return { frontends: frontends.map(frontendMessage) };
    }),
    getFrontend: unary(limitMs.view, async (request, ask) => {
      const name = checkedName('name', request.name);
      return frontendMessage(
        await ask<ViewRequest, FrontendView>(views, (reply) => ({ type: 'get-frontend', name, reply })),
      );
    }),
    listBackends: unary(limitMs.view, async (_, ask) => {
      const backends = await ask<ViewRequest, readonly BackendView[]>(views, (reply) => ({
        type: 'list-backends',
        reply,
      }));
      return { backends: backends.map(backendMessage) };
    }),
    getBackend: unary(limitMs.view, async (request, ask) => {
      const name = checkedName('name', request.name);
      return backendMessage(
        await ask<ViewRequest, BackendView>(views, (reply) => ({ type: 'get-backend', name, reply })),
      );
    }),
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
  };
}

/** A name that cannot be one is refused here, so that no error repeats it at length. */
function checkedName(field: string, name: string): string {
  if (name === '') throw new MaglevError('MGL_REQUEST_INVALID', `${field} is empty`);
  if (name.length > longestName) {
    throw new MaglevError(
      'MGL_REQUEST_INVALID',
      `${field} has ${name.length} characters; names have at most ${longestName}`,
    );
  }
  return name;
}
