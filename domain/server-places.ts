import type { IpAddress } from './ip.js';

/**
 * Where servers stand in a list of a VIP. All lists of one VIP have the same order, most often, so each is looked for near
 * a place, and from there on. A table of all of them, which costs more than what is asked of it, is made only when that has
 * taken more looks than there are servers.
 */
export class ServerPlaces {
  readonly #servers: readonly { readonly address: IpAddress }[];
  #looks = 0;
  #table: ReadonlyMap<IpAddress, number> | null = null;

  constructor(servers: readonly { readonly address: IpAddress }[]) {
    this.#servers = servers;
  }

  /** -1: it is not among them. `near`: where it may be. */
  of(address: IpAddress, near: number): number {
    if (near >= 0 && this.#servers[near]?.address === address) return near;
    const { length } = this.#servers;
    if (this.#table === null && this.#looks <= length) {
      let place = near >= 0 && near < length ? near : 0;
      for (let n = 0; n < length; n++) {
        if (this.#servers[place]?.address === address) {
          this.#looks += n;
          return place;
        }
        place = place + 1 < length ? place + 1 : 0;
      }
      this.#looks += length;
      return -1;
    }
    this.#table ??= new Map(this.#servers.map((server, i) => [server.address, i]));
    return this.#table.get(address) ?? -1;
  }
}
