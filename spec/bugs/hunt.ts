import { execFile } from 'node:child_process';
import type { Bug } from './bug-list.js';
import type { CopiedTree } from './copied-tree.js';
import type { Caught, Played } from './play.js';

/** What became of a bug. */
export interface Hunted {
  readonly bug: Bug;
  /** null: nobody has found it. */
  readonly caught: Caught | null;
  readonly seeds: number;
  readonly cpuSeconds: number;
}

/** What does not end by itself within this is broken, too. */
const PATIENCE_MS = 1_800_000;

/** Rules that the search of small fleets runs. */
const searched =
  /^domain\/(?:plan|vip-knowledge|send-queue|sync-queue|weights|deciding|operator|intent-review|desired)/;

/**
 * Puts a bug in, and has the lab look for it: small fleets first, where the bug is in what they run, as they are quick; then
 * days of as many seeds.
 */
export async function hunt(tree: CopiedTree, bug: Bug, seeds: number): Promise<Hunted> {
  const takeOut = tree.put(bug);
  try {
    let cpuSeconds = 0;
    if (searched.test(bug.file)) {
      const played = await play(tree, ['fleets', '1']);
      cpuSeconds += played.cpuSeconds;
      if (played.caught !== null) return { bug, caught: played.caught, seeds: 0, cpuSeconds };
    }
    const played = await play(tree, ['days', '1', String(seeds)]);
    cpuSeconds += played.cpuSeconds;
    return { bug, caught: played.caught, seeds: played.tried, cpuSeconds };
  } finally {
    takeOut();
  }
}

/** Is what was found there also found without the bug? */
export async function isThereAnyway(tree: CopiedTree, { caught }: Hunted): Promise<boolean> {
  const [kind, number = ''] = caught?.where.split(' ') ?? [];
  if (caught === null || kind !== 'seed') return false;
  return (await play(tree, ['days', number, '1'])).caught !== null;
}

function play(tree: CopiedTree, args: readonly string[]): Promise<Played> {
  const began = process.resourceUsage();
  return new Promise((resolve, reject) => {
    const program = tree.file('spec/bugs/play-main.js');
    execFile(process.execPath, [program, ...args], { timeout: PATIENCE_MS }, (error, stdout, stderr) => {
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
        resolve({ caught: { where: args.join(' '), what: why }, tried: 1, cpuSeconds });
      }
    });
  });
}
