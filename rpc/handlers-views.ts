import type { Address, Ask } from '../protocol/address.js';
import type { ConfigControl } from '../protocol/config.js';
import type { HealthRequest } from '../protocol/health.js';
import type { ViewRequest } from '../protocol/views.js';
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
      const frontends = await ask(views, { type: 'list-frontends' });
      return { frontends: frontends.map(frontendMessage) };
    }),
    getFrontend: unary(limitMs.view, (request, ask) =>
      frontendInfo(sources, ask, checkedName('name', request.name)),
    ),
    listBackends: unary(limitMs.view, async (_, ask) => {
      const backends = await ask(views, { type: 'list-backends' });
      return { backends: backends.map(backendMessage) };
    }),
    getBackend: unary(limitMs.view, (request, ask) =>
      backendInfo(sources, ask, checkedName('name', request.name)),
    ),
  };
}

/** Rejects with MGL_FRONTEND_UNKNOWN. */
export async function frontendInfo({ views }: ViewSources, ask: Ask, name: string): Promise<FrontendInfo> {
  return frontendMessage(await ask(views, { type: 'get-frontend', name }));
}

/** Rejects with MGL_BACKEND_UNKNOWN. */
export async function backendInfo(
  { views, health, config }: ViewSources,
  ask: Ask,
  name: string,
): Promise<BackendInfo> {
  const [view, detail, running] = await Promise.all([
    ask(views, { type: 'get-backend', name }),
    ask(health, { type: 'get-detail', name }),
    runningConfig(config, ask),
  ]);
  return backendDetailMessage(view, detail, running.healthchecks.get(view.healthcheck) ?? null);
}
