import { MaglevError } from '../../domain/errors.js';
import {
  type LbConf,
  type LbOperation,
  type LbState,
  MAX_TABLE_LENGTH,
  MAX_WEIGHT,
  type VipId,
  type VipState,
  vipId,
} from '../../domain/lb.js';
import { Doorway } from '../../domain/turns.js';
import {
  bytesText,
  DEFAULT_HEAP_BYTES,
  REBUILD_RESERVE_BYTES,
  rebuildBytes,
  reserveBytes,
  serverBytes,
  stickyBytes,
  tableBytes,
  VPP_ITSELF_BYTES,
  type VppMemory,
  vipBytes,
} from '../../domain/vpp-memory.js';

/** How VPP is asked for what only it knows. Each gives null when VPP does not tell. */
export interface MemorySource {
  readonly memory: () => Promise<VppMemory | null>;
  /** Buckets of the threads that have a flow table. VPP goes through all of them to count flows. */
  readonly stickyBuckets: () => Promise<readonly number[] | null>;
  /** When VPP last said anything, milliseconds of a monotonic clock. */
  readonly now: () => number;
}

interface Need {
  /** For good. */
  readonly lasting: number;
  /** For a moment. */
  readonly passing: number;
  readonly addsVip: boolean;
}

interface KnownVip {
  readonly tableLength: number;
  readonly weight: number;
}

/** A reading stands for so long, if nothing was given since. */
const READING_STANDS_MS = 5000;
/** A request is a VIP with its servers, most often. */
const ADMITTED_A_TURN = 2;
/** Flow tables of up to so many bytes a thread are set without a look at the heap. */
const SMALL_STICKY_BYTES = stickyBytes(2 ** 18);

/**
 * Sees to it that nothing is asked of VPP for which its main heap has no room: VPP aborts then, and loses all VIPs.
 *
 * The truth is what VPP says of its heap, because it is shared, and because VPP never frees the last table of a VIP
 * that is gone, whoever made it. It is asked before VIPs are added, and again before any refusal; in between, what was
 * given since is taken off. Without an answer of VPP the tables that it was seen to have are counted against the
 * default size of its heap; from that, no change of a weight is refused.
 */
export class MemoryGuard {
  readonly #source: MemorySource;
  readonly #vips = new Map<VipId, KnownVip>();
  /** The reading that they are of; null = VIPs were written since. */
  #learned: readonly VipState[] | null = null;
  /** Bytes of tables of VIPs that were removed over this connection. */
  #leaked = 0;
  #conf: LbConf | null = null;
  #memory: VppMemory | null = null;
  /** Threads' buckets; null = not asked since the last reading. */
  #sticky: readonly number[] | null = null;
  #readAt = Number.NEGATIVE_INFINITY;
  /** This VPP does not tell: it is not asked again over this connection. */
  #mute = false;
  /** Bytes admitted since the connection began, and the part of them that has been sent. */
  #admitted = 0;
  #sent = 0;
  /** #sent when the last reading was asked for, #admitted when it was answered. */
  #sentBefore = 0;
  #admittedBefore = 0;
  #reading: Promise<void> | null = null;
  /** Operations that were admitted and take memory, until they are sent. */
  readonly #admittedOnes = new Set<LbOperation>();
  /** Many wait for one look, and each of them is sent when it may be. */
  readonly #doorway = new Doorway(ADMITTED_A_TURN);

  constructor(source: MemorySource) {
    this.#source = source;
  }

  /** What VPP said last; null = nothing. */
  get memory(): VppMemory | null {
    return this.#memory;
  }

  /** All that VPP has. The next VIP that is added has the heap looked at anew. */
  learn({ conf, vips }: LbState): void {
    this.#conf = conf;
    this.#readAt = Number.NEGATIVE_INFINITY;
    if (vips === this.#learned) return;
    this.#learned = vips;
    this.#vips.clear();
    for (const { key, tableLength, ases } of vips) {
      const length = tableLength.exact || tableLength.value > 0 ? tableLength.value : MAX_TABLE_LENGTH;
      const weight = ases.reduce((sum, as) => sum + as.weight, 0);
      this.#vips.set(vipId(key), { tableLength: length, weight });
    }
  }

  learnConf(conf: LbConf): void {
    this.#conf = conf;
  }

  /**
   * Whether there is room for these operations, which are about to be sent together. Null: there is, for all that is
   * known. Otherwise VPP has to be asked first; MGL_VPP_MEMORY is why none of them may be sent.
   */
  admit(operations: readonly LbOperation[]): Promise<MaglevError | null> | null {
    const need = this.#needOf(operations);
    const mustLook = need.addsVip && !this.#isCurrent();
    if (!mustLook && this.#lack(need) === null) {
      this.#take(operations, need);
      return null;
    }
    return this.#admitWhenRead(operations, need);
  }

  /**
   * The last look before an operation is sent. MGL_VPP_MEMORY for a VIP that was not admitted with its batch, if there
   * is no room for it.
   */
  send(operation: LbOperation): MaglevError | null {
    const id = vipId(operation.key);
    const admitted = this.#admittedOnes.delete(operation);
    if (operation.op === 'vip-add') {
      if (!admitted) {
        const need = this.#needOf([operation]);
        const lack = this.#lack(need);
        if (lack !== null) return refusal(`VIP ${id} was not added`, lack);
        this.#admitted += need.lasting;
        this.#sent += need.lasting;
      }
      this.#vips.set(id, { tableLength: operation.tableLength, weight: 0 });
      this.#learned = null;
    } else if (operation.op === 'vip-del') {
      this.#leaked += tableBytes(this.#vips.get(id)?.tableLength ?? 0);
      this.#vips.delete(id);
      this.#learned = null;
    }
    if (admitted) this.#sent += shareOf(operation);
    return null;
  }

  /** MGL_VPP_MEMORY when the flow tables that these settings lead to, at the next packets, do not fit. */
  async admitConf(conf: LbConf): Promise<MaglevError | null> {
    if (this.#conf?.stickyBucketsPerCore === conf.stickyBucketsPerCore) return null;
    if (stickyBytes(conf.stickyBucketsPerCore) <= SMALL_STICKY_BYTES) return null;
    if (!this.#isCurrent()) await this.#read();
    if (this.#lackOfConf(conf) === null) return null;
    await this.#readSticky();
    const lack = this.#lackOfConf(conf);
    if (lack === null) return null;
    const { stickyBucketsPerCore } = conf;
    return refusal(`sticky-buckets-per-core ${stickyBucketsPerCore} was not set`, lack);
  }

  async #admitWhenRead(operations: readonly LbOperation[], need: Need): Promise<MaglevError | null> {
    if (!this.#isFresh()) await this.#read();
    let lack = this.#lack(need);
    if (lack !== null && this.#sticky === null) {
      await this.#readSticky();
      lack = this.#lack(need);
    }
    if (lack !== null) return refusal(whatWas(operations), lack);
    this.#take(operations, need);
    await this.#doorway.pass();
    return null;
  }

  #needOf(operations: readonly LbOperation[]): Need {
    let lasting = 0;
    let passing = 0;
    let addsVip = false;
    let id: VipId = '';
    let weight = 0;
    let tableLength = 0;
    let last: LbOperation['key'] | null = null;
    for (const operation of operations) {
      if (operation.key !== last) {
        last = operation.key;
        const next = vipId(last);
        if (next !== id) {
          id = next;
          const known = this.#vips.get(id);
          weight = known?.weight ?? MAX_WEIGHT;
          tableLength = known?.tableLength ?? 0;
        }
      }
      if (operation.op === 'vip-del') continue;
      if (operation.op === 'vip-add') {
        addsVip = true;
        tableLength = operation.tableLength;
        weight = 0;
      } else if (operation.op !== 'as-del') weight += operation.weight;
      lasting += shareOf(operation);
      passing = Math.max(passing, rebuildBytes({ tableLength, weight }));
    }
    return { lasting, passing, addsVip };
  }

  #take(operations: readonly LbOperation[], { lasting }: Need): void {
    this.#admitted += lasting;
    if (lasting === 0) return;
    for (const operation of operations) {
      if (shareOf(operation) > 0) this.#admittedOnes.add(operation);
    }
  }

  /** What is missing, in words; null = nothing. */
  #lack({ lasting, passing, addsVip }: Need): string | null {
    const memory = this.#memory;
    if (memory === null) {
      if (!addsVip) return null;
      const free = DEFAULT_HEAP_BYTES - this.#estimatedUse() - reserveBytes(DEFAULT_HEAP_BYTES);
      return lasting + passing <= free ? null : lackText(lasting + passing, free, DEFAULT_HEAP_BYTES, false);
    }
    const given = this.#givenSince();
    if (!addsVip) {
      const free = memory.free - given - REBUILD_RESERVE_BYTES;
      return lasting + passing <= free ? null : lackText(lasting + passing, free, memory.total, true);
    }
    const free = memory.free - given - this.#stickyDue(memory, this.#conf) - reserveBytes(memory.total);
    const inOnePiece = memory.contiguous - given;
    return lasting + passing <= free && passing <= inOnePiece
      ? null
      : lackText(lasting + passing, Math.min(free, inOnePiece), memory.total, true);
  }

  #lackOfConf(conf: LbConf): string | null {
    const memory = this.#memory ?? {
      total: DEFAULT_HEAP_BYTES,
      free: DEFAULT_HEAP_BYTES - this.#estimatedUse(),
      contiguous: DEFAULT_HEAP_BYTES,
      threads: 1,
    };
    const given = this.#memory === null ? 0 : this.#givenSince();
    const due = this.#stickyDue(memory, conf);
    const free = Math.min(memory.free - reserveBytes(memory.total), memory.contiguous) - given;
    return due <= free ? null : lackText(due, free, memory.total, this.#memory !== null);
  }

  /** What the threads take when each has seen a packet, beyond what they have. */
  #stickyDue({ threads }: VppMemory, conf: LbConf | null): number {
    if (conf === null) return 0;
    const had = (this.#sticky ?? []).reduce((sum, buckets) => sum + stickyBytes(buckets), 0);
    return Math.max(0, threads * stickyBytes(conf.stickyBucketsPerCore) - had);
  }

  /** What was given to VPP and is not in the last reading. */
  #givenSince(): number {
    return this.#admitted - this.#sentBefore;
  }

  #estimatedUse(): number {
    let tables = 0;
    for (const { tableLength } of this.#vips.values()) tables += vipBytes({ tableLength, servers: 0 });
    const sticky = this.#conf === null ? 0 : stickyBytes(this.#conf.stickyBucketsPerCore);
    return VPP_ITSELF_BYTES + tables + this.#leaked + sticky + (this.#admitted - this.#sent);
  }

  /** Has the heap been looked at since VPP was last read? */
  #isCurrent(): boolean {
    return this.#mute || this.#readAt !== Number.NEGATIVE_INFINITY;
  }

  /** Would another look tell nothing else? */
  #isFresh(): boolean {
    if (this.#mute) return true;
    return (
      this.#isCurrent() &&
      this.#admitted === this.#admittedBefore &&
      this.#source.now() - this.#readAt < READING_STANDS_MS
    );
  }

  /** However many wait for a reading, one is under way. */
  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    const sent = this.#sent;
    const memory = await this.#source.memory();
    this.#sticky = null;
    this.#readAt = this.#source.now();
    // VPP answers in the order of the requests: what was sent before is in the reading, and nothing else.
    // One that told before may merely be slow; but what it told then is worth nothing any more.
    this.#mute = memory === null && this.#memory === null;
    this.#memory = memory;
    this.#sentBefore = sent;
    this.#admittedBefore = this.#admitted;
  }

  async #readSticky(): Promise<void> {
    this.#sticky = (await this.#source.stickyBuckets()) ?? [];
  }
}

function shareOf(operation: LbOperation): number {
  switch (operation.op) {
    case 'vip-add':
      return vipBytes({ tableLength: operation.tableLength, servers: 0 });
    case 'as-add':
      return serverBytes(1);
    default:
      return 0;
  }
}

function whatWas(operations: readonly LbOperation[]): string {
  const removes = operations.some(({ op }) => op === 'vip-del');
  const ids = new Set(operations.map(({ key }) => vipId(key)));
  const vips = `VIP${ids.size > 1 ? 's' : ''} ${[...ids].slice(0, 3).join(', ')}${ids.size > 3 ? ', ...' : ''}`;
  if (!operations.some(({ op }) => op === 'vip-add')) return `${vips} was not changed`;
  return removes ? `${vips} was left as it is, and not replaced` : `${vips} was not added`;
}

function lackText(needed: number, free: number, total: number, known: boolean): string {
  const left = bytesText(Math.max(0, free));
  const heap = `VPP's main heap of ${bytesText(total)}${known ? '' : ' (the default; VPP does not tell)'}`;
  return `it takes ${bytesText(needed)}, and of ${heap} ${left} may still be used`;
}

function refusal(what: string, why: string): MaglevError {
  return new MaglevError('MGL_VPP_MEMORY', `${what}: ${why}`);
}
