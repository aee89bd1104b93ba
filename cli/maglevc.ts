import { isLeft } from 'fp-ts/lib/Either.js';
import { asMaglevError, type ErrorCode, errorCatalogue, MaglevError } from '../domain/errors.js';
import { versionLine } from '../program/build-info.js';
import type { Clock } from '../protocol/clock.js';
import { parseRpcAddress, type RpcAddress } from '../rpc/address.js';
import type { MaglevClient } from '../rpc/client.js';
import { RpcError, type StatusName } from '../rpc/rpc-error.js';
import type { Command, Session } from './command.js';
import { buildTree } from './command-tree.js';
import { commands } from './commands.js';
import { readCredentials } from './credentials.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.js';
import { commandList, commandsBehind, helpText } from './help.js';
import { asksForJson, type Options, parseOptions } from './options.js';
import { failureText, resolve } from './resolve.js';
import { errorText, type Line, plain, render } from './text.js';

/** Where text goes: a stream of the process, or what a spec collects. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal. */
  readonly columns?: number | undefined;
}

export interface Surroundings {
  /** Without the names of the interpreter and the program. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly stdout: Output;
  readonly stderr: Output;
}

const patienceMs = { quick: 5_000, slow: 120_000 };

/** Runs one command line to its end. Never rejects: what goes wrong is printed, and becomes the exit code. */
export async function runMaglevc(surroundings: Surroundings): Promise<ExitCode> {
  const parsed = parseOptions(surroundings.argv, surroundings.env);
  if (isLeft(parsed)) {
    const color = colored(surroundings.stderr, null, surroundings.env);
    return complain(surroundings, { color, json: asksForJson(surroundings.argv) }, usageError(parsed.left));
  }
  const options = parsed.right;
  const { stdout, stderr, env } = surroundings;
  const print = (lines: readonly Line[]) => stdout.write(render(lines, colored(stdout, options.color, env)));
  const form = { color: colored(stderr, options.color, env), json: options.json };

  if (options.version) {
    print([[plain(versionLine('maglevc'))]]);
    return exitCodes.ok;
  }
  if (options.help) {
    print(options.words.length === 0 ? helpText(commands) : helpBehind(options.words));
    return exitCodes.ok;
  }
  if (options.words.length === 0) {
    stderr.write(render(helpText(commands), form.color));
    if (form.json) stdout.write(jsonText(errorJson(usageError('there is no command'))));
    return exitCodes.usage;
  }
  const resolution = resolve(buildTree(commands), wordsOf(options.words));
  if (resolution.kind !== 'command') return complain(surroundings, form, usageError(failureText(resolution)));

  const { command, slots } = resolution;
  const session = openSession(options, command, surroundings);
  try {
    const outcome = await command.run(session, slots);
    if (options.json) stdout.write(jsonText(outcome.json));
    else print(outcome.text);
    if (outcome.warning !== undefined) {
      stderr.write(render([[errorText(`maglevc: warning: ${outcome.warning}`)]], form.color));
    }
    if (outcome.failure === null) return exitCodes.ok;
    const { code, message } = outcome.failure;
    // Its JSON has been printed: it is what came out, bad news and all.
    complain(surroundings, { ...form, json: false }, ownError('INTERNAL', code, message));
    return exitCodes.failed;
  } catch (thrown) {
    if (thrown instanceof RpcError) return complain(surroundings, form, thrown);
    const { code, message } = asMaglevError(thrown);
    return complain(
      surroundings,
      form,
      code === 'MGL_USAGE' ? usageError(message) : ownError('INTERNAL', code, message),
    );
  } finally {
    session.close();
  }
}

function openSession(
  options: Options,
  command: Command,
  { clock, stdout }: Surroundings,
): Session & { close: () => void } {
  const clients: MaglevClient[] = [];
  let own: Promise<MaglevClient> | null = null;
  const timeoutMs = options.timeoutMs ?? (command.slow === true ? patienceMs.slow : patienceMs.quick);
  const connectTo = async (address: RpcAddress) => {
    // gRPC takes longer to load than everything else together, and not every command needs it.
    const { createMaglevClient } = await import('../rpc/client.js');
    const { tls, token } = await readCredentials(options.credentials);
    const client = createMaglevClient({ address, timeoutMs, clock, tls, token });
    clients.push(client);
    return client;
  };
  return {
    clock,
    width: stdout.isTTY === true ? stdout.columns || 80 : null,
    commands,
    client: () => {
      own ??= connectTo(options.server);
      return own;
    },
    connect: (server) => {
      const address = parseRpcAddress(server);
      if (isLeft(address)) throw new MaglevError('MGL_USAGE', `'${server}': ${address.left}`);
      return connectTo(address.right);
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

/** `--help` behind the beginning of a command: the commands that begin so, or everything. */
function helpBehind(words: readonly string[]): Line[] {
  const below = commandsBehind(words, commands);
  return below.length === commands.length ? helpText(commands) : commandList(below);
}

/** `help show vpp`: what can follow is one word for it, however many it has. */
function wordsOf(words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  return first === 'help' && others.length > 1 ? [first, others.join(' ')] : words;
}

function usageError(message: string): RpcError {
  return ownError('INVALID_ARGUMENT', 'MGL_USAGE', message);
}

/** An error of maglevc itself, in the form of those that maglevd sends. */
function ownError(status: StatusName, code: ErrorCode, message: string): RpcError {
  return new RpcError(status, code, message, errorCatalogue[code]);
}

/**
 * What happened; then what to do about it, and the code under which the manual explains it. A program that asked for
 * JSON gets the same as one document. Gives the exit code.
 */
function complain(
  { stdout, stderr }: Surroundings,
  form: { readonly color: boolean; readonly json: boolean },
  error: RpcError,
): ExitCode {
  const { message, advice, code, status } = error;
  if (form.json) stdout.write(jsonText(errorJson(error)));
  const second = advice === '' ? `[${code}]` : `${advice} [${code}]`;
  stderr.write(render([[errorText(`maglevc: ${message}`)], [plain(second)]], form.color));
  return exitCodeOf(status);
}

function errorJson({ code, status, message, advice }: RpcError): unknown {
  return { error: { code, status, message, advice } };
}

function colored(output: Output, wanted: boolean | null, env: Surroundings['env']): boolean {
  // https://no-color.org: any text but the empty one switches colour off.
  return wanted ?? (output.isTTY === true && (env['NO_COLOR'] ?? '') === '');
}

function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString() : part), 2);
  return `${text}\n`;
}
