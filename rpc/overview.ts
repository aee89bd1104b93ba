import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError } from '../domain/errors.js';
import type { FrontendStanding, Standings } from '../domain/standings.js';
import type { Address, Ask } from '../protocol/address.js';
import type { ConfigControl } from '../protocol/config.js';
import type { BackendView, FrontendView, PoolBackendView } from '../protocol/decision.js';
import type { BackendDetail, HealthRequest } from '../protocol/health.js';
import type { VppControl } from '../protocol/vpp.js';
import { backendMessage, doubtMessage, transitionMessage } from './backend-message.js';
import type { BackendInfo, FrontendInfo, PoolBackendInfo, VPPStanding } from './generated/maglev.js';
import { frontendMessage } from './messages.js';
import { nanoseconds } from './nanoseconds.js';
import { overallMessage, standingMessage } from './standing-message.js';

export interface OverviewSources {
  readonly health: Address<HealthRequest>;
  readonly config: Address<ConfigControl>;
  /** null: maglevd was started without VPP. */
  readonly vpp: Address<VppControl> | null;
}

/** Who knows how VPP stands answers at once, whatever VPP does: longer than this it does not answer at all. */
const STANDINGS_MS = 1000;

export async function askStandings(vpp: OverviewSources['vpp'], ask: Ask): Promise<Standings> {
  const nothing = { conf: null, compared: false, frontends: [] } as const;
  if (vpp === null) return { vpp: { state: 'disabled' }, ...nothing };
  try {
    return await ask(vpp, { type: 'list-standings' }, { timeoutMs: STANDINGS_MS });
  } catch (thrown) {
    // No other part of an overview has to wait for it; and nobody takes silence for good news.
    return { vpp: { state: 'unknown', error: asMaglevError(thrown) }, ...nothing };
  }
}

/** Joins what was decided with what VPP has, what cannot be measured, and what operators said. Nothing is decided here. */
export class Overview {
  readonly standings: Standings;
  readonly #byFrontend: ReadonlyMap<string, FrontendStanding>;
  readonly #health: ReadonlyMap<string, BackendDetail>;
  readonly #running: MaglevConfig;

  constructor(standings: Standings, health: readonly BackendDetail[], running: MaglevConfig) {
    this.standings = standings;
    this.#byFrontend = new Map(standings.frontends.map((one) => [one.frontend, one]));
    this.#health = new Map(health.map((one) => [one.name, one]));
    this.#running = running;
  }

  static async ask({ health, config, vpp }: OverviewSources, ask: Ask): Promise<Overview> {
    const [standings, details, running] = await Promise.all([
      askStandings(vpp, ask),
      ask(health, { type: 'list-details' }),
      ask(config, { type: 'get-config' }),
    ]);
    return new Overview(standings, details, running);
  }

  get overall(): VPPStanding {
    return overallMessage(this.standings, this.standings.frontends);
  }

  frontend(view: FrontendView): FrontendInfo {
    const standing = this.#byFrontend.get(view.name);
    const message = frontendMessage(view);
    const pools = message.pools.map((pool) => ({
      ...pool,
      backends: pool.backends.map((one) => this.#poolBackend(one, standing)),
    }));
    const members = new Map(pools.flatMap(({ backends }) => backends).map((one) => [one.name, one]));
    const count = (is: (one: PoolBackendInfo) => boolean) => [...members.values()].filter(is).length;
    return {
      ...message,
      pools,
      standing: standingMessage(this.standings.vpp, standing),
      doubts: count(({ doubt }) => doubt !== undefined),
      holds: count(({ effectiveWeight }) => effectiveWeight === undefined),
      overrides: count(({ override, configuredWeight }) => override !== '' || configuredWeight !== undefined),
    };
  }

  /** As lists have it. */
  backend(view: BackendView): BackendInfo {
    const detail = this.#health.get(view.name);
    const message = { ...backendMessage(view), ...this.marks(view) };
    if (detail === undefined) return message;
    const { life, givenUp } = detail;
    // What health knows of a state that is not the one decided upon is about another one.
    const [last] = life.state === view.state ? life.history : [];
    return {
      ...message,
      stateSinceNs: life.state === view.state ? nanoseconds(life.since) : undefined,
      doubt: life.doubt === null ? undefined : doubtMessage(life.doubt),
      transitions: last === undefined ? [] : [transitionMessage(last)],
      givenUp,
    };
  }

  /** What GetBackend has of it beside its health. */
  marks(view: BackendView): Pick<BackendInfo, 'override' | 'standing'> {
    const mine = new Set(view.frontends);
    const users = this.standings.frontends.filter(({ frontend }) => mine.has(frontend));
    const standing = overallMessage({ ...this.standings, conf: null }, users);
    return { override: this.#override(view), standing };
  }

  #poolBackend(one: PoolBackendInfo, standing: FrontendStanding | undefined): PoolBackendInfo {
    const address = standing?.desired.ases.find(({ backend }) => backend === one.name)?.address;
    const as = standing?.found?.ases.find((found) => found.address === address);
    const doubt = this.#health.get(one.name)?.life.doubt ?? null;
    const { enabled = true } = this.#running.backends.get(one.name) ?? {};
    return {
      ...one,
      vppWeight: as?.weight,
      vppBuckets: standing?.buckets === true ? as?.buckets : undefined,
      doubt: doubt === null ? undefined : doubtMessage(doubt),
      override: overrideOf(one.state, enabled),
    };
  }

  #override({ name, state, enabled }: Pick<BackendView, 'name' | 'state' | 'enabled'>): string {
    const configured = this.#running.backends.get(name)?.enabled ?? enabled;
    return overrideOf(state, configured);
  }
}

/** A pause is always an operator's; the rest is his where the config says the opposite. */
function overrideOf(state: PoolBackendView['state'] | string, configured: boolean): string {
  if (state === 'paused') return 'paused';
  if (state === 'disabled') return configured ? 'disabled' : '';
  return configured || state === 'removed' ? '' : 'enabled';
}
