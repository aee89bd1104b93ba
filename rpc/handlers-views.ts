import type { Address } from '../protocol/address.js';
import type { ConfigControl } from '../protocol/config.js';
import type { BackendDetail, HealthRequest } from '../protocol/health.js';
import type { BackendView, FrontendView, ViewRequest } from '../protocol/views.js';
import type { BoundedAsk } from './ask.js';
import { backendDetailMessage, backendMessage } from './backend-message.js';
import { checkedName } from './checked-fields.js';
import type { BackendInfo, FrontendInfo, MaglevServer } from './generated/maglev.js';
import { runningConfig } from './handlers-config.js';
import { limitMs } from './limits.js';
import { frontendMessage } from './messages.js';
import type { Unary } from './unary.js';

/** Who together know what there is to see of frontends and backends. */
export interface ViewSources {
  readonly views: Address<ViewRequest>;
  readonly health: Address<HealthRequest>;
  readonly config: Address<ConfigControl>;
}

type ViewHandlers = Pick<MaglevServer, 'listFrontends' | 'getFrontend' | 'listBackends' | 'getBackend'>;

export function viewHandlers(unary: Unary, sources: ViewSources): ViewHandlers {
  const { views } = sources;
  return {
    listFrontends: unary(limitMs.view, async (_, ask) => {
      const frontends = await ask<ViewRequest, readonly FrontendView[]>(views, (reply) => ({
        type: 'list-frontends',
        reply,
      }));
      return { frontends: frontends.map(frontendMessage) };
    }),
    getFrontend: unary(limitMs.view, (request, ask) =>
      frontendInfo(sources, ask, checkedName('name', request.name)),
    ),
    listBackends: unary(limitMs.view, async (_, ask) => {
      const backends = await ask<ViewRequest, readonly BackendView[]>(views, (reply) => ({
        type: 'list-backends',
        reply,
      }));
      return { backends: backends.map(backendMessage) };
    }),
    getBackend: unary(limitMs.view, (request, ask) =>
      backendInfo(sources, ask, checkedName('name', request.name)),
    ),
  };
}

/** Rejects with MGL_FRONTEND_UNKNOWN. */
export async function frontendInfo(
  { views }: ViewSources,
  ask: BoundedAsk,
  name: string,
): Promise<FrontendInfo> {
  return frontendMessage(
    await ask<ViewRequest, FrontendView>(views, (reply) => ({ type: 'get-frontend', name, reply })),
  );
}

/** Rejects with MGL_BACKEND_UNKNOWN. */
export async function backendInfo(
  { views, health, config }: ViewSources,
  ask: BoundedAsk,
  name: string,
): Promise<BackendInfo> {
  const [view, detail, running] = await Promise.all([
    ask<ViewRequest, BackendView>(views, (reply) => ({ type: 'get-backend', name, reply })),
    ask<HealthRequest, BackendDetail>(health, (reply) => ({ type: 'get-detail', name, reply })),
    runningConfig(config, ask),
  ]);
  return backendDetailMessage(view, detail, running.healthchecks.get(view.healthcheck) ?? null);
}
