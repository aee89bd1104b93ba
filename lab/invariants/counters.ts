import type { Invariant } from '../invariant.js';

/** So often somebody scrapes, in seconds. */
const EVERY = 60;

export const countersGrow: Invariant = {
  name: 'counters-grow',
  promise: 3,
  says: 'No counter of the metrics goes back while a process lives.',
  observe: (world, { checked, broken }) => {
    let seconds = 0;
    let pid = 0;
    let last = new Map<string, number>();
    return {
      second: () => {
        if (++seconds % EVERY !== 0) return;
        const asked = world.process?.pid ?? 0;
        world.ask<string>(
          'metrics',
          () => world.process?.maglevd.scrape() ?? null,
          (text) => {
            if (text === null) return;
            if (asked !== pid) last = new Map();
            pid = asked;
            checked();
            const now = countersIn(text);
            for (const [name, value] of now)
              if (value < (last.get(name) ?? 0)) broken(`${name} went from ${last.get(name)} to ${value}`);
            last = now;
          },
        );
      },
    };
  },
};

function countersIn(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^(\w+_total(?:\{[^}]*\})?) (\S+)$/gm))
    found.set(name, Number(value));
  return found;
}
