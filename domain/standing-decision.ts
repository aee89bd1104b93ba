import type { IpPrefix } from './ip.js';
import { type Decision, type DesiredVip, type VipId, vipId } from './lb.js';

/** Where in a decision a VIP stands. */
interface Places {
  readonly byId: ReadonlyMap<VipId, number>;
  readonly byFrontend: ReadonlyMap<string, number>;
  readonly byPrefix: ReadonlyMap<IpPrefix, readonly number[]>;
}

/** A decision in which VIPs are found by what they are called. It never changes: a newer one takes its place. */
export class StandingDecision {
  readonly decision: Decision;
  readonly #places: Places;

  constructor(decision: Decision, places: Places = placesIn(decision)) {
    this.decision = decision;
    this.#places = places;
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
      const vip = this.decision.vips[place];
      if (vip !== undefined) vips.push(vip);
    }
    return vips;
  }

  /** The same with another word on one VIP; null when that frontend has no such VIP: the news is older than the config. */
  withVip(vip: DesiredVip): StandingDecision | null {
    const place = this.#places.byFrontend.get(vip.frontend);
    if (place === undefined || this.#places.byId.get(vipId(vip.key)) !== place) return null;
    const vips = this.decision.vips.with(place, vip);
    return new StandingDecision({ ...this.decision, vips }, this.#places);
  }

  #at(place: number | undefined): DesiredVip | undefined {
    return place === undefined ? undefined : this.decision.vips[place];
  }
}

function placesIn({ vips }: Decision): Places {
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
