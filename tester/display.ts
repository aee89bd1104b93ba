import type { Cancel, Clock } from '../protocol/clock.js';
import type { Run } from './run.js';
import { boardLines, scrollOf } from './screen/board.js';
import { Screen } from './screen/screen.js';
import { type Order, orders, type View } from './screen/view.js';
import { keysIn, type Terminal } from './terminal.js';
import type { Vip } from './vip.js';

const FRAME_MS = 100;
/** No screen has more lines of problems. */
const PROBLEMS = 100;

export interface DisplayOptions {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly color: boolean;
  /** The name of this machine. */
  readonly host: () => string;
  readonly run: Run;
  readonly vips: readonly Vip[];
  readonly intervalMs: number;
  readonly onQuit: () => void;
}

/** Shows a run on a terminal, ten times a second, and does what the keys say. */
export class Display {
  readonly #options: DisplayOptions;
  readonly #screen: Screen;
  #order: Order = 'as given';
  #scroll = 0;
  #open = false;
  #timer: Cancel = () => {};

  constructor(options: DisplayOptions) {
    const { terminal, color } = options;
    this.#options = options;
    this.#screen = new Screen(terminal.write, color);
    terminal.onResize(() => {
      this.#screen.clear();
      this.#draw();
    });
    terminal.onContinue(() => {
      if (this.#open) this.#enter();
    });
  }

  open(): void {
    this.#open = true;
    this.#enter();
    this.#tick();
  }

  /** The terminal is as it was before. May be called at any time, also when nothing else works any more. */
  readonly close = (): void => {
    this.#open = false;
    this.#timer();
    this.#leave();
  };

  /** Lets the shell have the terminal for a while. Nothing is asked meanwhile. */
  readonly suspend = (): void => {
    if (!this.#open) return;
    this.#leave();
    this.#options.run.forgetUnderWay();
    this.#options.terminal.stop();
  };

  #enter(): void {
    const { terminal } = this.#options;
    // Whoever had the terminal meanwhile may have left anything on it.
    this.#leave();
    terminal.grab(this.#keys);
    this.#screen.enter();
    this.#draw();
  }

  #leave(): void {
    this.#screen.leave();
    this.#options.terminal.release();
  }

  #tick(): void {
    this.#timer = this.#options.clock.schedule(FRAME_MS, () => this.#tick());
    this.#draw();
  }

  #draw(): void {
    const { terminal } = this.#options;
    // A terminal that is slow gets fewer frames, and none late.
    if (!terminal.isFull()) this.#screen.draw(boardLines(this.#view(), terminal.size()));
  }

  #view(): View {
    const { host, run, vips, intervalMs, clock } = this.#options;
    return {
      host: host(),
      vips,
      scores: run.scores,
      problems: run.problems.last(PROBLEMS),
      intervalMs,
      elapsedMs: run.elapsedMs,
      paused: run.paused,
      order: this.#order,
      scroll: this.#scroll,
      now: clock.monotonic(),
    };
  }

  readonly #keys = (text: string): void => {
    for (const key of keysIn(text)) this.#key(key);
    if (this.#open) this.#draw();
  };

  #key(key: string): void {
    const { run, onQuit } = this.#options;
    switch (key) {
      case 'q':
      case '\u0003':
        onQuit();
        return;
      case '\u001a':
        this.suspend();
        return;
      case 'p':
      case ' ':
        if (run.paused) run.resume();
        else run.pause();
        return;
      case 's':
        this.#order = orders[(orders.indexOf(this.#order) + 1) % orders.length] ?? 'as given';
        return;
      case '\u000c':
        this.#screen.clear();
        return;
    }
    const step = steps[key];
    if (step !== undefined)
      this.#scrollBy(step * (Math.abs(step) > 1 ? this.#options.terminal.size().rows / 2 : 1));
  }

  #scrollBy(rows: number): void {
    this.#scroll = Math.max(0, this.#scroll + Math.round(rows));
    this.#scroll = scrollOf(this.#view(), this.#options.terminal.size());
  }
}

/** Arrows go by one row; the other keys, whose numbers are larger, by that many halves of the screen. */
const steps: Readonly<Record<string, number>> = {
  '\u001b[A': -1,
  '\u001b[B': 1,
  '\u001b[5~': -1.5,
  '\u001b[6~': 1.5,
  '\u001b[H': -1e6,
  '\u001b[F': 1e6,
};
