import { timeText } from './figures.js';

/** A stretch of time on so many pixels. */
export interface TimeAxis {
  /** ms since 1970 */
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

export function xOf({ from, to, width }: TimeAxis, at: number): number {
  return ((at - from) / (to - from)) * width;
}

export function timeAt({ from, to, width }: TimeAxis, x: number): number {
  return from + (x / width) * (to - from);
}

/** Steps of an axis, ms: those that a clock has too. */
const steps = [1, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200].map((seconds) => seconds * 1000);

/** Pixels that a time of day needs. */
const ROOM = 80;

/** Round times on the axis, as many as there is room for. */
export function ticksOf(axis: TimeAxis): readonly { readonly at: number; readonly text: string }[] {
  const length = axis.to - axis.from;
  const step = steps.find((one) => (axis.width * one) / length >= ROOM) ?? length;
  const ticks = [];
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.to; at += step) {
    const text = timeText(at);
    ticks.push({ at, text: step < 60_000 ? text : text.slice(0, 5) });
  }
  return ticks;
}
