import type { HealthCheck } from './config.js';

/** Probes are spread by this fraction of their interval, to both sides. */
const JITTER = 0.1;
/** Milliseconds between the moments at which probes begin: the widest of these that fits. */
const GRIDS_MS = [40, 20] as const;
export const FINEST_GRID_MS = 10;
/** A wide grid lies by so many milliseconds behind the finest, on which servers are asked whose answers are awaited: those have the cores to themselves. */
const WIDE_SHIFT_MS = FINEST_GRID_MS / 2;
/** A grid is at most this part of the interval. */
const GRID_PART = 1 / 25;
/** Probes that begin at one moment, about, at most, on a grid that is wider than the finest: they keep a thread busy for a millisecond or two. */
const MOST_AT_ONCE = 50;
/** Below this interval, in milliseconds, probes begin at any moment. */
const SHORT_MS = 200;
/**
 * What a probe has begun late is made up for by the next one, as far as it is no more than so many milliseconds: reckoned from its own
 * beginning, it would put off all that follow it by a moment of the grid. More than that is a stall, after which many would hurry together.
 */
const MADE_UP_MS = FINEST_GRID_MS;

/** All in milliseconds, on one scale. */
export interface ProbeRhythm {
  /** When the last probe began. */
  readonly begunAt: number;
  /** When it should have begun. */
  readonly dueAt: number;
  /** From the beginning of one probe to that of the next, as the config and the state of the backend have it. */
  readonly interval: number;
  /** The interval that counted before. */
  readonly pace: number;
  /** From gridFor(). */
  readonly gridMs: number;
}

/** Milliseconds between the moments at which probes of this interval begin, of so many backends: to wake up costs as much as some probes. */
export function gridFor(interval: number, backends: number): number {
  for (const grid of GRIDS_MS) {
    if (grid <= interval * GRID_PART && (backends / interval) * grid <= MOST_AT_ONCE) return grid;
  }
  return FINEST_GRID_MS;
}

/**
 * When the next probe should begin, for a random number from 0 to 1: the interval later, spread by a tenth to both
 * sides, and never less than that after the last one, however late it was. Where the interval has become longer, anywhere between the two: backends that were probed in quick succession
 * together, as all are after a start, would otherwise be probed in bursts for long.
 *
 * Probes of different backends begin at the same moments, 10 to 40 ms apart: what it takes to wake up, and to pass messages
 * to and from another thread, is then shared by them. Those of long intervals, which are healthy or down for long, begin between those of short ones.
 * The shortest intervals are left alone.
 */
export function nextProbeAt({ begunAt, dueAt, interval, pace, gridMs }: ProbeRhythm, random: number): number {
  const [from, to] = pace < interval ? [pace, interval] : [interval * (1 - JITTER), interval * (1 + JITTER)];
  const lateMs = Math.min(Math.max(0, begunAt - dueAt), MADE_UP_MS);
  const at = begunAt + Math.max(from, from + random * (to - from) - lateMs);
  return interval < SHORT_MS ? at : onGrid(at, begunAt + from, begunAt - lateMs + to, gridMs);
}

/** The nearest moment of the grid within these bounds; `at` itself if there is none. */
function onGrid(at: number, from: number, to: number, gridMs: number): number {
  const nearest = momentBefore(at + gridMs / 2, gridMs);
  const inside = nearest < from ? nearest + gridMs : nearest > to ? nearest - gridMs : nearest;
  return from <= inside && inside <= to ? inside : at;
}

/** The last moment of this grid up to then: a wide grid has none in common with the finest. */
export function momentBefore(at: number, gridMs: number): number {
  const shift = gridMs > FINEST_GRID_MS ? WIDE_SHIFT_MS : 0;
  return Math.floor((at - shift) / gridMs) * gridMs + shift;
}

/** Milliseconds that `fall` probes of an unknown backend may take which all fail. */
export function chancesMs({
  fastInterval,
  timeout,
  fall,
}: Pick<HealthCheck, 'fastInterval' | 'timeout' | 'fall'>): number {
  return (fall - 1) * Math.max(fastInterval * (1 + JITTER), timeout) + timeout;
}
