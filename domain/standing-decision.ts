import type { IpPrefix } from './ip.js';
import { type Decision, type DesiredVip, sameKey, type VipId, vipId } from './lb.js';

/** Where in a decision a VIP stands. */
interface Places {
  readonly byId: ReadonlyMap<VipId, number>;
  readonly byFrontend: ReadonlyMap<string, number>;
  readonly byPrefix: ReadonlyMap<IpPrefix, readonly number[]>;
}

/** VIPs that are copied when one of them changes, beside the list of all shelves: for a few hundred to ten thousand VIPs neither is long. */
const SHELF = 64;

/** A decision in which VIPs are found by what they are called. It never changes: a newer one takes its place. */
export class StandingDecision {
  readonly #settings: Omit<Decision, 'vips'>;
  readonly #places: Places;
  /** The VIPs, in the order of the config: when thousands change one after the other, not all are copied for each. */
  readonly #shelves: readonly (readonly DesiredVip[])[];
  /** As a whole; null: to be put together when somebody asks. */
  #decision: Decision | null = null;

  constructor(
    decision: Omit<Decision, 'vips'> & Partial<Decision>,
    places: Places = placesIn(decision.vips ?? []),
    shelves: readonly (readonly DesiredVip[])[] = shelvesOf(decision.vips ?? []),
  ) {
    const { vips: _, ...settings } = decision;
    this.#settings = settings;
    this.#places = places;
    this.#shelves = shelves;
  }

  get decision(): Decision {
    this.#decision ??= { ...this.#settings, vips: this.#shelves.flat() };
    return this.#decision;
  }

  vip(id: VipId): DesiredVip | undefined {
    return this.#at(this.#places.byId.get(id));
  }

  ofFrontend(name: string): DesiredVip | undefined {
    return this.#at(this.#places.byFrontend.get(name));
  }

  /** In the order of the config. */
  onPrefix(prefix: IpPrefix): readonly DesiredVip[] {
    const vips: DesiredVip[] = [];
    for (const place of this.#places.byPrefix.get(prefix) ?? []) {
      const vip = this.#at(place);
      if (vip !== undefined) vips.push(vip);
    }
    return vips;
  }

  /** The same with another word on one VIP; null when that frontend has no such VIP: the news is older than the config. */
  withVip(vip: DesiredVip): StandingDecision | null {
    const place = this.#places.byFrontend.get(vip.frontend);
    const before = this.#at(place);
    if (place === undefined || before === undefined || !sameKey(before.key, vip.key)) return null;
    const shelf = Math.floor(place / SHELF);
    const changed = (this.#shelves[shelf] ?? []).with(place % SHELF, vip);
    return new StandingDecision(this.#settings, this.#places, this.#shelves.with(shelf, changed));
  }

  #at(place: number | undefined): DesiredVip | undefined {
    return place === undefined ? undefined : this.#shelves[Math.floor(place / SHELF)]?.[place % SHELF];
  }
}

function shelvesOf(vips: readonly DesiredVip[]): DesiredVip[][] {
  const count = Math.ceil(vips.length / SHELF);
  return Array.from({ length: count }, (_, shelf) => vips.slice(shelf * SHELF, (shelf + 1) * SHELF));
}

function placesIn(vips: readonly DesiredVip[]): Places {
  const byId = new Map<VipId, number>();
  const byFrontend = new Map<string, number>();
  const byPrefix = new Map<IpPrefix, number[]>();
  for (const [place, { key, frontend }] of vips.entries()) {
    byId.set(vipId(key), place);
    byFrontend.set(frontend, place);
    const neighbours = byPrefix.get(key.prefix);
    if (neighbours === undefined) byPrefix.set(key.prefix, [place]);
    else neighbours.push(place);
  }
  return { byId, byFrontend, byPrefix };
}
