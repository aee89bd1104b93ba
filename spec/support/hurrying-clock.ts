import type { Clock } from '../../protocol/clock.js';

/**
 * A clock for code that waits for something of this very process: its time jumps to the next timer as soon as the
 * event loop has had a few turns for what is real.
 */
export function hurryingClock(): Clock {
  let elapsed = 0;
  return {
    now: () => elapsed,
    monotonic: () => elapsed,
    random: () => 0.5,
    schedule: (ms, run) => {
      let cancelled = false;
      const due = elapsed + ms;
      const wait = (turns: number) => {
        setImmediate(() => {
          if (cancelled) return;
          if (turns > 0) return wait(turns - 1);
          elapsed = Math.max(elapsed, due);
          run();
        });
      };
      wait(3);
      return () => {
        cancelled = true;
      };
    },
  };
}
