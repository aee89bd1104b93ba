import type { Work } from './steady-maglevd.js';

/** CPU in percent of a core; what else there is, a second. */
export type Rates = Record<'cpu' | 'main' | 'probing' | 'packets' | 'bytes' | 'log', number>;

/** Of the cost of a healthy fleet. */
const MOST = 1.2;

export function ratesBetween(from: Work, to: Work, mainThread: number): Rates {
  const seconds = (to.at - from.at) / 1000;
  const percent = (ms: number) => ms / seconds / 10;
  const spent = [...to.cpuMs].map(([thread, ms]): [number, number] => [
    thread,
    ms - (from.cpuMs.get(thread) ?? 0),
  ]);
  const others = spent.filter(([thread]) => thread !== mainThread).map(([, ms]) => ms);
  const all = spent.reduce((sum, [, ms]) => sum + ms, 0);
  return {
    cpu: percent(all),
    main: percent(new Map(spent).get(mainThread) ?? 0),
    probing: percent(Math.max(0, ...others)),
    packets: (to.packets - from.packets) / seconds,
    bytes: (to.bytes - from.bytes) / seconds,
    log: (to.logBytes - from.logBytes) / seconds,
  };
}

/** A dead fleet beside the healthy one that was measured right before and right after. */
export class Comparison {
  readonly #least: number;
  #healthy: Rates;

  /** `least`: what a dead fleet must cost of it at least. */
  constructor(healthy: Rates, least: number) {
    this.#healthy = healthy;
    this.#least = least;
  }

  healthy(): string {
    return row('all healthy', this.#healthy);
  }

  /** A row about the dead one; what comes is compared with the healthy one that came `after`. */
  add(name: string, dead: Rates, after: Rates): string {
    const before = this.#healthy;
    this.#healthy = after;
    const ratio = (of: 'cpu' | 'packets' | 'bytes') => (2 * dead[of]) / (before[of] + after[of]);
    const least = this.#least;
    const within =
      ratio('cpu') >= least && (['cpu', 'packets', 'bytes'] as const).every((of) => ratio(of) <= MOST);
    const limit = `${least > 0 ? `${least} to ` : ''}${MOST}: ${within ? 'kept' : 'NOT KEPT'}`;
    const ratios = (['cpu', 'packets', 'bytes'] as const).map((of) => `${of} ${ratio(of).toFixed(2)}`);
    return `${row(name, dead)}   ${ratios.join(', ')} (${limit})`;
  }
}

function row(name: string, rates: Rates): string {
  const cells = [
    `${rates.cpu.toFixed(1)} % CPU (main ${rates.main.toFixed(1)}, probing ${rates.probing.toFixed(1)})`,
    `${rates.packets.toFixed(0)} packets/s`,
    `${(rates.bytes / 1000).toFixed(0)} kB/s`,
    `log ${rates.log.toFixed(0)} B/s`,
  ];
  return `  ${name.padEnd(14)} ${cells.join('  ')}`;
}
