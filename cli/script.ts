import { createInterface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { usageError } from './printer.js';
import { runLine } from './run-line.js';
import { wordsOfLine } from './tokens.js';

/**
 * Runs the commands that come from standard input, one a line; `#` begins a comment. Gives the exit code of the first that
 * failed; null: there was nothing to read.
 */
export async function runScript(context: Context, stdin: NodeJS.ReadableStream): Promise<ExitCode | null> {
  let number = 0;
  let first: ExitCode = exitCodes.ok;
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const printer = context.printer.with({}, `line ${number}: `);
    const words = wordsOfLine(line);
    if (!isLeft(words) && words.right.length === 0) continue;
    const { code, leave } = isLeft(words)
      ? { code: printer.complain(usageError(words.left)), leave: false }
      : await runLine({ ...context, printer }, words.right);
    if (first === exitCodes.ok) first = code;
    if (leave || (context.options.stopOnError && code !== exitCodes.ok)) break;
  }
  return number === 0 ? null : first;
}
