import type { Address, Ask } from '../protocol/address.js';
import type { ViewRequest } from '../protocol/decision.js';
import { backendDetailMessage } from './backend-message.js';
import { checkedName } from './checked-fields.js';
import type { BackendInfo, FrontendInfo, MaglevServer } from './generated/maglev.js';
import { runningConfig } from './handlers-config.js';
import { limitMs } from './limits.js';
import { askStandings, Overview, type OverviewSources } from './overview.js';
import { conditionMessage } from './standing-message.js';
import type { Unary } from './unary.js';

/** Who together know what there is to see of frontends and backends. */
export interface ViewSources extends OverviewSources {
  readonly views: Address<ViewRequest>;
}

type ViewHandlers = Pick<MaglevServer, 'listFrontends' | 'getFrontend' | 'listBackends' | 'getBackend'>;

export function viewHandlers(unary: Unary, sources: ViewSources): ViewHandlers {
  const { views } = sources;
  return {
    listFrontends: unary(limitMs.view, async (_, ask) => {
      const [overview, frontends] = await Promise.all([
        Overview.ask(sources, ask),
        ask(views, { type: 'list-frontends' }),
      ]);
      const vpp = conditionMessage(overview.standings.vpp);
      return { frontends: frontends.map((view) => overview.frontend(view)), vpp };
    }),
    getFrontend: unary(limitMs.view, (request, ask) =>
      frontendInfo(sources, ask, checkedName('name', request.name)),
    ),
    listBackends: unary(limitMs.view, async (_, ask) => {
      const [overview, backends] = await Promise.all([
        Overview.ask(sources, ask),
        ask(views, { type: 'list-backends' }),
      ]);
      const vpp = conditionMessage(overview.standings.vpp);
      return { backends: backends.map((view) => overview.backend(view)), vpp };
    }),
    getBackend: unary(limitMs.view, (request, ask) =>
      backendInfo(sources, ask, checkedName('name', request.name)),
    ),
  };
}

/** Rejects with MGL_FRONTEND_UNKNOWN. */
export async function frontendInfo(sources: ViewSources, ask: Ask, name: string): Promise<FrontendInfo> {
  const [view, overview] = await Promise.all([
    ask(sources.views, { type: 'get-frontend', name }),
    Overview.ask(sources, ask),
  ]);
  return overview.frontend(view);
}

/** Rejects with MGL_BACKEND_UNKNOWN. */
export async function backendInfo(sources: ViewSources, ask: Ask, name: string): Promise<BackendInfo> {
  const [view, detail, standings, running] = await Promise.all([
    ask(sources.views, { type: 'get-backend', name }),
    ask(sources.health, { type: 'get-detail', name }),
    askStandings(sources.vpp, ask),
    runningConfig(sources.config, ask),
  ]);
  const overview = new Overview(standings, [detail], running);
  const rules = running.healthchecks.get(view.healthcheck) ?? null;
  return { ...backendDetailMessage(view, detail, rules), ...overview.marks(view) };
}
