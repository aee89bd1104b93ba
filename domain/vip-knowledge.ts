import type { IpAddress } from './ip.js';
import type { DesiredAs, DesiredVip, LbConf, LbOperation, VipState } from './lb.js';
import { type PrefixPlan, planPrefix } from './plan.js';
import { executedOnVip } from './plan-execute.js';
import { ServerPlaces } from './server-places.js';
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
  /** What was known when that was sent which is under way. */
  #before: VipState | null | undefined;
  /** What VPP has for people, who are told what VPP had also when something failed since. */
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
    const made = { vip: this.#made, servers: this.#servers };
    const [known, before] = [this.#known, this.#before];
    return { known, before, order: this.#order, made, owed: this.#owed, pledged: this.#pledged };
  }

  /** The same, on its own from now on. */
  copy(): VipKnowledge {
    const copy = new VipKnowledge();
    copy.#known = this.#known;
    copy.#before = this.#before;
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
    const memory = { servers: this.#servers, owed: this.#owed };
    return planPrefix({
      wanted: [desired],
      found: known === null ? [] : [known],
      conf,
      memory: { get: () => memory },
    });
  }

  /** Operations are sent: what VPP has is not known while they are under way, nor when one of them fails. */
  writes(): void {
    this.#before = this.#known;
    this.#known = undefined;
    this.#buckets = false;
    this.#made = null;
  }

  /** They were answered. `order` is their number. */
  wrote(desired: DesiredVip, operations: readonly LbOperation[], result: Tally, order: number): void {
    const from = this.#before;
    this.#before = undefined;
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
    const { ases } = desired;
    this.#servers = ases.some(({ hold }) => hold) ? keeping(this.#servers, ases) : ases;
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
    const wanted = new ServerPlaces(ases);
    const places = new ServerPlaces(this.#servers);
    const servers = [...this.#servers];
    let gone: Set<DesiredAs> | null = null;
    let near = 0;
    for (const { operation, outcome } of operations) {
      if (!('address' in operation)) continue;
      const { address } = operation;
      near = wanted.of(address, near) + 1;
      const as = ases[near - 1];
      const place = places.of(address, near - 1);
      const before = servers[place];
      if (as === undefined) {
        if (before === undefined) continue;
        gone ??= new Set();
        gone.add(before);
      } else if (outcome === 'done') {
        if (before === undefined) servers.push(as);
        else servers[place] = as;
        this.#owed = without(this.#owed, address);
      } else if (before === undefined) servers.push({ ...as, flush: false });
    }
    this.#servers = gone === null ? servers : servers.filter((as) => !gone?.has(as));
  }
}

/** One that is held is remembered as what it was before: that says whether its flows were cut. */
function keeping(before: readonly DesiredAs[], ases: readonly DesiredAs[]): readonly DesiredAs[] {
  const places = new ServerPlaces(before);
  return ases.map((as, i) => (as.hold ? before[places.of(as.address, i)] : undefined) ?? as);
}

function union(before: ReadonlySet<IpAddress>, more: Iterable<IpAddress>): ReadonlySet<IpAddress> {
  let all: Set<IpAddress> | null = null;
  for (const one of more) {
    if (before.has(one)) continue;
    all ??= new Set(before);
    all.add(one);
  }
  return all ?? before;
}

function without(before: ReadonlySet<IpAddress>, one: IpAddress): ReadonlySet<IpAddress> {
  if (!before.has(one)) return before;
  if (before.size === 1) return none;
  const left = new Set(before);
  left.delete(one);
  return left;
}
