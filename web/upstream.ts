import type { Position } from '../client/position.js';
import type { WatchItem } from '../client/watch.js';
import type { Clock } from '../protocol/clock.js';
import type { Event, LogEvent } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { Board, type OwnChange } from './board.js';
import type { Failure, Link, Picture, TimelineEvent } from './contract.js';
import { failureOf } from './failure.js';
import { milliseconds } from './moment.js';
import { Reading } from './reading.js';
import { Timeline, timelineEvent } from './timeline.js';
import type { UpstreamPlace } from './upstream-api.js';

export interface UpstreamOptions {
  readonly place: UpstreamPlace;
  readonly clock: Clock;
  readonly tell: (change: OwnChange) => void;
  /** Its row of the overview may be another one now. `atOnce`: somebody waits to see it. */
  readonly rowChanged: (atOnce: boolean) => void;
}

/** Everything at info and above, and each change of a state as that. */
const wanted = {
  log: true,
  logLevel: 'info',
  backend: true,
  frontend: true,
  vpp: true,
  sync: true,
  config: true,
};
/** What another attempt does not mend may be mended by somebody. */
const AGAIN_MS = 10_000;
/** How much of what a maglevd told before is asked for. */
const PAST_EVENTS = 2000;

/** Events that may change more than they say. */
const changesAll =
  /^(config-reload-done|backend-doubts|backend-doubts-over|operator-(intent|state)-.*|decision-failed)$/;

/** One maglevd: it is followed as long as this program lives, and what was heard last is kept when it is lost. */
export class Upstream {
  readonly place: UpstreamPlace;
  readonly board: Board;
  readonly reading: Reading;
  readonly timeline: Timeline;
  readonly #options: UpstreamOptions;
  readonly #ending = new AbortController();
  #link: Link = { state: 'connecting' };
  #epoch: string | null = null;
  #heard = false;
  #position: Position | null = null;
  /** Counts what was not told: what was complete before is not, whatever is read of the past. */
  #lags = 0;

  constructor(options: UpstreamOptions) {
    const { place, clock, tell, rowChanged } = options;
    this.#options = options;
    this.place = place;
    this.timeline = new Timeline(Number.POSITIVE_INFINITY);
    this.board = new Board((change) => {
      tell(change);
      rowChanged(false);
    });
    this.reading = new Reading({
      api: place.api,
      clock,
      board: this.board,
      tell,
      rowChanged: () => rowChanged(false),
    });
  }

  get link(): Link {
    return this.#link;
  }

  /** Names the life of maglevd that was heard last. */
  get epoch(): string | null {
    return this.#epoch;
  }

  /** null: it was never heard. */
  get picture(): Picture | null {
    if (!this.#heard) return null;
    const { frontends, backends } = this.board;
    return { frontends, backends, ...this.reading.lists };
  }

  /** Resolves when it was told to end. */
  async run(): Promise<void> {
    const { clock, place } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        // Behind what was heard last, so that nothing is left out unsaid.
        const from = this.#position ?? undefined;
        for await (const item of place.api.watch(wanted, { signal, from })) this.#take(item);
      } catch (thrown) {
        this.#lose(failureOf(thrown));
      }
      if (!signal.aborted) await paused(clock, AGAIN_MS, signal);
    }
  }

  end(): void {
    this.reading.stop();
    this.#ending.abort();
    this.place.api.close();
  }

  #take(item: WatchItem): void {
    switch (item.kind) {
      case 'connected':
        this.#position = { epoch: item.epoch, seq: item.fromSeq };
        this.#connect(item.epoch);
        break;
      case 'state':
        this.#hear(item.event, false);
        break;
      case 'event':
        this.#position = item.position ?? this.#position;
        this.#hear(item.event, true);
        break;
      case 'gap':
        this.#gap(
          item.why === 'restarted'
            ? 'maglevd was started again; what happened meanwhile is not known'
            : 'more happened than maglevd remembers',
        );
        break;
      case 'lagged':
        this.#lags++;
        this.#gap(`${item.count} events were dropped, because they came faster than they were taken`);
        break;
      case 'disconnected':
        this.#lose(failureOf(item.error));
    }
  }

  #connect(epoch: string): void {
    const { clock, rowChanged } = this.#options;
    const first = this.#epoch !== epoch;
    this.#epoch = epoch;
    this.#heard = true;
    this.#link = { state: 'connected', since: clock.now() };
    rowChanged(true);
    this.reading.start();
    if (!first) return;
    // From now on it tells everything.
    this.timeline.completeFrom(clock.now() + this.reading.skewMs);
    void this.#readPast(epoch);
  }

  #lose(error: Failure): void {
    const { clock, rowChanged } = this.#options;
    this.reading.stop();
    // Since when it is lost, and not since the last attempt.
    const since = this.#link.state === 'lost' ? this.#link.since : clock.now();
    this.#link = { state: 'lost', since, error };
    rowChanged(true);
  }

  #gap(why: string): void {
    const { clock, tell } = this.#options;
    const at = clock.now() + this.reading.skewMs;
    this.timeline.incompleteUntil(at);
    tell({ kind: 'gap', at, why });
    this.reading.askAll();
  }

  #hear(event: Event, happened: boolean): void {
    const about = event.event;
    const at = milliseconds(event.atNs);
    if (happened && event.seq > 0n) this.#remember(timelineEvent(event, this.#epoch ?? ''));
    switch (about?.$case) {
      case 'backend': {
        const { backend, from, to, reason, code } = about.value;
        // What is true at the beginning is told with the lists, and in more detail.
        if (happened) this.reading.hearBackend({ name: backend, from, to, cause: reason, code, at });
        break;
      }
      case 'frontend': {
        const { frontend, to } = about.value;
        this.board.hearFrontend(frontend, to, at);
        if (happened) this.reading.askFrontend(frontend);
        break;
      }
      case 'sync':
        if (happened) this.reading.hearSync(attributesOf(about.value));
        break;
      case 'vpp':
        if (happened) this.reading.hearVpp();
        break;
      case 'config':
        if (happened) this.reading.askAll();
        break;
      case 'log':
        this.#hearLog(about.value);
    }
  }

  #hearLog(event: LogEvent): void {
    const { backend, frontend } = attributesOf(event);
    if (changesAll.test(event.msg)) this.reading.askAll();
    else if (event.msg.startsWith('backend-') || event.msg === 'operator-action') {
      if (frontend !== undefined) this.reading.askFrontend(frontend);
      if (backend !== undefined) this.reading.askBackend(backend);
    }
  }

  #remember(event: TimelineEvent | null): void {
    if (event === null || !this.timeline.add(event)) return;
    this.#options.tell({ kind: 'event', row: event });
  }

  /** What it told in this life before it was heard. Those who follow are told; who has it already knows it by its number. */
  async #readPast(epoch: string): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted && this.#epoch === epoch) {
      const lags = this.#lags;
      const past = await this.place.api.listEvents({ count: PAST_EVENTS }).catch(thrownBy);
      // What another life tells is asked for when that one is heard.
      if (signal.aborted || this.#epoch !== epoch) return;
      if (!('thrown' in past)) {
        if (past.epoch !== epoch) return;
        const events = past.events.flatMap((event) => timelineEvent(event, epoch) ?? []);
        for (const event of events) this.#remember(event);
        const [oldest] = events;
        if (oldest !== undefined && lags === this.#lags) this.timeline.completeFrom(oldest.at);
        return;
      }
      if (past.thrown instanceof RpcError && past.thrown.status === 'UNIMPLEMENTED') return;
      await paused(clock, AGAIN_MS, signal);
    }
  }
}

function thrownBy(thrown: unknown): { readonly thrown: unknown } {
  return { thrown };
}

function attributesOf({ attrs }: LogEvent): Readonly<Record<string, string>> {
  return Object.fromEntries(attrs.map(({ key, value }) => [key, value]));
}

/** Resolves after `ms`, or when the signal aborts. */
function paused(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
