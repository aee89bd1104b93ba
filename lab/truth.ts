import type { VipId } from '../domain/lb.js';
import { Blindness } from './blindness.js';
import { type Ideal, Ideals } from './ideals.js';
import { type Place, placesOf, vipIdOf, weightIn } from './places.js';
import type { BackendPlan, Fleet, FrontendPlan } from './scenario.js';
import type { SeenVip } from './seen.js';
import type { Culprit } from './servers.js';
import { Troubles } from './troubles.js';
import { Words } from './words.js';

/** So long, in milliseconds, who has passed may be in doubt, and up: no failure counts that a slow VPP may explain. */
const IN_DOUBT_MS = 15_000;
const never = Number.NEGATIVE_INFINITY;

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
  readonly #ideals = new Ideals();
  readonly #troubles: Troubles;
  readonly blindness: Blindness;
  readonly words: Words;
  lifeBegan = 0;
  /** When somebody has changed a VIP by hand. */
  readonly #touched = new Map<VipId, number>();
  /** When a backend began to be probed anew, as far as operators and the config are the cause. */
  readonly #begun = new Map<string, number>();

  constructor(now: () => number, config: Fleet) {
    this.#now = now;
    this.config = config;
    this.#troubles = new Troubles(now);
    this.blindness = new Blindness(now);
    this.words = new Words(now);
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
    if (fleet !== this.config) this.#others.push({ fleet: this.config, until: now });
    const left = this.#others.filter(({ until }) => this.#troubles.isRecent(until));
    this.#others.splice(0, this.#others.length, ...left);
    for (const one of fleet.backends) {
      const before = this.config.backends.find(({ name }) => name === one.name);
      if (before === undefined || !isProbedAlike(this.config, before, fleet, one))
        this.#begun.set(one.name, now);
    }
    this.config = fleet;
    this.words.review(fleet);
  }

  /** Configs of which something may be seen in VPP now. */
  get configs(): readonly [Fleet, ...Fleet[]] {
    const recent = this.#others.filter(({ until }) => this.#troubles.isRecent(until));
    return [this.config, ...recent.map(({ fleet }) => fleet)];
  }

  /** A backend begins to be probed anew: an operator was told so. */
  begins(backend: string): void {
    this.#begun.set(backend, this.#now());
  }

  /** What was kept of what operators have said is lost, and nobody can help it. */
  forget(): void {
    this.words.forget();
  }

  isEnabled(backend: string): boolean {
    return this.words.isEnabled(this.config, backend);
  }

  isPaused(backend: string): boolean {
    return this.words.isPaused(backend);
  }

  /** The weight of a place as it counts. */
  weightOf(place: { frontend: string; pool: string; backend: string }): number | null {
    return this.words.weightOf(this.config, place);
  }

  /** A probe of this server has ended. */
  probed(address: string, passed: boolean, culprit: Culprit): void {
    const ended = { passed, culprit, now: this.#now(), lifeBegan: this.lifeBegan };
    // Of a config that may count already, too: whoever reads it first begins to probe.
    const counted = new Set<string>();
    for (const { backends, checks } of this.configs) {
      for (const backend of backends) {
        if (backend.address !== address || backend.check === null || counted.has(backend.name)) continue;
        const check = checks.find(({ name }) => name === backend.check);
        if (check === undefined) continue;
        counted.add(backend.name);
        this.#ideals.of(backend.name, address).count(check, ended);
      }
    }
  }

  /** Why it may be out of service, or without a verdict, as a word; null = it must serve. */
  mayBeOut(name: string): string | null {
    for (const fleet of this.configs) {
      const plan = fleet.backends.find((one) => one.name === name);
      if (plan === undefined) return 'not in the config';
      if (!plan.enabled) return 'disabled by the config';
    }
    if (!this.isEnabled(name) || this.#recently(`enabled ${name}`, false)) return 'disabled by an operator';
    if (this.isPaused(name) || this.#recently(`paused ${name}`, true)) return 'paused by an operator';
    if (this.mayBeDown(name)) return 'its probes have failed';
    return this.#mayBeGivenUp(name) ? noVerdict : null;
  }

  /** Without a verdict for too long, and with a failure, it counts as down. */
  #mayBeGivenUp(name: string): boolean {
    const begun = Math.max(this.lifeBegan, this.#begun.get(name) ?? never);
    const isOver = this.#now() - begun >= this.config.startupMs[1];
    return (
      isOver && this.#idealsOf(name).some(({ failures, lastPassAt }) => failures > 0 && lastPassAt < begun)
    );
  }

  /** At all addresses that it may have by now. */
  #idealsOf(name: string): Ideal[] {
    const addresses = this.configs.map((fleet) => fleet.backends.find((one) => one.name === name)?.address);
    return [...new Set(addresses)].flatMap((address) => this.#ideals.get(name, address ?? '') ?? []);
  }

  /** May this server be told to be without a verdict now? */
  mayBeginAnew(name: string): boolean {
    const { isRecent } = this.#troubles;
    return (
      this.configs.length > 1 ||
      isRecent(this.lifeBegan) ||
      isRecent(this.#begun.get(name) ?? never) ||
      this.#recently(`paused ${name}`, false) ||
      this.#recently(`enabled ${name}`, true)
    );
  }

  /** May it be told to be up now? */
  mayBeUp(name: string): boolean {
    const isUnprobed = this.configs.some(
      ({ backends }) => backends.find((one) => one.name === name)?.check === null,
    );
    return isUnprobed || this.#idealsOf(name).some(({ lastPassAt }) => this.#troubles.isRecent(lastPassAt));
  }

  /** Has any backend that stands for this address been found well, or is none probed? */
  mayServe(address: string): boolean {
    return this.configs.some(({ backends }) =>
      backends.some(({ name, address: own, check }) => {
        if (own !== address) return false;
        const [ideal, { isRecent }] = [this.#ideals.get(name, address), this.#troubles];
        if (check === null || ideal === undefined) return check === null;
        if (ideal.lastPassAt === never) return false;
        if (ideal.up || this.blindness.seenMs(ideal.lastPassAt) <= IN_DOUBT_MS) return true;
        return isRecent(ideal.lastUpAt) || isRecent(ideal.lastPassAt);
      }),
    );
  }

  /**
   * Servers of a VIP of which nothing is known since this process began, as long as nothing may be changed because of a
   * verdict about another: right after a start.
   */
  unheard(id: VipId): readonly string[] {
    const frontend = this.frontendOf(this.config, id);
    if (frontend === undefined || this.#now() - this.lifeBegan >= this.config.startupMs[0]) return [];
    const names = frontend.pools.flatMap(({ backends }) => backends.map(({ name }) => name));
    return names.filter((name) => {
      const plan = this.config.backends.find((one) => one.name === name);
      if (plan === undefined || plan.check === null || this.#isSpokenOf(name) || !plan.enabled) return false;
      return (this.#ideals.get(name, plan.address)?.lastProbeAt ?? never) < this.lifeBegan;
    });
  }

  /** Has an operator, or the config, anything to do with what this server weighs? */
  isVerdictOnly(id: VipId, address: string): boolean {
    const [fleet, ...others] = this.configs;
    const frontend = fleet === undefined ? undefined : this.frontendOf(fleet, id);
    if (fleet === undefined || frontend === undefined || others.length > 0) return false;
    const places = placesOf(fleet, frontend, address);
    return (
      places.length > 0 &&
      places.every(({ pool, backend }) => {
        const plan = fleet.backends.find(({ name }) => name === backend);
        const weights = this.weightsOf({ frontend: frontend.name, pool, backend });
        return plan?.enabled === true && !this.#isSpokenOf(backend) && weights.size === 1;
      })
    );
  }

  #isSpokenOf(name: string): boolean {
    return [`paused ${name}`, `enabled ${name}`].some(
      (subject) =>
        this.words.holds(subject) || this.words.spoken(subject).some(({ at }) => this.#troubles.isRecent(at)),
    );
  }

  /** Somebody has changed something of a VIP by hand. */
  touch(id: VipId): void {
    this.#touched.set(id, this.#now());
  }

  /** Has somebody done so since VPP was read last, as far as anybody can know? */
  isTouched(id: VipId): boolean {
    const at = this.#touched.get(id);
    if (at === undefined) return false;
    return (
      this.#now() - at <= this.config.syncIntervalMs ||
      this.#troubles.isRecent(at + this.config.syncIntervalMs)
    );
  }

  #recently(subject: string, value: boolean): boolean {
    return this.words.spoken(subject).some((one) => one.value === value && this.#troubles.isRecent(one.at));
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
    for (const one of this.words.spoken(subject))
      if (this.#troubles.isRecent(one.at)) found.add(Number(one.value));
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
    return plan?.check === null || (this.#ideals.get(name, plan?.address ?? '')?.lastPassAt ?? never) > begun;
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
    return this.#idealsOf(name).some((ideal) => !ideal.up || this.#troubles.isRecent(ideal.lastDownAt));
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
        if (this.weightsOf({ frontend: frontend.name, pool, backend }).has(0)) possible.add(false);
        // It stays owed for as long as VPP refuses it.
        if (this.words.spoken(`flush ${frontend.name} ${pool} ${backend}`).length > 0) possible.add(true);
        if (index > 0 || frontend.pools.length > 1) possible.add(false);
        if (this.#mayBeGivenUp(backend)) possible.add(false);
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

/** Is the same asked of it as before? */
function isProbedAlike(before: Fleet, was: BackendPlan, after: Fleet, is: BackendPlan): boolean {
  const type = ({ checks }: Fleet, check: string | null) => checks.find(({ name }) => name === check)?.type;
  return (
    was.address === is.address &&
    was.enabled === is.enabled &&
    type(before, was.check) === type(after, is.check)
  );
}
