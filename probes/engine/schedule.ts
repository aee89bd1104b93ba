import { formatDuration } from '../../domain/duration.js';
import { type ProbeResult, sharedFinding } from '../../domain/probe-result.js';
import { FINEST_GRID_MS, gridFor, nextProbeAt } from '../../domain/probe-time.js';
import { refitted } from '../../domain/rise-fall.js';
import {
  type StandingTable,
  StandingTables,
  standingNumber,
  standingOf,
} from '../../domain/standing-table.js';
import { originOf } from '../../domain/vpp-heard.js';
import type { Clock } from '../../protocol/clock.js';
import type { Order, RecentLimit, VppGrounds } from './contract.js';
import { type NumberedNews, sameNews } from './news.js';
import { Places } from './places.js';
import { Columns, State } from './schedule-columns.js';
import { WayGrounds } from './way-grounds.js';
import { Wheel } from './wheel.js';

/** Probes servers, which are known by numbers. How it does that is no matter to the schedule. */
export interface ProbeDriver {
  /** Begins a probe, `now` of the monotonic clock. Its end is told by Schedule.ended(), at once or later, unless it is abandoned. */
  readonly start: (number: number, now: number) => void;
  /** Its time is over: it ends now, or when what has arrived has been looked at. */
  readonly expire: (number: number) => void;
  /** Nobody wants to know how it ends. */
  readonly abandon: (number: number) => void;
}

export interface ScheduleOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'random'>;
  readonly driver: ProbeDriver;
  /** Probes under way, at most. */
  readonly maxUnderWay: number;
  /** Of those, so many at most have begun within so many milliseconds: whoever is silent for longer costs no time. null = any. */
  readonly recent?: RecentLimit | null;
  /** From which number on it gives tickets. */
  readonly firstTicket?: number;
  /** Something to be told: the standing changed, or the code or detail of the results, or it is a doubt. */
  readonly news: (news: NumberedNews) => void;
  /** Called with each result as it counts. */
  readonly counted: (number: number, result: ProbeResult) => void;
}

/**
 * Who is probed when, and how their results are counted: for all backends of a thread, in columns of typed arrays and
 * by tables that are made of the rule of rise and fall. Each backend is on the wheel at most once: it is either due,
 * or its probe must end by then. It makes no timer and no system call of its own.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #wheel: Wheel;
  readonly #columns = new Columns();
  readonly #tables = new StandingTables();
  readonly #places: Places;
  /** When the present turn began, and how many of the probes that it has begun are under way. */
  #turnedAt = 0;
  #fresh = 0;
  #freshDeciding = 0;
  #deciding = 0;
  #tickets: number;
  readonly #way = new WayGrounds();
  #throughBegunAt = Number.NEGATIVE_INFINITY;
  #throughAt = Number.NEGATIVE_INFINITY;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#tickets = options.firstTicket ?? 0;
    this.#places = new Places(options.maxUnderWay, options.recent ?? null);
    this.#wheel = new Wheel(Math.floor(options.clock.monotonic()));
  }

  get underWay(): number {
    return this.#places.underWay;
  }

  get waiting(): number {
    return this.#places.waiting;
  }

  get size(): number {
    return this.#columns.size;
  }

  /** The last probe that a server has answered: when it had begun, and when that was known. */
  get through(): { readonly begunAt: number; readonly at: number } {
    return { begunAt: this.#throughBegunAt, at: this.#throughAt };
  }

  /** Probes it from `startMs` from now on, and counts from this standing on (by its number). */
  watch({ number, round, timeoutMs, counting }: Order, standing: number, startMs: number): void {
    this.forget(number);
    const table = this.#tables.of(counting);
    this.#columns.add(number, { round, timeoutMs, table, standing });
    this.#columns.pace[number] = table.interval[standing] ?? counting.interval;
    this.#due(number, this.#options.clock.monotonic() + startMs);
  }

  /** The same is asked as before, but it is counted in another way, or at another pace. A probe under way still counts. */
  retune({ number, round, timeoutMs, counting }: Order): void {
    const { table: tables, standing, state, told } = this.#columns;
    const before = tables[number];
    if (before === undefined || before === null || state[number] === State.FREE) return;
    const table = this.#tables.of(counting);
    tables[number] = table;
    standing[number] = standingNumber(refitted(before.counting, counting, standingOf(standing[number] ?? 0)));
    this.#columns.round[number] = round;
    this.#columns.timeout[number] = timeoutMs;
    // News that are under way are old now: what they said is said again.
    told[number] = null;
    if (state[number] === State.WAITING) this.#changePace(number, table);
  }

  forget(number: number): void {
    const state = this.#columns.state[number] ?? State.FREE;
    if (state === State.FREE) return;
    this.#wheel.remove(number);
    this.#columns.remove(number);
    if (state === State.RUNNING) {
      this.#leave(number, false);
      this.#options.driver.abandon(number);
    }
    this.#places.forget(number);
  }

  /** What was told last may not have been heard, or was contradicted: the next result of everybody is told. */
  retell(): void {
    this.#columns.told.fill(null);
  }

  /** From now on failures that VPP may explain are told as suspects, and counted when it is known; null = no more. */
  blameVpp(grounds: VppGrounds | null): void {
    this.#way.tell(grounds, this.#options.clock.monotonic());
  }

  /** A suspect is a failure of the server's, or proves nothing. */
  settle(number: number, ticket: number, doubt: ProbeResult | null): void {
    const columns = this.#columns;
    const suspect = columns.suspect[number];
    if (columns.state[number] !== State.SUSPENDED || suspect?.ticket !== ticket) return;
    columns.suspect[number] = null;
    const heard = suspect.round === columns.round[number];
    const { result } = suspect;
    const now = this.#options.clock.monotonic();
    if (doubt === null) this.#count(number, result, heard ? 'told' : 'news', now);
    else {
      this.#options.counted(number, doubt);
      columns.told[number] = null;
      this.#next(number, now);
    }
  }

  /** How many of the probes that the last turn has begun are under way. */
  get fresh(): number {
    return this.#fresh;
  }

  /** Of how many of these the result may bring another verdict. */
  get freshDeciding(): number {
    return this.#freshDeciding;
  }

  /** Of how many probes under way it may do so. */
  get deciding(): number {
    return this.#deciding;
  }

  /**
   * Does what is due: what has had its time ends, what may bring another verdict begins, and all else begins when `begun` has returned,
   * which is called where there is such a probe. Nothing may be watched or forgotten meanwhile.
   */
  turn(begun: () => void = () => {}): void {
    const now = this.#options.clock.monotonic();
    this.#turnedAt = now;
    this.#fresh = 0;
    this.#freshDeciding = 0;
    const others: number[] = [];
    for (const number of this.#wheel.take(Math.floor(now))) {
      const state = this.#columns.state[number];
      if (state === State.RUNNING) this.#ripen(number, now);
      else if (state === State.QUEUED) this.#overload(number);
      else if (this.#mayDecide(number) > 0) this.#admit(number);
      else others.push(number);
    }
    if (this.#freshDeciding > 0) begun();
    for (const number of others) this.#admit(number);
    for (let number = this.#places.next(); number >= 0; number = this.#places.next()) this.#start(number);
  }

  /** When turn() has something to do again, at the latest after `limitMs`; on the monotonic clock. */
  nextTurn(limitMs: number): number {
    const now = this.#options.clock.monotonic();
    // A place has become free for one that waits.
    if (this.#places.hasNext) return now;
    return this.#wheel.nextDue(Math.floor(now + limitMs));
  }

  /** Is it down, for that very reason, so that one more failure changes nothing? */
  isKnown(number: number, result: ProbeResult): boolean {
    const { table, standing, told } = this.#columns;
    const now = standing[number] ?? 0;
    const isFailure = result.verdict === 'fail' && table[number]?.onFail[now] === now;
    return isFailure && sameNews(told[number] ?? null, result);
  }

  isRunning(number: number): boolean {
    return this.#columns.state[number] === State.RUNNING;
  }

  /** Those of which a probe is under way. */
  running(): number[] {
    const found: number[] = [];
    this.#columns.state.forEach((state, number) => {
      if (state === State.RUNNING) found.push(number);
    });
    return found;
  }

  /** When the probe under way has begun. */
  begunAt(number: number): number {
    return this.#columns.begunAt[number] ?? 0;
  }

  /**
   * A probe that the driver was told to start has ended. `found`: what it was before it was judged. Who is down for that very reason
   * loses nothing by a doubt: it is counted, and nobody is told.
   */
  ended(number: number, result: ProbeResult, found = result): void {
    const columns = this.#columns;
    if (columns.state[number] !== State.RUNNING) return;
    this.#leave(number, result.verdict === 'pass');
    this.#wheel.remove(number);
    const now = this.#options.clock.monotonic();
    const suspicious = result.verdict === 'fail' && originOf(result) !== 'server';
    const worth = suspicious ? this.#way.worth(columns.begunAt[number] ?? 0, now) : 'sound';
    if (worth !== 'unknown' && this.isKnown(number, found)) {
      const counted = worth === 'sound' ? result : { ...notHeard, durationMs: result.durationMs };
      this.#count(number, counted, 'silent', now);
      return;
    }
    if (!suspicious || !this.#way.blamesVpp) {
      this.#count(number, result, 'news', now);
      return;
    }
    columns.state[number] = State.SUSPENDED;
    const ticket = ++this.#tickets;
    const round = columns.round[number] ?? 0;
    columns.suspect[number] = { ticket, round, result };
    const { begunAt, heardBegunAt, previousBegunAt } = columns;
    this.#options.news({
      number,
      round,
      result,
      standing: columns.standing[number] ?? 0,
      suspicion: {
        ticket,
        begunAt: begunAt[number] ?? 0,
        heardBegunAt: heardBegunAt[number] ?? 0,
        previousBegunAt: previousBegunAt[number] ?? 0,
      },
    });
  }

  #admit(number: number): void {
    if (this.#places.admit(number)) {
      this.#start(number);
      return;
    }
    this.#columns.state[number] = State.QUEUED;
    this.#wheel.put(number, this.#deadline(number, this.#options.clock.monotonic()));
  }

  /** It has waited for a place as long as a probe may take. */
  #overload(number: number): void {
    const columns = this.#columns;
    this.#places.giveUp(number);
    const now = this.#options.clock.monotonic();
    const waited = formatDuration(Math.ceil(columns.timeout[number] ?? 0));
    const detail = `the prober is overloaded: no place for ${waited}`;
    // Nothing was asked: when its server was asked last is as it was, but the next one waits its interval.
    this.#count(number, { verdict: 'doubt', code: 'LATE', detail, durationMs: 0 }, 'news', now, now);
  }

  /** Its time has come to be recent no more, or to end. */
  #ripen(number: number, now: number): void {
    const deadline = this.#deadline(number, this.begunAt(number));
    if (this.#places.ripen(number) && now < deadline) this.#wheel.put(number, deadline);
    else this.#options.driver.expire(number);
  }

  /** Its probe is no more under way. */
  #leave(number: number, passed: boolean): void {
    const { decides } = this.#columns;
    const did = decides[number] ?? 0;
    decides[number] = 0;
    this.#places.leave(number, passed);
    this.#deciding -= did;
    if (this.begunAt(number) < this.#turnedAt) return;
    this.#fresh--;
    this.#freshDeciding -= did;
  }

  #mayDecide(number: number): number {
    const { table, standing } = this.#columns;
    return table[number]?.decides[standing[number] ?? 0] ?? 0;
  }

  #start(number: number): void {
    const columns = this.#columns;
    const now = this.#options.clock.monotonic();
    columns.previousBegunAt[number] = columns.begunAt[number] ?? 0;
    columns.begunAt[number] = now;
    columns.state[number] = State.RUNNING;
    this.#fresh++;
    const decides = this.#mayDecide(number);
    columns.decides[number] = decides;
    this.#deciding += decides;
    this.#freshDeciding += decides;
    const deadline = this.#deadline(number, now);
    const recentMs = this.#places.enter(number);
    this.#wheel.put(number, recentMs === null ? deadline : Math.min(deadline, Math.ceil(now + recentMs)));
    this.#options.driver.start(number, now);
  }

  #deadline(number: number, now: number): number {
    return Math.ceil(now + (this.#columns.timeout[number] ?? 0));
  }

  #count(
    number: number,
    result: ProbeResult,
    how: 'news' | 'told' | 'silent',
    now: number,
    asked = this.#columns.begunAt[number] ?? 0,
  ): void {
    const columns = this.#columns;
    const table = columns.table[number];
    const before = columns.standing[number] ?? 0;
    if (table === null || table === undefined) return;
    const { verdict } = result;
    const after =
      verdict === 'doubt' ? before : ((verdict === 'pass' ? table.onPass : table.onFail)[before] ?? 0);
    columns.standing[number] = after;
    if (verdict === 'pass' || (verdict === 'fail' && originOf(result) === 'server'))
      this.#cameThrough(number, now);
    this.#options.counted(number, result);
    const isOther = !sameNews(columns.told[number] ?? null, result);
    const isNews = after !== before || isOther;
    if (isOther && how !== 'silent') columns.told[number] = sharedFinding(result);
    if (isNews && how === 'news') {
      const round = columns.round[number] ?? 0;
      this.#options.news({ number, round, result, standing: after, suspicion: null });
    }
    this.#next(number, now, asked);
  }

  #cameThrough(number: number, now: number): void {
    const begunAt = this.#columns.begunAt[number] ?? 0;
    this.#columns.heardBegunAt[number] = begunAt;
    if (begunAt < this.#throughBegunAt) return;
    this.#throughBegunAt = begunAt;
    this.#throughAt = now;
  }

  /** The interval runs from the beginning of a probe to the beginning of the next, which never overlap. */
  #next(number: number, now: number, asked = this.#columns.begunAt[number] ?? 0): void {
    const { table, standing, pace, dueAt } = this.#columns;
    const interval = table[number]?.interval[standing[number] ?? 0] ?? 1000;
    // Where beginnings are limited, each is work for a millisecond: they come one by one as far as possible.
    const gridMs = this.#options.recent == null ? gridFor(interval, this.#columns.size) : FINEST_GRID_MS;
    const due = dueAt[number] ?? asked;
    const rhythm = { begunAt: asked, dueAt: due, interval, pace: pace[number] ?? interval, gridMs };
    pace[number] = interval;
    this.#due(number, Math.max(now, nextProbeAt(rhythm, this.#options.clock.random())));
  }

  #changePace(number: number, table: StandingTable): void {
    const { clock } = this.#options;
    const { pace, begunAt, standing } = this.#columns;
    const interval = table.interval[standing[number] ?? 0] ?? 1000;
    const before = pace[number] ?? interval;
    const last = begunAt[number] ?? 0;
    const waitsForFirst = last === Number.NEGATIVE_INFINITY;
    if (interval < before && (waitsForFirst || last + interval <= clock.monotonic())) {
      pace[number] = interval;
      // Many others may be late by the same change.
      this.#due(number, clock.monotonic() + clock.random() * interval);
    } else if (interval !== before && !waitsForFirst) this.#next(number, clock.monotonic());
  }

  #due(number: number, at: number): void {
    const due = Math.ceil(at);
    this.#columns.state[number] = State.WAITING;
    this.#columns.dueAt[number] = due;
    this.#wheel.put(number, due);
  }
}

/** Counted where VPP may explain a failure that changes nothing. */
const notHeard = { verdict: 'doubt', code: 'VPP', detail: 'VPP was not heard meanwhile' } as const;
