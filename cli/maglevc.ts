import { isLeft } from 'fp-ts/lib/Either.js';
import { versionLine } from '../program/build-info.js';
import { commands } from './commands.js';
import { printCandidates } from './completion.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { grammarOf } from './grammar.js';
import { commandList, commandsBehind, helpText } from './help.js';
import { keysOf } from './keys.js';
import { asksForJson, type Options, parseOptions } from './options.js';
import { Printer, usageError } from './printer.js';
import { runLine } from './run-line.js';
import { Server } from './servers.js';
import { isAttended, type Surroundings } from './surroundings.js';
import { type Line, plain } from './text.js';

/**
 * Runs one command line to its end, or all of a shell or a script. Never rejects: what goes wrong is printed, and becomes
 * the exit code.
 */
export async function runMaglevc(surroundings: Surroundings): Promise<ExitCode> {
  const { argv, env } = surroundings;
  // The word that is being completed can be anything, also half of an option.
  const completing = argv[0] === '--complete';
  const parsed = parseOptions(completing ? argv.slice(0, -1) : argv, env);
  if (isLeft(parsed)) {
    if (completing) return exitCodes.usage;
    const printer = new Printer(surroundings, { color: null, json: asksForJson(surroundings.argv) });
    return printer.complain(usageError(parsed.left));
  }
  const options = parsed.right;
  const printer = new Printer(surroundings, options);
  if (options.version) {
    printer.print([[plain(versionLine('maglevc'))]]);
    return exitCodes.ok;
  }
  if (options.help) {
    printer.print(options.words.length === 0 ? helpText(commands) : helpBehind(options.words));
    return exitCodes.ok;
  }
  const context = contextOf(options, surroundings, printer);
  try {
    if (options.complete) return await printCandidates(context, completing ? (argv.at(-1) ?? '') : '');
    if (options.words.length > 0) return (await runLine(context, options.words)).code;
    return await withoutCommand(context);
  } finally {
    for (const server of context.servers) server.close();
  }
}

function contextOf(options: Options, surroundings: Surroundings, printer: Printer): Context {
  const { clock } = surroundings;
  const [first, ...others] = options.servers;
  return {
    commands,
    grammar: grammarOf(commands),
    options,
    surroundings,
    printer,
    servers: [new Server(first, options, clock), ...others.map((one) => new Server(one, options, clock))],
    keys: isAttended(surroundings) && surroundings.stdin !== undefined ? keysOf(surroundings.stdin) : null,
  };
}

/** On a terminal a shell; what is piped in is a script; otherwise nobody knows what to do, and the help says what there is. */
async function withoutCommand(context: Context): Promise<ExitCode> {
  const { surroundings, printer } = context;
  const { stdin, screen } = surroundings;
  if (stdin !== undefined && screen !== undefined && isAttended(surroundings) && !printer.json) {
    const { Shell } = await import('./shell.js');
    return new Shell(context, stdin, screen).run();
  }
  if (stdin !== undefined && !stdin.isTTY) {
    const { runScript } = await import('./script.js');
    const code = await runScript(context, stdin);
    if (code !== null) return code;
  }
  printer.printError(helpText(commands));
  if (printer.json) printer.complainInJson(usageError('there is no command'));
  return exitCodes.usage;
}

/** `--help` behind the beginning of a command: the commands that begin so, or everything. */
function helpBehind(words: readonly string[]): Line[] {
  const below = commandsBehind(words, commands);
  return below.length === commands.length ? helpText(commands) : commandList(below);
}
