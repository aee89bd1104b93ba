import { type ErrorCode, errorCatalogue } from '../domain/errors.js';
import { RpcError, type StatusName } from '../rpc/rpc-error.js';
import { type ExitCode, exitCodeOf } from './exit-code.js';
import type { Output, Surroundings } from './surroundings.js';
import { errorText, type Line, plain, render } from './text.js';

export interface Form {
  /** null = where the output is a terminal and NO_COLOR is not set. */
  readonly color: boolean | null;
  readonly json: boolean;
  /** What to do is said for somebody who types in the shell of maglevc; absent: it is not. */
  readonly inShell?: boolean;
}

/** What is printed, and in which form. */
export class Printer {
  readonly #surroundings: Surroundings;
  readonly #form: Form;
  /** Before what goes wrong: where in a script. */
  readonly #place: string;

  constructor(surroundings: Surroundings, form: Form, place = '') {
    this.#surroundings = surroundings;
    this.#form = form;
    this.#place = place;
  }

  get json(): boolean {
    return this.#form.json;
  }

  get inShell(): boolean {
    return this.#form.inShell === true;
  }

  /** The same, with another form, or a place to name where something goes wrong. */
  with(change: Partial<Form>, place = this.#place): Printer {
    return new Printer(this.#surroundings, { ...this.#form, ...change }, place);
  }

  print(lines: readonly Line[]): void {
    const { stdout } = this.#surroundings;
    stdout.write(render(lines, this.#colored(stdout)));
  }

  /** One document; `compact` on one line. */
  printJson(value: unknown, compact = false): void {
    this.#surroundings.stdout.write(`${jsonText(value, compact)}\n`);
  }

  printError(lines: readonly Line[]): void {
    const { stderr } = this.#surroundings;
    stderr.write(render(lines, this.#colored(stderr)));
  }

  warn(text: string): void {
    this.printError([[errorText(`maglevc: ${this.#place}warning: ${text}`)]]);
  }

  /**
   * What happened; then what to do about it, and the code under which the manual explains it. A program that asked for
   * JSON gets the same as one document. Gives the exit code.
   */
  complain(error: RpcError, pointer: readonly Line[] = []): ExitCode {
    const { message, code, status } = error;
    const advice = this.inShell ? adviceInShell(error) : error.advice;
    if (this.json) this.printJson(errorJson(error));
    const second = advice === '' ? `[${code}]` : `${advice} [${code}]`;
    this.printError([[errorText(`maglevc: ${this.#place}${message}`)], ...pointer, [plain(second)]]);
    return exitCodeOf(status);
  }

  /** Only the document. */
  complainInJson(error: RpcError): void {
    this.printJson(errorJson(error));
  }

  #colored(output: Output): boolean {
    const { env } = this.#surroundings;
    // https://no-color.org: any text but the empty one switches colour off.
    return this.#form.color ?? (output.isTTY === true && (env['NO_COLOR'] ?? '') === '');
  }

  /** A text in this form, as it goes to standard output. */
  rendered(lines: readonly Line[]): string {
    return render(lines, this.#colored(this.#surroundings.stdout));
  }
}

/** There every line is a command of maglevc, without its name; and it has no options, but its own help. */
function adviceInShell({ code, advice }: RpcError): string {
  if (code === 'MGL_USAGE') return 'Press ? where you do not know what can follow, or enter help.';
  return advice.replaceAll('`maglevc ', '`');
}

export function usageError(message: string): RpcError {
  return ownError('INVALID_ARGUMENT', 'MGL_USAGE', message);
}

/** An error of maglevc itself, in the form of those that maglevd sends. */
export function ownError(status: StatusName, code: ErrorCode, message: string): RpcError {
  return new RpcError(status, code, message, errorCatalogue[code]);
}

export function errorJson({ code, status, message, advice }: RpcError): unknown {
  return { error: { code, status, message, advice } };
}

export function jsonText(value: unknown, compact = false): string {
  const decimal = (_: string, part: unknown) => (typeof part === 'bigint' ? part.toString() : part);
  return JSON.stringify(value, decimal, compact ? undefined : 2);
}
