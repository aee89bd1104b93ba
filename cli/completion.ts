import { complete } from './complete.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { filterCandidates } from './filters.js';
import { optionNames } from './options.js';

/** Somebody waits who has pressed Tab, in milliseconds. */
const PATIENCE_MS = 1_500;

/**
 * For the completion scripts of shells: what `begun` can become behind the words, a line each, with its explanation behind a
 * tab. The shell puts names in quotes itself.
 */
export async function printCandidates(
  { grammar, options: { words }, servers, surroundings }: Context,
  begun: string,
): Promise<ExitCode> {
  const bar = words.lastIndexOf('|');
  const all = begun.startsWith('-')
    ? optionNames
        .filter((name) => name.startsWith(begun) && name !== '--complete')
        .map((text) => ({ text, help: '' }))
    : bar >= 0
      ? filterCandidates.filter(({ text }) => bar === words.length - 1 && text.startsWith(begun))
      : await complete(grammar, words, begun, () => servers[0].clientFor(PATIENCE_MS));
  for (const { text, help } of all) surroundings.stdout.write(`${text.replace(/^'(.*)'$/, '$1')}\t${help}\n`);
  return exitCodes.ok;
}
