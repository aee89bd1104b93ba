import type { IpAddress } from '../../domain/ip.js';
import { type DesiredVip, type LbOperation, type VipId, type VipState, vipId } from '../../domain/lb.js';
import type { Batch } from '../../domain/plan.js';
import type { PlannedPrefix } from '../../domain/plan-sync.js';
import { SendQueue } from '../../domain/send-queue.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import { SyncQueue } from '../../domain/sync-queue.js';
import type { SyncCause } from '../../domain/syncs.js';
import type { Tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import type { Inputs } from './deciding.js';
import type { VppModel } from './vpp-model.js';

/** Servers that could serve new flows, by frontend. */
export type Usable = ReadonlyMap<string, ReadonlySet<string>>;

/** Who asked VPP for something: a sync that reads, a prefix of a sync, or a reconciler, by number. */
export type Asker = 'sync' | { readonly prefix: number } | { readonly vip: number };

/** What waits to be sent to VPP, or is on its way. */
export interface Ask {
  readonly from: Asker;
  readonly cost: number | null;
  readonly operations: readonly LbOperation[];
  /** What it was planned for; null: something that nobody wants, or a read. */
  readonly planned: DesiredVip | null;
  /** The VIPs that are taken away and brought back, or that nobody wants. */
  readonly mayDesert: boolean;
}

export interface Sent {
  readonly ask: Ask;
  readonly order: number;
}

export type Mail =
  | { readonly type: 'wanted'; readonly desired: DesiredVip; readonly flush: readonly IpAddress[] }
  | {
      readonly type: 'reconcile';
      readonly desired: DesiredVip;
      readonly found: VipState | null;
      readonly order: number;
      readonly run: number | null;
    }
  | { readonly type: 'make-anew'; readonly batch: Batch; readonly desired: DesiredVip; readonly run: number }
  | { readonly type: 'remaking'; readonly run: number }
  | { readonly type: 'remade'; readonly done: boolean }
  | { readonly type: 'go-on' };

/** Whom a reconciler tells when its work is done: a run of a full sync, the sync of its frontend, or nobody. */
export type SyncOf = { readonly run: number | null } | null;

export interface Work {
  sync: SyncOf;
  failures: string[];
}

export interface Writing {
  readonly for: 'piece' | 'rest';
  readonly desired: DesiredVip;
  readonly piece: readonly LbOperation[];
  readonly rest: readonly LbOperation[];
  readonly later: readonly LbOperation[];
}

/** What a reconciler waits for. */
export type Waiting =
  | Writing
  | { readonly for: 'anew'; readonly run: number; readonly piece: readonly LbOperation[] };

export class Reconciler {
  vip = new VipKnowledge();
  desired: DesiredVip | null = null;
  looked = false;
  work: Work | null = null;
  waiting: Waiting | null = null;
  mail: Mail[] = [];
  /** See Digest. */
  readonly texts: [string | null, string | null] = [null, null];

  copy(): Reconciler {
    const copy = new Reconciler();
    copy.vip = this.vip.copy();
    copy.desired = this.desired;
    copy.looked = this.looked;
    copy.work = this.work === null ? null : { ...this.work, failures: [...this.work.failures] };
    copy.waiting = this.waiting;
    copy.mail = [...this.mail];
    return copy;
  }
}

/** A prefix under a full sync. */
export interface Run {
  readonly planned: PlannedPrefix;
  batch: number;
  /** Of a batch that is sent in pieces. */
  pieces: readonly LbOperation[];
  /** Reconcilers that have not said yet that they stand aside. */
  asides: number;
  vip: number;
  readonly skipped: Set<VipId>;
  readonly has: Map<VipId, VipState>;
  done: boolean;
}

export interface Sync {
  readonly frontend: string | null;
  readonly cause: SyncCause;
  readonly pass: 1 | 2;
  /** null: VPP is being read. */
  order: number | null;
  found: readonly VipState[];
  runs: Run[];
  failures: string[];
}

export interface Settled {
  readonly desired: DesiredVip;
  readonly found: VipState;
}

/** Everything: what decides, maglevd's side of VPP, what is on its way, and VPP. */
export class State {
  faults = 0;
  inputs: Inputs;
  standing: StandingDecision;
  queue = new SendQueue<Ask>();
  order = 0;
  pipe: Sent[] = [];
  vpp: VppModel;
  jobs = new SyncQueue<null>();
  sync: Sync | null = null;
  retry = false;
  knownFailures: readonly string[] = [];
  /** Shared with other states until they are written to: see reconciler(). */
  recs: readonly Reconciler[] = [];
  /** By reconciler: what it was content with, if nothing has happened since. */
  settled: readonly (Settled | null)[] = [];
  readonly #own = new Set<Reconciler>();
  /** VIPs that somebody else has changed since the last tick. */
  foreign = new Set<VipId>();
  /** Since the last tick nothing has gone wrong. */
  undisturbed = false;
  /** VPP is equal, and nothing has happened since that could be a reason to write. */
  still = false;
  /** A tick was seen to write nothing. */
  calm = false;
  /** Something that maglevd knew is lost since the last calm. */
  forgot = false;
  /** Flows that live because of that: operators were told so, and the word alone does not cut them any more. */
  spared: ReadonlySet<string> = new Set();

  constructor(inputs: Inputs, standing: StandingDecision, vpp: VppModel) {
    this.inputs = inputs;
    this.standing = standing;
    this.vpp = vpp;
  }

  copy(): State {
    const copy = new State(this.inputs, this.standing, this.vpp);
    copy.faults = this.faults;
    copy.queue = this.queue.copy();
    copy.order = this.order;
    copy.pipe = [...this.pipe];
    copy.jobs = this.jobs.copy();
    copy.sync = this.sync === null ? null : copySync(this.sync);
    copy.retry = this.retry;
    copy.knownFailures = this.knownFailures;
    copy.recs = this.recs;
    copy.settled = this.settled;
    this.#own.clear();
    copy.foreign = new Set(this.foreign);
    copy.undisturbed = this.undisturbed;
    copy.still = this.still;
    copy.calm = this.calm;
    copy.forgot = this.forgot;
    copy.spared = this.spared;
    return copy;
  }

  /** The same one, of which nobody needs what it was. */
  reused(): State {
    this.#own.clear();
    return this;
  }

  /** One that may be written to. */
  reconciler(number: number): Reconciler {
    const rec = this.recs[number];
    if (rec === undefined) throw new Error(`no reconciler ${number}`);
    if (this.#own.has(rec)) return rec;
    const copy = rec.copy();
    this.replace(number, copy);
    return copy;
  }

  replace(number: number, rec: Reconciler): void {
    this.#own.add(rec);
    this.recs = this.recs.with(number, rec);
  }
}

function copySync(sync: Sync): Sync {
  const runs = sync.runs.map((run) => ({ ...run, skipped: new Set(run.skipped), has: new Map(run.has) }));
  return { ...sync, runs, failures: [...sync.failures] };
}

export function failureText({ operation, error }: Tally['failures'][number]): string {
  const address = 'address' in operation ? operation.address : '';
  return `${operation.op} ${vipId(operation.key)} ${address} ${error.code} ${error.message}`;
}
