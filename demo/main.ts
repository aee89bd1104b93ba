import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runPrinting } from '../program/output.js';
import { play } from './play.js';
import { playWeb } from './web-play.js';

const usage = `usage: npm run demo [-- [--web] [--for <seconds>s]]

Starts the VPP simulator, three web servers and maglevd, sends traffic, breaks things, and shows what
VPP has. Runs until Ctrl-C; with --for 10s it ends by itself with a summary. With --web it is two load
balancers with trouble again and again, and a dashboard in the browser that shows both.`;

const USAGE = 64;

type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string }
  /** Milliseconds; null = until Ctrl-C. */
  | { readonly kind: 'play'; readonly web: boolean; readonly runFor: number | null };

function parse(): CommandLine {
  try {
    const { values } = parseArgs({
      options: { for: { type: 'string' }, web: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return { kind: 'help' };
    const web = values.web === true;
    if (values.for === undefined) return { kind: 'play', web, runFor: null };
    const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(values.for);
    if (match === null)
      return { kind: 'wrong', problem: `--for takes a duration such as 10s, not "${values.for}"` };
    return {
      kind: 'play',
      web,
      runFor: Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] as 'ms' | 's' | 'm'],
    };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

async function main(): Promise<number> {
  const command = parse();
  if (command.kind === 'help') {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (command.kind === 'wrong') {
    process.stderr.write(`demo: ${command.problem}\n${usage}\n`);
    return USAGE;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'maglev-demo-'));
  const undos: (() => void | Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const interrupted = new Promise<void>((resolve) => {
    // Also the second and third time: whoever is impatient must not leave half of it behind.
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
    // Nobody watches any more.
    process.stdout.once('error', () => resolve());
  });
  let over = false;
  let stopped = false;
  void interrupted.then(() => {
    stopped = true;
    // What waits for programs that are being ended waits in vain, and that is no fault.
    process.on('unhandledRejection', () => {});
  });
  const timeUp = new Promise<void>((resolve) => {
    if (command.runFor !== null) setTimeout(resolve, command.runFor);
  });
  try {
    const played = (command.web ? playWeb : play)({
      folder,
      ending: Promise.race([timeUp, interrupted]),
      // What is started while all is being ended is ended at once.
      cleanup: (undo) => {
        if (over) void undo();
        else undos.push(undo);
      },
    });
    await Promise.race([played, interrupted.then(() => new Promise((resolve) => setTimeout(resolve, 500)))]);
    return 0;
  } catch (error) {
    if (stopped) return 0;
    process.stderr.write(`demo: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    over = true;
    for (const undo of undos.reverse()) await undo();
  }
}

// Nothing of the demo is left; an interrupted one may still have a promise that nobody waits for.
process.exit(await runPrinting('demo', main));
