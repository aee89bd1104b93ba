import { PAGE_ROWS } from '../../domain/probe-numbers.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { standingNumber, standingOf } from '../../domain/standing-table.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { ProbeTarget } from '../target.js';
import type { ProbeBook } from './book.js';
import type { ProbeEngine, ProbeNews, ProbeOrder, WatchOrder } from './contract.js';
import type { NumberedNews } from './news.js';
import { Schedule } from './schedule.js';
import { TimerTurns } from './timer-turns.js';

export interface LocalEngineOptions {
  readonly clock: Clock;
  readonly book: ProbeBook;
  readonly news: (news: readonly ProbeNews[]) => void;
  /** Probes a target once. `ended` is called at most once, at once or later, unless it is cancelled. */
  readonly probe: (key: string, target: ProbeTarget, ended: (result: ProbeResult) => void) => Cancel;
}

interface Watched {
  readonly key: string;
  target: ProbeTarget;
  cancel: Cancel;
}

/**
 * The engine in the thread that asks for it, over any way of probing and any clock: whoever simulates servers runs the
 * same schedule as those who probe real ones.
 */
export function createLocalEngine({ clock, book, news, probe }: LocalEngineOptions): ProbeEngine {
  const watched = new Map<number, Watched>();
  /** As long as they are probed. */
  const rows = new Map<string, number>();
  let untold: NumberedNews[] = [];
  const schedule = new Schedule({
    clock,
    maxUnderWay: Number.POSITIVE_INFINITY,
    driver: {
      start: (row) => {
        const one = watched.get(row);
        if (one === undefined) return;
        one.cancel = probe(one.key, one.target, (result) => {
          schedule.ended(row, result);
          turns.stir();
        });
      },
      expire: () => {},
      abandon: (row) => watched.get(row)?.cancel(),
    },
    news: (one) => {
      untold.push(one);
      turns.stir();
    },
    counted: (row, { code, durationMs }) => {
      book.page(Math.floor(row / PAGE_ROWS)).record(row % PAGE_ROWS, code, clock.now(), durationMs);
    },
  });
  const flush = () => {
    const told = untold.flatMap(({ number, round, result, standing, suspicion }) => {
      const key = watched.get(number)?.key;
      return key === undefined ? [] : [{ key, round, result, standing: standingOf(standing), suspicion }];
    });
    untold = [];
    if (told.length > 0) news(told);
  };
  const turns = new TimerTurns(clock, { schedule, flush });
  const orderOf = (row: number, { round, target, check }: ProbeOrder) => {
    return { number: row, round, timeoutMs: target.timeoutMs, counting: check };
  };
  return {
    watch: (key, order: WatchOrder) => {
      const row = rows.get(key) ?? book.rowOf(key);
      rows.set(key, row);
      schedule.forget(row);
      watched.set(row, { key, target: order.target, cancel: () => {} });
      schedule.watch(orderOf(row, order), standingNumber(order.standing), order.startMs);
      turns.stir();
    },
    retune: (key, order) => {
      const row = rows.get(key) ?? -1;
      const one = watched.get(row);
      if (one === undefined) return;
      one.target = order.target;
      schedule.retune(orderOf(row, order));
      turns.stir();
    },
    forget: (key) => {
      const row = rows.get(key);
      if (row === undefined) return;
      schedule.forget(row);
      watched.delete(row);
      rows.delete(key);
    },
    settle: (key, ticket, doubt) => {
      schedule.settle(rows.get(key) ?? -1, ticket, doubt);
      turns.stir();
    },
    blameVpp: (grounds) => schedule.blameVpp(grounds),
    through: () => schedule.through,
    condition: () => ({ mainLagMs: 0, workers: [] }),
    stop: async () => {
      turns.stop();
      for (const row of watched.keys()) schedule.forget(row);
      watched.clear();
    },
  };
}
