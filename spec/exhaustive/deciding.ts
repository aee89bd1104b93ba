import { isRight } from 'fp-ts/lib/Either.js';
import type { MaglevConfig } from '../../domain/config.js';
import { type Circumstances, decideFrontend, type Heard, hear } from '../../domain/deciding.js';
import { reviewIntents } from '../../domain/intent-review.js';
import type { DesiredVip } from '../../domain/lb.js';
import {
  actOnBackend,
  type BackendAction,
  effective,
  type Intents,
  noIntents,
  setWeight,
} from '../../domain/operator.js';
import type { Fleet } from './fleet.js';

/** All that decides. A value. */
export interface Inputs {
  readonly config: number;
  /** Servers that are down in truth. */
  readonly down: ReadonlySet<string>;
  /** Servers of which maglevd has a verdict; it is the truth. */
  readonly told: ReadonlySet<string>;
  readonly holdAll: boolean;
  readonly intents: Intents;
}

export interface Decided {
  readonly vips: readonly DesiredVip[];
  /** By frontend, the addresses that could serve new flows: up, and neither operators nor the config want them out. */
  readonly usable: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What is decided, by the code that ships. The same inputs give the same values, and the same VIP is one object. */
export class Deciding {
  readonly #fleet: Fleet;
  readonly #known = new Map<string, Decided>();
  readonly #vips = new Map<string, DesiredVip>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  configOf({ config }: Pick<Inputs, 'config'>): MaglevConfig {
    const found = this.#fleet.configs[config];
    if (found === undefined) throw new Error(`no config ${config}`);
    return found;
  }

  get atFirst(): Inputs {
    const told = new Set(this.configOf({ config: 0 }).backends.keys());
    return { config: 0, down: new Set(this.#fleet.down), told, holdAll: false, intents: noIntents };
  }

  decide(inputs: Inputs): Decided {
    const text = inputsText(inputs);
    let decided = this.#known.get(text);
    if (decided === undefined) {
      decided = this.#decide(inputs);
      this.#known.set(text, decided);
    }
    return decided;
  }

  /** What somebody says; null: it is refused, or changes nothing. */
  say(inputs: Inputs, backend: string, word: BackendAction | 'weight 0'): Inputs | null {
    const config = this.configOf(inputs);
    const said =
      word === 'weight 0'
        ? setWeight(inputs.intents, config, {
            frontend: 'web',
            pool: poolOf(config, backend),
            backend,
            weight: 0,
          })
        : actOnBackend(inputs.intents, config, backend, word);
    if (!isRight(said) || said.right === inputs.intents) return null;
    const told = new Set(inputs.told);
    // What is probed again has no verdict yet.
    if (word === 'resume' || word === 'enable') told.delete(backend);
    return { ...inputs, told, intents: said.right };
  }

  reload(inputs: Inputs, config: number): Inputs {
    const [before, after] = [this.configOf(inputs), this.configOf({ config })];
    const told = new Set(
      [...inputs.told].filter(
        (name) => before.backends.get(name)?.address === after.backends.get(name)?.address,
      ),
    );
    return { ...inputs, config, told, intents: reviewIntents(inputs.intents, after, 0).intents };
  }

  #decide(inputs: Inputs): Decided {
    const config = this.configOf(inputs);
    const now = effective(inputs.intents, config);
    const heard = new Map<string, Heard>();
    for (const { name, address } of config.backends.values()) {
      const verdict = inputs.down.has(name) ? 'down' : 'up';
      const state = inputs.told.has(name) ? verdict : 'unknown';
      heard.set(name, hear({ name, address, state, givenUp: false }, now));
    }
    const circumstances: Circumstances = { effective: now, heard, holdAll: inputs.holdAll };
    const usable = new Map<string, Set<string>>();
    for (const { name, pools } of now.config.frontends.values()) {
      const good = pools
        .flatMap(({ backends }) => backends)
        .filter((one) => one.weight > 0 && !inputs.down.has(one.name) && !now.paused.has(one.name))
        .flatMap((one) => now.config.backends.get(one.name) ?? []);
      usable.set(name, new Set(good.filter(({ enabled }) => enabled).map(({ address }) => address)));
    }
    const vips = [...now.config.frontends.values()].map((one) =>
      this.#one(decideFrontend(one, circumstances).vip),
    );
    return { vips, usable };
  }

  #one(vip: DesiredVip): DesiredVip {
    const text = JSON.stringify(vip);
    const known = this.#vips.get(text) ?? vip;
    this.#vips.set(text, known);
    return known;
  }
}

export function inputsText(inputs: Inputs): string {
  const known = texts.get(inputs) ?? written(inputs);
  texts.set(inputs, known);
  return known;
}

const texts = new WeakMap<Inputs, string>();

function written({ config, down, told, holdAll, intents }: Inputs): string {
  const words = [...intents].map(([subject, { value, dormantSince }]) => `${subject}${value}${dormantSince}`);
  return `${config}|${[...down].sort()}|${[...told].sort()}|${holdAll}|${words.sort()}`;
}

function poolOf({ frontends }: MaglevConfig, backend: string): string {
  const pools = frontends.get('web')?.pools ?? [];
  return pools.find(({ backends }) => backends.some(({ name }) => name === backend))?.name ?? '';
}
