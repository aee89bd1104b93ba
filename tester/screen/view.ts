import type { Problem } from '../problems.js';
import type { Score } from '../score.js';
import type { Vip } from '../vip.js';

/** What rows can be sorted by. */
export const orders = ['as given', 'name', 'failures', 'p99'] as const;
export type Order = (typeof orders)[number];

/** Everything that is shown at one moment. */
export interface View {
  /** Of the machine that asks. */
  readonly host: string;
  readonly vips: readonly Vip[];
  /** One for each VIP. */
  readonly scores: readonly Score[];
  /** The newest at the end. */
  readonly problems: readonly Problem[];
  readonly intervalMs: number;
  readonly elapsedMs: number;
  readonly paused: boolean;
  readonly order: Order;
  /** Rows above the first that is shown. */
  readonly scroll: number;
  /** Milliseconds of the clock that never goes back. */
  readonly now: number;
}

/** The numbers of the VIPs in the order in which they are shown. */
export function ordered({ vips, scores, order }: Pick<View, 'vips' | 'scores' | 'order'>): number[] {
  const numbers = vips.map((_, i) => i);
  const failed = (i: number) => scores[i]?.failed ?? 0;
  const slow = (i: number) => scores[i]?.window.percentile(0.99) ?? -1;
  switch (order) {
    case 'as given':
      return numbers;
    case 'name':
      return numbers.sort((a, b) => ((vips[a]?.name ?? '') < (vips[b]?.name ?? '') ? -1 : 1));
    case 'failures':
      return numbers.sort((a, b) => failed(b) - failed(a) || a - b);
    case 'p99':
      return numbers.sort((a, b) => slow(b) - slow(a) || a - b);
  }
}
