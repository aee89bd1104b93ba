import type { Clock } from '../protocol/clock.js';
import type { StatusInfo } from '../rpc/generated/maglev.js';
import type { BackendNews, Board, OwnChange } from './board.js';
import type { Counters, Debt, Failure, Picture, Role, Sync } from './contract.js';
import { failureOf } from './failure.js';
import { milliseconds, Skew } from './moment.js';
import { countersOf, withoutRates } from './rates.js';
import { Refresher } from './refresher.js';
import { debtRow, syncRow } from './rows.js';
import { TrafficHistory } from './traffic-history.js';
import type { UpstreamApi } from './upstream-api.js';

export interface ReadingOptions {
  readonly api: UpstreamApi;
  readonly clock: Clock;
  readonly board: Board;
  readonly tell: (change: OwnChange) => void;
  /** Something that a row of the overview has may be another now. */
  readonly rowChanged: () => void;
}

/** Everything is read again so often, whatever was heard, in ms. */
const FULL_MS = 30_000;
const DEBTS_MS = 60_000;
/** From one reading of counters to the next. */
const COUNTERS_MS = 1000;
/** So many rows are read one by one; of more the whole list. */
const FEW = 8;
const KEPT_SYNCS = 50;

/** What is asked of one maglevd while it is connected: at once when it was heard that something changed, else now and then. */
export class Reading {
  readonly history = new TrafficHistory();
  readonly #options: ReadingOptions;
  readonly #refreshers: Readonly<
    Record<'rows' | 'status' | 'tables' | 'syncs' | 'counters' | 'debts', Refresher>
  >;
  readonly #skew: Skew;
  /** What is to be read anew: names, or everything. */
  #frontends = new Set<string>();
  #backends = new Set<string>();
  #everything = true;
  /** Heard since the lists were asked for: what comes with them may be older. */
  #newer = { frontends: new Set<string>(), backends: new Set<string>() };
  #status: StatusInfo | null = null;
  #role: Role | null = null;
  #digest: string | null = null;
  #untracked: number | null = null;
  #syncs: readonly Sync[] = [];
  #debts: readonly Debt[] = [];
  #counters: Counters | null = null;
  /** When they were read, on the monotonic scale of our clock. */
  #countersAt = 0;
  /** Counts from 0 again: VPP was lost since the last reading. */
  #countsAnew = false;
  /** Frontends whose tables were changed since they were asked for; null: all may be. */
  #changedTables: Set<string> | null = new Set();
  #statusAt: number | null = null;
  #statusError: Failure | null = null;

  constructor(options: ReadingOptions) {
    this.#options = options;
    const { clock } = options;
    this.#skew = new Skew(clock);
    const make = (
      gapMs: number,
      everyMs: number,
      longestMs: number,
      run: (isOver: () => boolean) => Promise<void>,
    ) =>
      // What fails now is tried again; that the connection is gone is told by the stream.
      new Refresher({
        clock,
        gapMs,
        everyMs,
        longestMs,
        run: (isOver) => run(isOver).catch(() => undefined),
      });
    this.#refreshers = {
      rows: make(250, Number.POSITIVE_INFINITY, 5000, (isOver) => this.#readRows(isOver)),
      // A VPP that hangs makes it slow, and just then somebody looks.
      status: make(500, FULL_MS, 2000, (isOver) => this.#readStatus(isOver)),
      tables: make(1000, FULL_MS, 5000, (isOver) => this.#readTables(isOver)),
      syncs: make(1000, FULL_MS, 5000, (isOver) => this.#readSyncs(isOver)),
      counters: make(COUNTERS_MS, COUNTERS_MS, 5000, (isOver) => this.#readCounters(isOver)),
      debts: make(5000, DEBTS_MS, DEBTS_MS, (isOver) => this.#readDebts(isOver)),
    };
  }

  get status(): StatusInfo | null {
    return this.#status;
  }

  /** When the status was read last, by our clock, and why it could not be read since then; null: never, and it could. */
  get statusRead(): { readonly at: number | null; readonly error: Failure | null } {
    return { at: this.#statusAt, error: this.#statusError };
  }

  get role(): Role | null {
    return this.#role;
  }

  get digest(): string | null {
    return this.#digest;
  }

  get untrackedPackets(): number | null {
    return this.#untracked;
  }

  /** null: not known yet. */
  get clock(): { readonly skewMs: number; readonly error: number } | null {
    return this.#skew.best;
  }

  /** 0 when it is not known. */
  get skewMs(): number {
    return this.#skew.best?.skewMs ?? 0;
  }

  get lists(): Pick<Picture, 'syncs' | 'debts' | 'counters'> {
    return { syncs: this.#syncs, debts: this.#debts, counters: this.#counters };
  }

  start(): void {
    this.#everything = true;
    for (const one of Object.values(this.#refreshers)) one.start();
  }

  stop(): void {
    for (const one of Object.values(this.#refreshers)) one.stop();
  }

  askAll(): void {
    this.#everything = true;
    this.#refreshers.rows.ask();
    this.#refreshers.status.ask();
    this.#refreshers.tables.ask();
    this.#refreshers.syncs.ask();
  }

  askFrontend(name: string): void {
    this.#frontends.add(name);
    this.#newer.frontends.add(name);
    this.#refreshers.rows.ask();
    this.#refreshers.status.ask();
  }

  askBackend(name: string): void {
    this.#backends.add(name);
    this.#newer.backends.add(name);
    for (const frontend of this.#options.board.backend(name)?.frontends ?? []) this.#frontends.add(frontend);
    this.#refreshers.rows.ask();
    this.#refreshers.status.ask();
  }

  /** A backend changed its state: its row says so at once, and what follows from it is read. */
  hearBackend(news: BackendNews): void {
    const { board } = this.#options;
    const before = board.backend(news.name);
    const plain = before?.doubt === null && before.override === '' && !/paused|disabled/.test(news.to);
    if (!board.hearBackend(news)) this.askAll();
    else if (!plain) this.askBackend(news.name);
    else {
      this.#newer.backends.add(news.name);
      for (const frontend of before.frontends) this.#frontends.add(frontend);
      this.#refreshers.rows.ask();
      this.#refreshers.status.ask();
    }
  }

  hearSync({ frontend, ...counts }: Readonly<Record<string, string>>): void {
    this.#refreshers.syncs.ask();
    this.#refreshers.status.ask();
    const changes = ['vipAdded', 'vipRemoved', 'asAdded', 'asRemoved', 'asWeightUpdated'];
    if (changes.every((key) => Number(counts[key] ?? 0) === 0) && counts['error'] === undefined) return;
    const { board } = this.#options;
    this.#digest = null;
    if (frontend === undefined) {
      this.#everything = true;
      this.#changedTables = null;
      board.forgetTables();
    } else {
      this.#frontends.add(frontend);
      this.#changedTables?.add(frontend);
      board.forgetTable(frontend);
    }
    this.#refreshers.rows.ask();
    this.#refreshers.tables.ask();
  }

  /** VPP came or went: nothing that was read of it is true any more. */
  hearVpp(): void {
    this.#countsAnew = true;
    this.#changedTables = null;
    this.#digest = null;
    this.#options.board.forgetTables();
    this.askAll();
  }

  async #readRows(isOver: () => boolean): Promise<void> {
    const { api, board } = this.#options;
    const [frontends, backends] = [this.#frontends, this.#backends];
    const everything = this.#everything || frontends.size > FEW || backends.size > FEW;
    this.#frontends = new Set();
    this.#backends = new Set();
    this.#everything = false;
    this.#newer = { frontends: new Set(), backends: new Set() };
    try {
      if (everything) {
        const [allFrontends, allBackends] = await Promise.all([api.listFrontends(), api.listBackends()]);
        if (isOver()) return;
        board.takeBackends(allBackends.backends, this.#newer.backends);
        board.takeFrontends(allFrontends.frontends, this.#newer.frontends);
        return;
      }
      const [someFrontends, someBackends] = await Promise.all([
        Promise.all([...frontends].map((name) => api.getFrontend({ name }))),
        Promise.all([...backends].map((name) => api.getBackend({ name }))),
      ]);
      if (isOver()) return;
      for (const one of someBackends) if (!this.#newer.backends.has(one.name)) board.takeBackend(one);
      for (const one of someFrontends) {
        if (!this.#newer.frontends.has(one.name) && !board.takeFrontend(one)) this.#everything = true;
      }
      if (this.#everything) this.#refreshers.rows.ask();
    } catch (thrown) {
      // One that is gone, for instance: the lists know what is there.
      this.#everything = true;
      this.#refreshers.rows.ask();
      throw thrown;
    }
  }

  async #readStatus(isOver: () => boolean): Promise<void> {
    await Promise.all([this.#readState(isOver), this.#readCaller(isOver)]);
    if (!isOver()) this.#options.rowChanged();
  }

  async #readState(isOver: () => boolean): Promise<void> {
    const { api, clock } = this.#options;
    try {
      const status = await api.getStatus();
      if (isOver()) return;
      this.#status = status;
      this.#statusAt = clock.now();
      this.#statusError = null;
    } catch (thrown) {
      if (!isOver()) this.#statusError = failureOf(thrown);
    }
  }

  /** An older maglevd knows nothing of it; what it may do is told by the answers then. */
  async #readCaller(isOver: () => boolean): Promise<void> {
    const { api } = this.#options;
    const caller = await this.#skew.measure(() => api.getCaller()).catch(() => null);
    if (!isOver()) this.#role = caller === null ? null : roleNamed(caller.role);
  }

  async #readTables(isOver: () => boolean): Promise<void> {
    const { api, board, rowChanged } = this.#options;
    this.#changedTables = new Set();
    const state = await api.getVPPLBState().catch(() => null);
    if (isOver()) return;
    // It tells the API the buckets as well.
    this.#everything = true;
    this.#refreshers.rows.ask();
    const changed: ReadonlySet<string> | null = this.#changedTables;
    if (state === null || changed === null) {
      // Of a VPP that is not there nothing is known, and what it was must not look like what it is.
      this.#digest = null;
      board.forgetTables();
    } else {
      this.#digest = changed.size > 0 ? null : state.digest;
      board.takeLbState(state, changed);
    }
    rowChanged();
  }

  async #readSyncs(isOver: () => boolean): Promise<void> {
    const { api, tell } = this.#options;
    const { syncs } = await api.listSyncs();
    if (isOver()) return;
    const rows = syncs.slice(-KEPT_SYNCS).reverse().map(syncRow);
    if (JSON.stringify(rows) === JSON.stringify(this.#syncs)) return;
    this.#syncs = rows;
    tell({ kind: 'syncs', rows });
  }

  async #readDebts(isOver: () => boolean): Promise<void> {
    const { api, tell } = this.#options;
    const { debts } = await api.getFailoverDebts().catch(() => ({ debts: [] }));
    if (isOver()) return;
    const rows = debts.map(debtRow);
    if (JSON.stringify(rows) === JSON.stringify(this.#debts)) return;
    this.#debts = rows;
    tell({ kind: 'debts', rows });
  }

  async #readCounters(isOver: () => boolean): Promise<void> {
    const { api, clock, rowChanged } = this.#options;
    const read = await api.getVPPLBCounters().catch(() => null);
    if (isOver()) return;
    if (read === null) {
      // What was counted is as it was; how fast is not known any more.
      if (this.#counters !== null) this.#show(withoutRates(this.#counters));
      return;
    }
    const untracked = read.forecast?.untrackedPackets ?? null;
    if (untracked !== this.#untracked) {
      this.#untracked = untracked;
      rowChanged();
    }
    const before = this.#counters;
    const at = clock.monotonic();
    if (milliseconds(read.timeNs) === before?.at) return;
    const now = countersOf(read, this.#countsAnew ? null : before, at - this.#countersAt);
    this.#countsAnew = false;
    this.#countersAt = at;
    this.history.add(now);
    this.#show(now);
  }

  #show(now: Counters): void {
    const before = this.#counters;
    this.#counters = now;
    const known = new Map(before?.vips.map((vip) => [vip.vip, JSON.stringify(vip)]));
    const vips = now.vips.filter((vip) => known.get(vip.vip) !== JSON.stringify(vip));
    if (vips.length > 0) this.#options.tell({ kind: 'counters', at: now.at, vips });
  }
}

function roleNamed(text: string): Role | null {
  return text === 'viewer' || text === 'operator' || text === 'admin' ? text : null;
}
