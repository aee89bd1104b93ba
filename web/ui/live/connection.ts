import type { Change, PictureAnswer, StateAnswer, StreamMessage, VersionAnswer } from '../../contract.js';
import { after, every, now, ticks } from '../clock.js';
import { Refetches } from '../model/event-log.js';
import { type Fleet, positionOf } from '../model/fleet.js';
import { type ClockOffset, offsetOf, type PageLink, Watchdog } from '../model/freshness.js';
import { get, path, viewApi } from './api.js';

/** Until something is tried again: doubled each time, ms. */
const RETRY_MS = { first: 250, most: 5000 };
/** An answer to "are you there?" takes no longer, ms. */
const ASK_MS = 4000;

export interface ConnectionWatcher {
  readonly link: (link: PageLink) => void;
  readonly version: (version: VersionAnswer) => void;
  readonly clock: (offset: ClockOffset) => void;
  /** The stream begins anew: what is told only once has to be asked for. */
  readonly anew: () => void;
}

type Hello = Extract<StreamMessage, { event: 'hello' }>['data'];

/**
 * Keeps a fleet equal to what maglevd-frontend knows, for as long as the page is open: state, then the stream behind it; from
 * where it was when it breaks, and all anew when that is not kept any more.
 */
export class Connection {
  readonly #fleet: Fleet;
  readonly #watcher: ConnectionWatcher;
  readonly #watchdog = new Watchdog(ticks());
  #source: EventSource | null = null;
  #retryMs = RETRY_MS.first;
  #cancelRetry: () => void = () => {};
  /** When the last thing was heard, by the clock of the reader. */
  #heardAt = now();
  #lost = false;
  #asking = false;
  #clock: ClockOffset | null = null;
  readonly #refetches = new Refetches();

  constructor(fleet: Fleet, watcher: ConnectionWatcher) {
    this.#fleet = fleet;
    this.#watcher = watcher;
  }

  start(): void {
    void this.#begin();
    every(1000, () => this.#look());
    window.addEventListener('online', () => this.#reopen());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#look();
    });
  }

  /** Fetches one picture; once more when it is asked for meanwhile. */
  async refetch(id: string): Promise<void> {
    if (!this.#refetches.begin(id)) return;
    const answer = await get<PictureAnswer>(path(`${viewApi}/state`, id));
    const again = this.#refetches.end(id);
    if (answer.ok) this.#fleet.loadOne(answer.value);
    if (again) void this.refetch(id);
    else if (!answer.ok) after(RETRY_MS.most, () => void this.refetch(id));
  }

  async #begin(): Promise<void> {
    this.#close();
    if (!(await this.#ask())) return this.#again();
    const state = await get<StateAnswer>(`${viewApi}/state`, 30_000);
    if (!state.ok) return this.#again(state.failure.message);
    this.#fleet.load(state.value);
    this.#watcher.anew();
    this.#open();
  }

  #open(): void {
    this.#close();
    const position = this.#fleet.position;
    if (position === null) {
      void this.#begin();
      return;
    }
    const from = encodeURIComponent(`${position.epoch}-${position.seq}`);
    const source = new EventSource(`${viewApi}/events?from=${from}`);
    this.#source = source;
    source.addEventListener('hello', (event) => {
      this.#hear(true);
      const hello = JSON.parse(event.data) as Hello;
      if (hello.epoch !== this.#fleet.position?.epoch) void this.#begin();
    });
    source.addEventListener('changes', (event) => {
      this.#hear(true);
      const at = positionOf(event.lastEventId);
      if (at !== null) this.#fleet.apply(at, JSON.parse(event.data) as readonly Change[]);
    });
    source.addEventListener('resync', () => {
      this.#hear(true);
      void this.#begin();
    });
    source.addEventListener('error', () => {
      // It would come again by itself, but keeps silent about when.
      if (this.#source === source) this.#again();
    });
  }

  #close(): void {
    this.#cancelRetry();
    this.#source?.close();
    this.#source = null;
  }

  #reopen(): void {
    this.#retryMs = RETRY_MS.first;
    this.#open();
  }

  #again(why = 'The dashboard cannot be reached.'): void {
    this.#close();
    this.#lose(why);
    this.#cancelRetry = after(this.#retryMs, () => this.#open());
    this.#retryMs = Math.min(RETRY_MS.most, this.#retryMs * 2);
  }

  #look(): void {
    const measure = this.#watchdog.look(ticks());
    if (measure === 'reopen') this.#reopen();
    else if (measure === 'ask' && this.#source !== null) void this.#checkThere();
  }

  async #checkThere(): Promise<void> {
    if (!(await this.#ask())) this.#lose('The dashboard does not answer.');
    // It answers again: what the stream missed meanwhile is not to be waited for.
    else if (this.#lost) this.#reopen();
  }

  /** Is maglevd-frontend there? Also learns which it is, and what time it has. */
  async #ask(): Promise<boolean> {
    if (this.#asking) return !this.#lost;
    this.#asking = true;
    const asked = now();
    const answer = await get<VersionAnswer>(`${viewApi}/version`, ASK_MS);
    this.#asking = false;
    if (!answer.ok) return false;
    this.#hear(false);
    this.#watcher.version(answer.value);
    const offset = offsetOf(asked, now(), answer.value.now);
    // Clocks drift, so that an old measurement is worth less than a new one that is a little less exact.
    if (this.#clock === null || offset.error < this.#clock.error + 20) {
      this.#clock = offset;
      this.#watcher.clock(offset);
    }
    return true;
  }

  #hear(stream: boolean): void {
    this.#heardAt = now();
    if (stream) this.#watchdog.streamed(ticks());
    else this.#watchdog.answered(ticks());
    if (!stream) return;
    this.#retryMs = RETRY_MS.first;
    this.#lost = false;
    this.#watcher.link({ state: 'live' });
  }

  #lose(why: string): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#watcher.link({ state: 'lost', since: this.#heardAt, why });
  }
}
