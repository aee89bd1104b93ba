import { execFile } from 'node:child_process';
import type { Bug } from './bug-list.js';
import type { CopiedTree } from './copied-tree.js';
import type { Caught, Played } from './play.js';

/** What became of a bug. */
export interface Hunted {
  readonly bug: Bug;
  /** null: nobody has found it. */
  readonly caught: Caught | null;
  /** Days that were played: the one that found it is the last one of them. */
  readonly seeds: number;
  readonly cpuSeconds: number;
}

/** What does not end by itself within this is broken, too. */
const PATIENCE_MS = 600_000;

/** So many days are played by one process. */
const DAYS = 25;

/** Rules that the search of small fleets runs. */
const searched =
  /^domain\/(?:plan|vip-|send-queue|sync-queue|settled|standing|weights|deciding|operator|intent-|desired)/;

/**
 * Puts a bug in, and has the lab look for it: small fleets first, where the bug is in what they run, as they are quick; then
 * days, up to so many seeds. A day that is broken without the bug, too, does not count. `before` is how far an earlier
 * hunt came; `told` hears of each step, so that another one may go on from there.
 */
export async function hunt(
  tree: CopiedTree,
  bug: Bug,
  { seeds, before, told }: { seeds: number; before?: Hunted; told?: (so: Hunted) => void },
): Promise<Hunted> {
  let so = before ?? { bug, caught: null, seeds: 0, cpuSeconds: 0 };
  if (so.caught !== null) return so;
  let takeOut = tree.put(bug);
  const step = ({ caught, cpuSeconds }: Played, days: number) => {
    so = { bug, caught, seeds: so.seeds + days, cpuSeconds: so.cpuSeconds + cpuSeconds };
    told?.(so);
  };
  try {
    if (before === undefined && searched.test(bug.file)) step(await play(tree, ['fleets']), 0);
    while (so.caught === null && so.seeds < seeds) {
      const from = so.seeds + 1;
      const played = await play(tree, ['days', from, Math.min(DAYS, seeds - so.seeds)]);
      if (played.caught === null) {
        step(played, played.tried);
        continue;
      }
      takeOut();
      const last = from + played.tried - 1;
      const anyway = (await play(tree, ['days', last, 1])).caught !== null;
      takeOut = tree.put(bug);
      step(anyway ? { ...played, caught: null } : played, played.tried);
    }
    return so;
  } finally {
    takeOut();
  }
}

function play(tree: CopiedTree, args: readonly (string | number)[]): Promise<Played> {
  const began = process.resourceUsage();
  return new Promise((resolve, reject) => {
    const program = tree.file('spec/bugs/play-main.js');
    execFile(
      process.execPath,
      [program, ...args.map(String)],
      { timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
        } catch {
          if (/SyntaxError|ERR_MODULE_NOT_FOUND/.test(stderr)) {
            reject(new Error(`what is to be played cannot even be loaded:\n${stderr}`));
            return;
          }
          const why = error?.killed ? 'it never ends' : (stderr.trim().split('\n').at(-1) ?? 'it dies');
          const { userCPUTime } = process.resourceUsage();
          const cpuSeconds = (userCPUTime - began.userCPUTime) / 1e6;
          const where = args[0] === 'days' ? `seed ${args[1]}` : 'fleets';
          resolve({ caught: { where, what: why }, tried: 1, cpuSeconds });
        }
      },
    );
  });
}
