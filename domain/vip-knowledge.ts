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

const none: ReadonlySet<IpAddress> = new Set();

/**
 * What is known of one VIP of VPP, from what was read of it and written to it. There are thousands with ten servers each: what is the
 * same as something that others have, too, is that very value.
 */
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
  #servers: readonly DesiredAs[] = [];
  /** Servers whose flows are still to be cut. */
  #owed = none;
  /** Those among them whose flows go when somebody else makes the VIP anew. */
  #pledged = none;

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
    const made = { vip: this.#made, servers: byAddress(this.#servers) };
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
    copy.#servers = this.#servers;
    copy.#owed = this.#owed;
    copy.#pledged = this.#pledged;
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
    this.#owed = union(this.#owed, servers);
  }

  /** What makes it equal to `desired`; null when it has to be read first. */
  plan(desired: DesiredVip, conf: LbConf | null): PrefixPlan | null {
    const known = this.#known;
    if (known === undefined) return null;
    const memory = new Map([[vipId(desired.key), { servers: byAddress(this.#servers), owed: this.#owed }]]);
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
      const isAll = done.length === operations.length;
      const isSame = this.#known !== undefined && this.#seen === from && isAll;
      this.#seen = isSame ? this.#known : executedOnVip(this.#seen, done);
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
    const before = byAddress(this.#servers);
    const { ases } = desired;
    // One that is held is remembered as what it was before: that says whether its flows were cut.
    const isHeld = ases.some(({ hold }) => hold);
    this.#servers = isHeld ? ases.map((as) => (as.hold && before.get(as.address)) || as) : ases;
    this.#owed = none;
  }

  /** It is being taken away and brought back: what is known of it will not be true. */
  remaking(): void {
    this.#known = undefined;
    this.#seen = undefined;
    this.#order = 0;
    this.#made = null;
    this.#pledged = union(this.#pledged, this.#owed);
    this.#owed = none;
  }

  /** It was, or something of that failed. Its flows went with it; whoever serves now has new ones. */
  remade(done: boolean): void {
    if (done) this.#servers = [];
    else this.owe(this.#pledged);
    this.#pledged = none;
  }

  /** One whose change failed is remembered as it was before: so its flows are cut by whatever is done next. */
  #remember({ ases }: DesiredVip, { operations }: Tally): void {
    const wanted = byAddress(ases);
    const servers = byAddress(this.#servers);
    const owed = new Set(this.#owed);
    for (const { operation, outcome } of operations) {
      if (!('address' in operation)) continue;
      const { address } = operation;
      const as = wanted.get(address);
      if (as === undefined) servers.delete(address);
      else if (outcome === 'done') {
        servers.set(address, as);
        owed.delete(address);
      } else if (!servers.has(address)) servers.set(address, { ...as, flush: false });
    }
    this.#servers = [...servers.values()];
    this.#owed = owed.size === 0 ? none : owed;
  }
}

function byAddress(ases: readonly DesiredAs[]): Map<IpAddress, DesiredAs> {
  return new Map(ases.map((as) => [as.address, as]));
}

function union(before: ReadonlySet<IpAddress>, more: Iterable<IpAddress>): ReadonlySet<IpAddress> {
  const all = new Set([...before, ...more]);
  return all.size === before.size ? before : all;
}
