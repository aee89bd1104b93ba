import type { BackendAction } from '../domain/operator.js';
import { weightIn } from './places.js';
import type { Fleet } from './scenario.js';

interface Word {
  readonly backend: string;
  readonly what: 'paused' | 'enabled' | 'weight';
  readonly frontend: string;
  readonly pool: string;
  readonly value: boolean | number;
  /** What the config said when it was spoken. */
  readonly configured: boolean | number;
}

/** Something that an operator has said, whether he was heard or not. */
export interface Spoken {
  readonly at: number;
  readonly subject: string;
  readonly value: boolean | number;
}

type WeightPlace = { readonly frontend: string; readonly pool: string; readonly backend: string };

/** What operators have said, and what holds of it. */
export class Words {
  readonly #now: () => number;
  readonly #words = new Map<string, Word>();
  readonly #spoken: Spoken[] = [];
  /** Of these nobody can know whether they were said before or after the config changed what they are about. */
  readonly #unsure = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An operator says something; it may be heard from now on. */
  says(subject: string, value: boolean | number): void {
    this.#spoken.push({ at: this.#now(), subject, value });
    if (this.#spoken.length > 500) this.#spoken.splice(0, 250);
  }

  /** What was said of it, by its time. */
  spoken(subject: string): readonly Spoken[] {
    return this.#spoken.filter((one) => one.subject === subject);
  }

  /** Holds a word about it? */
  holds(subject: string): boolean {
    return this.#words.has(subject);
  }

  /** An operator was told that it is done. `configs`: the one that counts, and those that may count by now. */
  done(configs: readonly [Fleet, ...Fleet[]], backend: string, action: BackendAction): void {
    const [config] = configs;
    const enabled = (fleet: Fleet) => fleet.backends.find(({ name }) => name === backend)?.enabled;
    this.#doubt(`enabled ${backend}`, new Set(configs.map(enabled)).size > 1);
    const plan = config.backends.find(({ name }) => name === backend);
    if (plan === undefined) return;
    const word = (what: 'paused' | 'enabled', value: boolean, configured: boolean) => {
      const subject = `${what} ${backend}`;
      if (value === configured) this.#words.delete(subject);
      else this.#words.set(subject, { backend, what, frontend: '', pool: '', value, configured });
    };
    switch (action) {
      case 'pause':
      case 'resume':
        word('paused', action === 'pause', false);
        break;
      case 'enable':
      case 'disable': {
        const value = action === 'enable';
        if (this.isEnabled(config, backend) === value) break;
        word('enabled', value, plan.enabled);
        word('paused', false, false);
        break;
      }
    }
  }

  weightDone(configs: readonly [Fleet, ...Fleet[]], place: WeightPlace, value: number): void {
    const [config] = configs;
    const { frontend, pool, backend } = place;
    const subject = `weight ${frontend} ${pool} ${backend}`;
    this.#doubt(subject, new Set(configs.map((fleet) => weightIn(fleet, place))).size > 1);
    const configured = weightIn(config, place);
    if (configured === null) return;
    if (configured === value) this.#words.delete(subject);
    else this.#words.set(subject, { ...place, what: 'weight', value, configured });
  }

  #doubt(subject: string, isUnsure: boolean): void {
    if (isUnsure) this.#unsure.add(subject);
    else this.#unsure.delete(subject);
  }

  /** Can it be known whether a word about it holds? */
  isSure(subject: string): boolean {
    return !this.#unsure.has(subject);
  }

  /** Another config counts: it has the last word about what it has changed. */
  review(config: Fleet): void {
    for (const [subject, word] of this.#words) {
      const configured = configuredFor(config, word);
      if (configured !== null && (configured !== word.configured || configured === word.value))
        this.#words.delete(subject);
    }
  }

  forget(): void {
    this.#words.clear();
  }

  isEnabled(config: Fleet, backend: string): boolean {
    const word = this.#words.get(`enabled ${backend}`);
    if (word !== undefined) return word.value === true;
    return config.backends.find(({ name }) => name === backend)?.enabled === true;
  }

  isPaused(backend: string): boolean {
    return this.#words.has(`paused ${backend}`);
  }

  weightOf(config: Fleet, place: WeightPlace): number | null {
    const word = this.#words.get(`weight ${place.frontend} ${place.pool} ${place.backend}`);
    return word === undefined ? weightIn(config, place) : Number(word.value);
  }

  /** What holds, in the words of maglevc; what waits for its name to come back is not in it. */
  told(config: Fleet): readonly string[] {
    return [...this.#words]
      .filter(([subject, word]) => this.isSure(subject) && configuredFor(config, word) !== null)
      .map(([, { what, value, backend, frontend, pool }]) => {
        if (what === 'weight') return `weight ${value} ${frontend} ${pool} ${backend}`;
        return `${what === 'paused' ? 'pause' : value === true ? 'enable' : 'disable'} ${backend}`;
      })
      .sort();
  }
}

function configuredFor(fleet: Fleet, word: Word): boolean | number | null {
  if (word.what === 'weight') return weightIn(fleet, word);
  const backend = fleet.backends.find(({ name }) => name === word.backend);
  if (backend === undefined) return null;
  return word.what === 'paused' ? false : backend.enabled;
}
