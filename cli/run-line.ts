import type { Outcome } from './command.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { type Filter, filtered, splitFilters } from './filters.js';
import { jsonText, ownError, type Printer, usageError } from './printer.js';
import { type Failed, failureText, resolve } from './resolve.js';
import { explained, runOn, type Task } from './run-on.js';
import { runOnAll } from './several-servers.js';
import { widthOf } from './surroundings.js';
import { type Line, plain, styled } from './text.js';
import { wrapped } from './wrap.js';

export interface LineEnd {
  readonly code: ExitCode;
  /** A shell ends. */
  readonly leave: boolean;
}

/** Runs one line to its end. Never rejects: what goes wrong is printed, and becomes the exit code. */
export async function runLine(context: Context, words: readonly string[]): Promise<LineEnd> {
  const { grammar, printer } = context;
  const stay = (code: ExitCode): LineEnd => ({ code, leave: false });
  let split: ReturnType<typeof splitFilters>;
  try {
    split = splitFilters(words);
  } catch (thrown) {
    return stay(printer.complain(explained(thrown)));
  }
  const found = resolve(grammar, split.command);
  if (found.kind !== 'command') {
    return stay(printer.complain(usageError(failureText(found)), pointer(found, split.command)));
  }
  const { filters } = split;
  const json = filters.some(({ kind }) => kind === 'json');
  const form = json ? printer.with({ json: true }) : printer;
  const task: Task = { command: found.command, slots: found.slots, given: found.given, filters };
  const several = context.servers.length > 1 && found.command.local !== true;
  if (several) return stay(await runOnAll(context, form, task));
  try {
    const outcome = await runOn(context, form, context.servers[0], task);
    return {
      code: printOutcome(form, outcome, filters, widthOf(context.surroundings)),
      leave: outcome.leave === true,
    };
  } catch (thrown) {
    return stay(form.complain(explained(thrown)));
  }
}

/** Gives the exit code. */
export function printOutcome(
  printer: Printer,
  outcome: Outcome,
  filters: readonly Filter[],
  width: number | null,
): ExitCode {
  const { text, json, warning, failure, printed } = outcome;
  if (printed !== true) {
    // A document is lines, too, for whoever filters it.
    if (printer.json && filters.some(({ kind }) => kind !== 'json')) {
      printer.print(
        filtered(
          jsonText(json)
            .split('\n')
            .map((line) => [plain(line)]),
          filters,
        ),
      );
    } else if (printer.json) printer.printJson(json);
    else {
      const left = filtered(text, filters);
      printer.print(width === null || outcome.verbatim === true ? left : wrapped(left, width));
    }
  }
  if (warning !== undefined) printer.warn(warning);
  if (failure === null) return exitCodes.ok;
  // Its JSON has been printed: it is what came out, bad news and all.
  printer.with({ json: false }).complain(ownError('INTERNAL', failure.code, failure.message));
  return exitCodes.failed;
}

/** The line that was typed, with marks below the word that is meant; nothing where there is only one word. */
export function pointer(failure: Failed, words: readonly string[]): Line[] {
  const at = failure.kind === 'incomplete' ? words.length : failure.after.length;
  if (words.length < 2 || (failure.kind === 'ambiguous' && failure.word.includes(' '))) return [];
  const before = words.slice(0, at).join(' ');
  const indent = before === '' ? 0 : before.length + 1;
  const marks = '^'.repeat(Math.max(1, words[at]?.length ?? 1));
  return [[plain(`  ${words.join(' ')}`)], [plain(`  ${' '.repeat(indent)}`), styled(marks, 'bad')]];
}
