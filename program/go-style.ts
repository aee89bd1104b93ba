/**
 * A command line as parseArgs of Node reads it, from one as Go programs take it: `-config x` for `--config x`,
 * `--reflection=0` for `--no-reflection`. What stands behind `--` is left alone. `switches` are the names of flags that
 * take no value but true or false; a value that is neither is left as it is, to be refused.
 */
export function fromGoStyle(argv: readonly string[], switches: ReadonlySet<string>): string[] {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end);
  return [...flags.map((arg) => longFlag(arg, switches)), ...rest];
}

function longFlag(arg: string, switches: ReadonlySet<string>): string {
  const long = /^-[a-zA-Z]./.test(arg) ? `-${arg}` : arg;
  const [, name = '', word = ''] = /^--([\w-]+)=(.*)$/s.exec(long) ?? [];
  const flag = switches.has(name) ? parseBoolean(word) : null;
  if (flag === null) return long;
  return flag ? `--${name}` : `--no-${name}`;
}

/** The words that Go takes for a boolean, whose flags ours are like; null for any other. */
export function parseBoolean(word: string): boolean | null {
  if (/^(1|t|true)$/i.test(word)) return true;
  if (/^(0|f|false)$/i.test(word)) return false;
  return null;
}
