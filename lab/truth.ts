import type { VipId } from '../domain/lb.js';
import type { BackendAction } from '../domain/operator.js';
import { Ideals } from './ideals.js';
import { type Place, placesOf, vipIdOf, weightIn } from './places.js';
import type { Fleet, FrontendPlan } from './scenario.js';
import type { SeenVip } from './seen.js';
import type { Culprit } from './servers.js';
import { Troubles } from './troubles.js';

const never = Number.NEGATIVE_INFINITY;

interface Word {
  readonly backend: string;
  readonly what: 'paused' | 'enabled' | 'weight';
  readonly frontend: string;
  readonly pool: string;
  readonly value: boolean | number;
  /** What the config said when it was spoken. */
  readonly configured: boolean | number;
}

interface Spoken {
  readonly at: number;
  readonly subject: string;
  readonly value: boolean | number;
}

/**
 * What is so, whatever maglevd believes: which config counts, what operators have said, and how the servers are. It is
 * reckoned here in its own way, from what the scenario has done; nothing of maglevd's rules is used.
 */
export class Truth {
  readonly #now: () => number;
  /** The config that counts. */
  config: Fleet;
  /** Those that have counted, or may count by now, and until when that may still be seen. */
  readonly #others: { readonly fleet: Fleet; until: number }[] = [];
  readonly #words = new Map<string, Word>();
  readonly #spoken: Spoken[] = [];
  readonly #ideals = new Ideals();
  readonly #troubles: Troubles;
  lifeBegan = 0;
  /** When a backend began to be probed anew, as far as operators and the config are the cause. */
  readonly #begun = new Map<string, number>();

  constructor(now: () => number, config: Fleet) {
    this.#now = now;
    this.config = config;
    this.#troubles = new Troubles(now);
  }

  /** VPP, or the process that governs it, is in trouble from now on, for so long at least; gives what ends it. */
  troubled(forMs = 0): () => void {
    return this.#troubles.begin(forMs);
  }

  /** For how long there has been no trouble. */
  get quietMs(): number {
    return this.#troubles.quietMs;
  }

  /** This config may count from now on. */
  mayCount(fleet: Fleet): void {
    this.#others.push({ fleet, until: Number.POSITIVE_INFINITY });
  }

  /** It counts, and no other. */
  counts(fleet: Fleet): void {
    const now = this.#now();
    for (const one of this.#others) one.until = Math.min(one.until, now);
    this.#others.push({ fleet: this.config, until: now });
    const left = this.#others.filter(({ until }) => this.#troubles.isRecent(until));
    this.#others.splice(0, this.#others.length, ...left);
    for (const { name, address, enabled } of fleet.backends) {
      const before = this.config.backends.find((one) => one.name === name);
      if (before?.address !== address || before.enabled !== enabled) this.#begun.set(name, now);
    }
    this.config = fleet;
    for (const [subject, word] of this.#words) {
      const configured = configuredFor(fleet, word);
      if (configured !== null && (configured !== word.configured || configured === word.value))
        this.#words.delete(subject);
    }
  }

  /** Configs of which something may be seen in VPP now. */
  get configs(): readonly Fleet[] {
    const recent = this.#others.filter(({ until }) => this.#troubles.isRecent(until));
    return [this.config, ...recent.map(({ fleet }) => fleet)];
  }

  /** An operator says something; it may be heard from now on. */
  says(subject: string, value: boolean | number): void {
    this.#spoken.push({ at: this.#now(), subject, value });
    if (this.#spoken.length > 500) this.#spoken.splice(0, 250);
  }

  /** He was told that it is done. */
  done(backend: string, action: BackendAction): void {
    const plan = this.config.backends.find(({ name }) => name === backend);
    if (plan === undefined) return;
    if (action === 'resume' || action === 'enable') this.#begun.set(backend, this.#now());
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
        if (this.isEnabled(backend) === value) break;
        word('enabled', value, plan.enabled);
        word('paused', false, false);
        break;
      }
    }
  }

  weightDone(place: { frontend: string; pool: string; backend: string }, value: number): void {
    const { frontend, pool, backend } = place;
    const subject = `weight ${frontend} ${pool} ${backend}`;
    const configured = weightIn(this.config, place);
    if (configured === null) return;
    if (configured === value) this.#words.delete(subject);
    else this.#words.set(subject, { ...place, what: 'weight', value, configured });
  }

  /** What was kept of what operators have said is lost, and nobody can help it. */
  forget(): void {
    this.#words.clear();
  }

  isEnabled(backend: string): boolean {
    const word = this.#words.get(`enabled ${backend}`);
    if (word !== undefined) return word.value === true;
    return this.config.backends.find(({ name }) => name === backend)?.enabled === true;
  }

  isPaused(backend: string): boolean {
    return this.#words.has(`paused ${backend}`);
  }

  /** The weight of a place as it counts. */
  weightOf(place: { frontend: string; pool: string; backend: string }): number | null {
    const word = this.#words.get(`weight ${place.frontend} ${place.pool} ${place.backend}`);
    if (word !== undefined) return Number(word.value);
    return weightIn(this.config, place);
  }

  /** What holds of what operators have said, in the words of maglevc; what waits for its name to come back is not in it. */
  get words(): readonly string[] {
    return [...this.#words.values()]
      .filter((word) => configuredFor(this.config, word) !== null)
      .map(({ what, value, backend, frontend, pool }) => {
        if (what === 'weight') return `weight ${value} ${frontend} ${pool} ${backend}`;
        return `${what === 'paused' ? 'pause' : value === true ? 'enable' : 'disable'} ${backend}`;
      })
      .sort();
  }

  /** A probe of this server has ended. */
  probed(address: string, passed: boolean, culprit: Culprit): void {
    const now = this.#now();
    for (const backend of this.config.backends) {
      if (backend.address !== address || backend.check === null) continue;
      const check = this.config.checks.find(({ name }) => name === backend.check);
      if (check === undefined) continue;
      this.#ideals.of(backend.name, check).count(check, passed, culprit, now);
    }
  }

  /** Why it may be out of service, or without a verdict, as a word; null = it must serve. */
  mayBeOut(name: string): string | null {
    const now = this.#now();
    for (const fleet of this.configs) {
      const plan = fleet.backends.find((one) => one.name === name);
      if (plan === undefined) return 'not in the config';
      if (!plan.enabled) return 'disabled by the config';
    }
    if (!this.isEnabled(name) || this.#recently(`enabled ${name}`, false)) return 'disabled by an operator';
    if (this.isPaused(name) || this.#recently(`paused ${name}`, true)) return 'paused by an operator';
    const ideal = this.#ideals.get(name);
    if (ideal === undefined) return null;
    if (!ideal.up || this.#troubles.isRecent(ideal.lastDownAt)) return 'its probes have failed';
    // Without a verdict for too long, and with a failure, it counts as down.
    const patience = this.config.startupMs[1];
    if (ideal.failures > 0 && ideal.lastPassAt < this.lifeBegan && now - this.lifeBegan >= patience)
      return noVerdict;
    return null;
  }

  #recently(subject: string, value: boolean): boolean {
    return this.#spoken.some(
      (one) => one.subject === subject && one.value === value && this.#troubles.isRecent(one.at),
    );
  }

  /** May this place weigh so much at most? 0 = it may be out. */
  weightsOf(place: { frontend: string; pool: string; backend: string }): ReadonlySet<number> {
    const subject = `weight ${place.frontend} ${place.pool} ${place.backend}`;
    const found = new Set<number>();
    for (const fleet of this.configs) {
      const weight = weightIn(fleet, place);
      if (weight !== null) found.add(weight);
    }
    const now = this.weightOf(place);
    if (now !== null) found.add(now);
    for (const one of this.#spoken)
      if (one.subject === subject && this.#troubles.isRecent(one.at)) found.add(Number(one.value));
    return found;
  }

  /** Why a server of a VIP may weigh nothing, or be gone from it; null = it must not. */
  mayLose(id: VipId, address: string, vip: SeenVip): string | null {
    let why: string | null = null;
    for (const fleet of this.configs) {
      const frontend = fleet.frontends.find((one) => vipIdOf(one) === id);
      if (frontend === undefined) return 'no frontend has this VIP';
      const places = placesOf(fleet, frontend, address);
      if (places.length === 0) return 'the config has it no more';
      why ??= this.#mayLoseIn(fleet, frontend, places, vip);
      if (why !== null) return why;
    }
    return null;
  }

  #mayLoseIn(fleet: Fleet, frontend: FrontendPlan, places: readonly Place[], vip: SeenVip): string | null {
    const reasons = places.map(({ pool, index, backend }) => {
      if (this.weightsOf({ frontend: frontend.name, pool, backend }).has(0)) return 'its weight is 0';
      const out = this.mayBeOut(backend);
      if (out !== null) return out;
      const earlier = frontend.pools.slice(0, index).flatMap((one) => one.backends.map(({ name }) => name));
      const serving = earlier.some((name) => {
        const address = fleet.backends.find((one) => one.name === name)?.address ?? '';
        return (vip.servers.get(address) ?? 0) > 0;
      });
      return serving ? 'an earlier pool serves' : null;
    });
    return reasons.includes(null) ? null : (reasons[0] ?? null);
  }

  addressOf(backend: string): string {
    return this.config.backends.find(({ name }) => name === backend)?.address ?? '';
  }

  frontendOf(fleet: Fleet, id: VipId): FrontendPlan | undefined {
    return fleet.frontends.find((one) => vipIdOf(one) === id);
  }

  /** Has it been found well since it is probed in this life of maglevd? Before that nobody knows. */
  #isKnown(name: string): boolean {
    const plan = this.config.backends.find((one) => one.name === name);
    const begun = Math.max(this.lifeBegan, this.#begun.get(name) ?? never);
    return plan?.check === null || (this.#ideals.get(name)?.lastPassAt ?? never) > begun;
  }

  /** Servers of a VIP that could serve by every config that may count. */
  mustServe(id: VipId): readonly string[] {
    const lists = this.configs.map((fleet) => {
      const frontend = this.frontendOf(fleet, id);
      const places = (frontend?.pools ?? []).flatMap((pool) =>
        pool.backends.map(({ name }) => ({ pool: pool.name, backend: name })),
      );
      return places
        .filter(({ pool, backend }) => {
          const weights = this.weightsOf({ frontend: frontend?.name ?? '', pool, backend });
          return !weights.has(0) && this.mayBeOut(backend) === null && this.#isKnown(backend);
        })
        .map(({ backend }) => backend);
    });
    const [first = [], ...others] = lists;
    return first.filter((name) => others.every((list) => list.includes(name)));
  }

  /** All weights that this server may have in this VIP, but 0. */
  weightsAt(id: VipId, address: string): ReadonlySet<number> {
    const found = new Set<number>();
    for (const fleet of this.configs) {
      const frontend = this.frontendOf(fleet, id);
      if (frontend === undefined) continue;
      for (const { pool, backend } of placesOf(fleet, frontend, address)) {
        for (const weight of this.weightsOf({ frontend: frontend.name, pool, backend })) found.add(weight);
      }
    }
    return found;
  }

  /** Is it out by its own probes, or may that still be on its way? */
  mayBeDown(name: string): boolean {
    const ideal = this.#ideals.get(name);
    return ideal !== undefined && (!ideal.up || this.#troubles.isRecent(ideal.lastDownAt));
  }

  /**
   * Whether the flows of a server that leaves a VIP may be cut with that: both values are possible when more than one
   * thing may have put it out.
   */
  mayCut(id: VipId, address: string): ReadonlySet<boolean> {
    const possible = new Set<boolean>();
    for (const fleet of this.configs) {
      const frontend = this.frontendOf(fleet, id);
      if (frontend === undefined) return new Set([true, false]);
      const places = placesOf(fleet, frontend, address);
      if (places.length !== 1) return new Set([true, false]);
      for (const { pool, index, backend } of places) {
        const plan = fleet.backends.find(({ name }) => name === backend);
        if (plan?.enabled !== true || !this.isEnabled(backend) || this.#recently(`enabled ${backend}`, false))
          possible.add(true);
        if (this.isPaused(backend) || this.#recently(`paused ${backend}`, true)) possible.add(false);
        if (this.mayBeDown(backend)) possible.add(frontend.flushOnDown);
        const place = { frontend: frontend.name, pool, backend };
        if (this.weightsOf(place).has(0)) {
          possible.add(false);
          if (this.#recently(`flush ${frontend.name} ${pool} ${backend}`, true)) possible.add(true);
        }
        if (index > 0 || frontend.pools.length > 1) possible.add(false);
        if (this.mayBeOut(backend) === noVerdict) possible.add(false);
      }
    }
    return possible;
  }

  /** What VPP should have when all is calm: weights by address, by VIP. `isDead`: servers that are gone. */
  expected(isDead: (address: string) => boolean): ReadonlyMap<VipId, ReadonlyMap<string, number>> {
    const { config } = this;
    const wanted = new Map<VipId, Map<string, number>>();
    for (const frontend of config.frontends) {
      const isUp = (name: string): boolean => {
        const plan = config.backends.find((one) => one.name === name);
        if (plan === undefined || !this.isEnabled(name) || this.isPaused(name)) return false;
        return plan.check === null || !isDead(plan.address);
      };
      const weight = (pool: string, backend: string) =>
        this.weightOf({ frontend: frontend.name, pool, backend }) ?? 0;
      const active = frontend.pools.find(({ name, backends }) =>
        backends.some((one) => isUp(one.name) && weight(name, one.name) > 0),
      );
      const serving = active ?? frontend.pools[0];
      const servers = new Map<string, number>();
      for (const pool of frontend.pools) {
        for (const { name } of pool.backends) {
          const address = config.backends.find((one) => one.name === name)?.address ?? '';
          const own = pool === serving && isUp(name) ? weight(pool.name, name) : 0;
          servers.set(address, Math.max(own, servers.get(address) ?? 0));
        }
      }
      wanted.set(vipIdOf(frontend), servers);
    }
    return wanted;
  }
}

const noVerdict = 'no verdict since the start';

function configuredFor(fleet: Fleet, word: Word): boolean | number | null {
  if (word.what === 'weight') return weightIn(fleet, word);
  const backend = fleet.backends.find(({ name }) => name === word.backend);
  if (backend === undefined) return null;
  return word.what === 'paused' ? false : backend.enabled;
}
