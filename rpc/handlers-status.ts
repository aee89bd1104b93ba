import type { Clock } from '../protocol/clock.js';
import { issueMessage } from './config-message.js';
import type { BackendInfo, FrontendInfo, MaglevServer, VersionInfo } from './generated/maglev.js';
import type { ViewSources } from './handlers-views.js';
import { limitMs } from './limits.js';
import { syncInfoMessage, vppInfoMessage } from './messages.js';
import { nanoseconds } from './nanoseconds.js';
import { Overview } from './overview.js';
import { conditionMessage } from './standing-message.js';
import type { Unary } from './unary.js';

/** The maglevd that answers. */
export interface About {
  readonly version: string;
  /** null: not known. */
  readonly commit: string | null;
  readonly date: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly pid: number;
}

/** What else than the standings is asked of VPP's side is left out when it does not come soon. */
const VPP_MS = 1000;

export function statusHandlers(
  unary: Unary,
  sources: ViewSources & { readonly about: About; readonly clock: Pick<Clock, 'now'> },
): Pick<MaglevServer, 'getStatus' | 'getVersion' | 'getCaller'> {
  const { views, vpp, config, about, clock } = sources;
  return {
    getVersion: unary(limitMs.view, async () => versionMessage(about)),
    getCaller: unary(limitMs.view, async (_, __, who, role) => {
      return { who, role: role ?? '', nowNs: nanoseconds(clock.now()) };
    }),
    getStatus: unary(limitMs.view, async (_, ask) => {
      const [overview, frontends, backends, warnings, info, syncs] = await Promise.all([
        Overview.ask(sources, ask),
        ask(views, { type: 'list-frontends' }),
        ask(views, { type: 'list-backends' }),
        ask(config, { type: 'get-warnings' }),
        vpp === null ? null : ask(vpp, { type: 'get-info' }, { timeoutMs: VPP_MS }).catch(() => null),
        vpp === null ? [] : ask(vpp, { type: 'list-syncs' }, { timeoutMs: VPP_MS }).catch(() => []),
      ]);
      const lastSync = syncs.findLast(({ scope }) => scope === 'all');
      return {
        version: versionMessage(about),
        vpp: conditionMessage(overview.standings.vpp),
        vppInfo: info === null ? undefined : vppInfoMessage(info),
        standing: overview.overall,
        lastSync: lastSync === undefined ? undefined : syncInfoMessage(lastSync),
        frontendsTotal: frontends.length,
        backendsTotal: backends.length,
        frontends: frontends.map((view) => overview.frontend(view)).filter(isNews),
        backends: backends.map((view) => overview.backend(view)).filter(isBackendNews),
        warnings: warnings.map(issueMessage),
        frontendsUp: frontends.filter(({ state }) => state === 'up').length,
        backendsUp: backends.filter(({ state }) => state === 'up').length,
      };
    }),
  };
}

/** That VPP is not there is told once, and not of each frontend. */
function isNews({ state, standing, doubts, holds, overrides }: FrontendInfo): boolean {
  const well = ['equal', 'unreachable', 'disabled'].includes(standing?.state ?? '');
  return state !== 'up' || !well || doubts + holds + overrides > 0;
}

function isBackendNews({ state, doubt, override }: BackendInfo): boolean {
  return state !== 'up' || doubt !== undefined || override !== '';
}

function versionMessage({ version, commit, date, startedAt, pid }: About): VersionInfo {
  return { version, commit: commit ?? '', date: date ?? '', startNs: nanoseconds(startedAt), pid };
}
