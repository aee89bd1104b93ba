import type { IpAddress } from './ip.js';
import {
  type DesiredAs,
  type DesiredVip,
  type LbConf,
  type LbOperation,
  type VipState,
  vipId,
} from './lb.js';
import { type PrefixPlan, planPrefix } from './plan.js';
import { executedOnVip } from './plan-execute.js';
import type { VipStanding } from './standings.js';
import type { Tally } from './tally.js';

/** What is known of one VIP of VPP, from what was read of it and written to it. */
export class VipKnowledge {
  /** As far as we know; undefined = to be read. */
  #known: VipState | null | undefined;
  /** The same for people, who are told what VPP had also when something failed since. */
  #seen: VipState | null | undefined;
  /** Were the buckets in `seen` read, and not written since? */
  #buckets = false;
  /** The number of our last write: a read that was sent before does not show it. */
  #order = 0;
  /** What VPP was last made equal to, server by server; and as a whole, if nothing was done about it since. */
  #made: DesiredVip | null = null;
  readonly #servers = new Map<IpAddress, DesiredAs>();
  /** Servers whose flows are still to be cut. */
  readonly #owed = new Set<IpAddress>();
  /** Those among them whose flows go when somebody else makes the VIP anew. */
  readonly #pledged = new Set<IpAddress>();

  /** What VPP has; null = nothing, undefined = it has to be read first. */
  get known(): VipState | null | undefined {
    return this.#known;
  }

  /** What people are told that VPP has. */
  get shown(): Pick<VipStanding, 'found' | 'buckets'> {
    return { found: this.#seen, buckets: this.#buckets };
  }

  /** All that plans depend on, and the number of our last write; for whoever tries out what may come. */
  get all() {
    const made = { vip: this.#made, servers: this.#servers };
    return { known: this.#known, order: this.#order, made, owed: this.#owed, pledged: this.#pledged };
  }

  /** The same, on its own from now on. */
  copy(): VipKnowledge {
    const copy = new VipKnowledge();
    copy.#known = this.#known;
    copy.#seen = this.#seen;
    copy.#buckets = this.#buckets;
    copy.#order = this.#order;
    copy.#made = this.#made;
    for (const [address, as] of this.#servers) copy.#servers.set(address, as);
    copy.owe(this.#owed);
    for (const address of this.#pledged) copy.#pledged.add(address);
    return copy;
  }

  /** A read with this number shows what VPP has. One that is older than our last write does not count. */
  read(found: VipState | null, order: number): void {
    if (this.#order >= order) return;
    this.#known = found;
    this.#seen = found;
    this.#buckets = true;
  }

  /** The flows of these servers are to be cut, whatever becomes of their weight. */
  owe(servers: Iterable<IpAddress>): void {
    for (const address of servers) this.#owed.add(address);
  }

  /** What makes it equal to `desired`; null when it has to be read first. */
  plan(desired: DesiredVip, conf: LbConf | null): PrefixPlan | null {
    const known = this.#known;
    if (known === undefined) return null;
    const memory = new Map([[vipId(desired.key), { servers: this.#servers, owed: this.#owed }]]);
    return planPrefix({ wanted: [desired], found: known === null ? [] : [known], conf, memory });
  }

  /** Operations are sent: what VPP has is not known while they are under way, nor when one of them fails. */
  writes(): void {
    this.#known = undefined;
    this.#buckets = false;
    this.#made = null;
  }

  /** They were answered. `from` is what VPP had before them, null when it had no such VIP, undefined when nobody knows. */
  wrote(
    desired: DesiredVip,
    operations: readonly LbOperation[],
    result: Tally,
    { from, order }: { readonly from: VipState | null | undefined; readonly order: number },
  ): void {
    this.#order = order;
    if (result.failures.length === 0 && from !== undefined) this.#known = executedOnVip(from, operations);
    if (this.#seen !== undefined && this.#seen === from && this.#known !== undefined)
      this.#seen = this.#known;
    else if (this.#seen !== undefined) {
      const done = result.operations.flatMap(({ operation, outcome }) =>
        outcome === 'done' && operation.op !== 'vip-sync' ? [operation] : [],
      );
      this.#seen = executedOnVip(this.#seen, done);
    }
    this.#remember(desired, result);
  }

  /** Something failed, or may have: it has to be read. */
  doubt(): void {
    this.#known = undefined;
  }

  /** VPP has all of it. */
  settled(desired: DesiredVip): void {
    if (this.#made === desired && this.#owed.size === 0) return;
    this.#made = desired;
    const before = new Map(this.#servers);
    this.#servers.clear();
    // One that is held is remembered as what it was before: that says whether its flows were cut.
    for (const as of desired.ases) this.#servers.set(as.address, (as.hold && before.get(as.address)) || as);
    this.#owed.clear();
  }

  /** It is being taken away and brought back: what is known of it will not be true. */
  remaking(): void {
    this.#known = undefined;
    this.#seen = undefined;
    this.#order = 0;
    this.#made = null;
    for (const address of this.#owed) this.#pledged.add(address);
    this.#owed.clear();
  }

  /** It was, or something of that failed. Its flows went with it; whoever serves now has new ones. */
  remade(done: boolean): void {
    if (done) this.#servers.clear();
    else this.owe(this.#pledged);
    this.#pledged.clear();
  }

  /** One whose change failed is remembered as it was before: so its flows are cut by whatever is done next. */
  #remember({ ases }: DesiredVip, { operations }: Tally): void {
    const wanted = new Map(ases.map((as) => [as.address, as]));
    for (const { operation, outcome } of operations) {
      if (!('address' in operation)) continue;
      const { address } = operation;
      const as = wanted.get(address);
      if (as === undefined) this.#servers.delete(address);
      else if (outcome === 'done') {
        this.#servers.set(address, as);
        this.#owed.delete(address);
      } else if (!this.#servers.has(address)) this.#servers.set(address, { ...as, flush: false });
    }
  }
}
