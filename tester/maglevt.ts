import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import { versionLine } from '../program/build-info.js';
import type { Clock } from '../protocol/clock.js';
import { Display } from './display.js';
import { parseTesterFlags, type TesterSettings, testerHelp } from './flags.js';
import { jsonPrinter, textPrinter } from './printing.js';
import { prepareProbers } from './probing/probers.js';
import { Run } from './run.js';
import { verdictOf } from './summary.js';
import { terminalOf } from './terminal.js';
import { joined, placeOf, type Vip, vipsOf } from './vip.js';

/** What maglevt runs in. */
export interface TesterWorld {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The name of this machine, the whole one as soon as it is known. */
  readonly hostname: () => string;
  /** Ends the run when the program is told to end. */
  readonly onEnd: (end: () => void) => void;
  /** The shell wants the terminal. */
  readonly onStop: (stop: () => void) => void;
  /** To be done before the program ends, however it ends. */
  readonly atExit: (restore: () => void) => void;
}

const BELOW_SLO = 1;
const NOTHING_TESTED = 2;

/** Does what the command line says, and gives the exit code. */
export async function runMaglevt(world: TesterWorld): Promise<number> {
  try {
    const command = parseTesterFlags(world.argv);
    switch (command.kind) {
      case 'help':
        world.stdout.write(testerHelp());
        return 0;
      case 'version':
        world.stdout.write(`${versionLine('maglevt')}\n`);
        return 0;
      case 'run':
        return await test(command.settings, await vipsFor(command.settings, world), world);
    }
  } catch (thrown) {
    if (!(thrown instanceof MaglevError)) throw thrown;
    const { code, message, advice } = asMaglevError(thrown);
    world.stderr.write(`maglevt: ${message}\n${advice} [${code}]\n`);
    return NOTHING_TESTED;
  }
}

/** Throws MGL_USAGE when there is none, and what is wrong with a config. */
async function vipsFor(settings: TesterSettings, { stderr }: TesterWorld): Promise<readonly Vip[]> {
  const configs: MaglevConfig[] = [];
  for (const file of settings.configs) configs.push(await configIn(file));
  const { vips, leftOut } = vipsOf(configs);
  const all = joined(settings.vips, vips);
  const { filter } = settings;
  const asked = all.filter((vip) => filter === null || filter.test(vip.name) || filter.test(placeOf(vip)));
  for (const { name, why } of leftOut) stderr.write(`maglevt: ${name} is left out: ${why}\n`);
  if (asked.length > 0) return asked;
  throw new MaglevError('MGL_USAGE', filter === null ? 'there is no VIP to test' : 'no VIP matches --filter');
}

async function configIn(file: string): Promise<MaglevConfig> {
  // What takes long to load is loaded when it is needed.
  const { loadConfigHere } = await import('../config/load-here.js');
  const { formatIssue, refusalOf } = await import('../config/report.js');
  const verdict = await loadConfigHere(file);
  if (verdict.ok) return verdict.config;
  throw refusalOf(verdict, verdict.issues.map(formatIssue).join('\n'));
}

async function test(settings: TesterSettings, vips: readonly Vip[], world: TesterWorld): Promise<number> {
  const { clock, stdout, env, hostname } = world;
  const { asking, intervalMs, timeoutMs, rate, forMs, slo, json } = settings;
  const print = (line: string) => {
    stdout.write(`${line}\n`);
  };
  const printer = json ? jsonPrinter({ clock, vips, print }) : textPrinter({ clock, vips, print });
  // A terminal on which nothing can be placed is printed to.
  const interactive = !json && stdout.isTTY && env['TERM'] !== 'dumb';
  const probers = prepareProbers(clock, vips, asking);
  const run = new Run({
    clock,
    vips,
    ...probers,
    intervalMs,
    timeoutMs,
    rate,
    oneByOne: asking.keepAlive,
    ...(interactive ? {} : { onProblem: printer.problem }),
  });
  let closeDisplay = () => {};
  const stopFollowing = interactive ? () => {} : printer.follow(run);
  await new Promise<void>((resolve) => {
    world.onEnd(resolve);
    // Whoever reads it has seen enough.
    stdout.once('error', () => resolve());
    if (forMs !== null) clock.schedule(forMs, () => run.finish(resolve));
    if (!interactive) return;
    const color = (env['NO_COLOR'] ?? '') === '';
    const terminal = terminalOf(world.stdin(), stdout);
    const display = new Display({
      clock,
      terminal,
      color,
      host: hostname,
      run,
      vips,
      intervalMs,
      onQuit: resolve,
    });
    world.atExit(display.close);
    world.onStop(display.suspend);
    display.open();
    closeDisplay = display.close;
  });
  closeDisplay();
  stopFollowing();
  run.stop();
  probers.close();
  const verdict = verdictOf(vips, run.scores, slo);
  printer.end(run, verdict);
  return verdict.below.length > 0 ? BELOW_SLO : 0;
}
