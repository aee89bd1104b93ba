import { isRight } from 'fp-ts/lib/Either.js';
import type { MaglevConfig } from '../../domain/config.js';
import { type Circumstances, decideFrontend, type Heard, hear } from '../../domain/deciding.js';
import { type IntentMemory, nothingRemembered, withFound, withSaid } from '../../domain/intent-desk.js';
import { reviewIntents } from '../../domain/intent-review.js';
import type { IpAddress } from '../../domain/ip.js';
import type { DesiredVip } from '../../domain/lb.js';
import {
  actionSubjects,
  actOnBackend,
  effective,
  type Intents,
  noIntents,
  setWeight,
  subjectOf,
} from '../../domain/operator.js';
import type { Fleet } from './fleet.js';
import { compareWithReckoned } from './reckoned.js';
import { afterWord, type Said, type Word } from './said.js';

/** All that decides. A value. */
export interface Inputs {
  readonly config: number;
  /** Servers that are down in truth. */
  readonly down: ReadonlySet<string>;
  /** Servers of which maglevd has a verdict; it is the truth. */
  readonly told: ReadonlySet<string>;
  readonly holdAll: boolean;
  readonly memory: IntentMemory;
  /** What is on the disk of what operators have said. */
  readonly kept: Intents;
  readonly said: Said;
  /** What of it is on the disk: of the rest operators were told that a restart forgets it. */
  readonly saidAndKept: Said;
}

export interface Decided {
  readonly vips: readonly DesiredVip[];
  /** By frontend, the addresses that could serve new flows: up, and neither operators nor the config want them out. */
  readonly usable: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Something that an operator may say, and what is so then; `flush`: of whom the flows are to be cut. */
export interface Spoken {
  readonly name: string;
  readonly word: Word;
  readonly after: Inputs;
  readonly flush: readonly IpAddress[];
}

/** What is decided, by the code that ships. The same inputs give the same values, and the same VIP is one object. */
export class Deciding {
  readonly #fleet: Fleet;
  readonly #known = new Map<string, Decided>();
  readonly #vips = new Map<string, DesiredVip>();
  readonly #inputs = new Map<string, Inputs>();
  readonly #words = new WeakMap<Inputs, readonly Spoken[]>();

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
    const nothing = {
      memory: withFound(nothingRemembered, noIntents),
      kept: noIntents,
      said: new Set<string>(),
      saidAndKept: new Set<string>(),
    };
    return { config: 0, down: new Set(this.#fleet.down), told, holdAll: false, ...nothing };
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

  /** All that operators may say now and that is not refused, nor changes nothing. */
  words(inputs: Inputs): readonly Spoken[] {
    let words = this.#words.get(inputs);
    if (words === undefined) {
      words = [...this.#speak(inputs)];
      this.#words.set(inputs, words);
    }
    return words;
  }

  *#speak(inputs: Inputs): Generator<Spoken> {
    for (const name of this.#fleet.spokenOf) {
      const { address } = this.configOf(inputs).backends.get(name) ?? {};
      if (address === undefined) continue;
      for (const word of ['pause', 'resume', 'disable', 'enable', 'weight 0'] as const) {
        const after = this.#say(inputs, name, word);
        if (after !== null)
          yield { name, word, after: this.same(after), flush: word === 'weight 0' ? [address] : [] };
      }
    }
  }

  /** One for all that are alike, so that much is reckoned once. */
  same(inputs: Inputs): Inputs {
    const text = inputsText(inputs);
    const known = this.#inputs.get(text) ?? inputs;
    this.#inputs.set(text, known);
    return known;
  }

  /** What somebody says; null: it is refused, or changes nothing. */
  #say(inputs: Inputs, backend: string, word: Word): Inputs | null {
    const config = this.configOf(inputs);
    const { memory } = inputs;
    const place = { frontend: 'web', pool: poolOf(config, backend), backend };
    const after =
      word === 'weight 0'
        ? setWeight(memory.intents, config, { ...place, weight: 0 })
        : actOnBackend(memory.intents, config, backend, word);
    if (!isRight(after)) return null;
    // A word that repeats what holds is news only while it is not known what was said before.
    if (after.right === memory.intents && (memory.whole || word === 'enable')) return null;
    const told = new Set(inputs.told);
    // What is probed again has no verdict yet.
    if (after.right !== memory.intents && (word === 'resume' || word === 'enable')) told.delete(backend);
    const subjects =
      word === 'weight 0' ? [subjectOf({ kind: 'weight', ...place })] : actionSubjects(backend, word);
    return saved({
      ...inputs,
      told,
      memory: withSaid(memory, after.right, subjects),
      said: afterWord(inputs.said, backend, word),
    });
  }

  /** maglevd is restarted; `reads`: what was kept before comes at once, or later. */
  restarted(inputs: Inputs, reads: boolean): Inputs {
    const { saidAndKept: said } = inputs;
    const anew = { ...inputs, told: new Set<string>(), holdAll: true, memory: nothingRemembered, said };
    return reads ? this.found(anew) : anew;
  }

  /** The disk has given what was kept. */
  found(inputs: Inputs): Inputs {
    const memory = withFound(inputs.memory, inputs.kept);
    return saved({ ...inputs, memory });
  }

  reload(inputs: Inputs, config: number): Inputs {
    const [before, after] = [this.configOf(inputs), this.configOf({ config })];
    const told = new Set(
      [...inputs.told].filter(
        (name) => before.backends.get(name)?.address === after.backends.get(name)?.address,
      ),
    );
    const { intents } = reviewIntents(inputs.memory.intents, after, 0);
    return saved({ ...inputs, config, told, memory: { ...inputs.memory, intents } });
  }

  #decide(inputs: Inputs): Decided {
    const config = this.configOf(inputs);
    const now = effective(inputs.memory.intents, config);
    const heard = new Map<string, Heard>();
    for (const { name, address } of config.backends.values()) {
      const verdict = inputs.down.has(name) ? 'down' : 'up';
      // Of one that has moved what was heard is about its old address, until it has been probed there.
      const old = inputs.told.has(name) ? undefined : this.#otherAddress(name, address);
      const state = inputs.told.has(name) ? verdict : old === undefined ? 'unknown' : 'up';
      heard.set(name, hear({ name, address: old ?? address, state, givenUp: false }, now));
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
    // As long as nobody can know what operators have said, the config counts.
    const said: Said = inputs.memory.whole ? inputs.said : new Set();
    for (const [number, frontend] of [...config.frontends.values()].entries()) {
      const vip = vips[number];
      if (vip !== undefined && (inputs.memory.whole || inputs.memory.intents.size === 0))
        compareWithReckoned(frontend, vip, { ...inputs, config, said });
    }
    return { vips, usable };
  }

  #otherAddress(name: string, address: IpAddress): IpAddress | undefined {
    const all = this.#fleet.configs.flatMap(({ backends }) => backends.get(name)?.address ?? []);
    return all.find((one) => one !== address);
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

function written({ config, down, told, holdAll, memory, kept, said, saidAndKept }: Inputs): string {
  const known = memory.whole
    ? ''
    : `?${[...memory.said].sort()}?${intentsText(kept)}?${[...saidAndKept].sort()}`;
  return `${config}|${[...down].sort()}|${[...told].sort()}|${holdAll}|${intentsText(memory.intents)}${known}|${[...said].sort()}`;
}

function intentsText(intents: Intents): string {
  return [...intents]
    .map(([subject, { value, dormantSince }]) => `${subject}${value}${dormantSince}`)
    .sort()
    .join();
}

/** What is known whole is on the disk at once. */
function saved(inputs: Inputs): Inputs {
  const { memory, said } = inputs;
  return memory.whole ? { ...inputs, kept: memory.intents, saidAndKept: said } : inputs;
}

function poolOf({ frontends }: MaglevConfig, backend: string): string {
  const pools = frontends.get('web')?.pools ?? [];
  return pools.find(({ backends }) => backends.some(({ name }) => name === backend))?.name ?? '';
}
