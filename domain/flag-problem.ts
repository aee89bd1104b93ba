import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean, nearest } from './did-you-mean.js';

type FlagOptions = NonNullable<ParseArgsConfig['options']>;

/**
 * Why Node's parseArgs refused a command line of flags, for people: `refusal` is what it threw. A flag that there is not
 * comes with the one that was probably meant; behind a word stands what `wordHint` says of it.
 */
export function flagProblem(
  args: readonly string[],
  options: FlagOptions,
  refusal: unknown,
  wordHint: (word: string) => string = () => '',
): string {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind === 'positional') return `Unexpected argument '${token.value}'${wordHint(token.value)}`;
    if (token.kind !== 'option') continue;
    const { name, rawName } = token;
    const positive = name.replace(/^no-/, '');
    if (known.includes(name) || (options[positive]?.type === 'boolean' && rawName.startsWith('--no-')))
      continue;
    const meant = nearest(name, known) ?? onlyBeginning(name, known);
    return `Unknown option '${rawName}'${didYouMean(meant === null ? null : `--${meant}`)}`;
  }
  return refusal instanceof Error ? refusal.message : String(refusal);
}

/** The only word that begins so, or null. */
function onlyBeginning(word: string, known: readonly string[]): string | null {
  const [first, second] = known.filter((one) => one.startsWith(word));
  return first === undefined || second !== undefined ? null : first;
}
