/**
 * The expression that the body of an HTTP response must match, from its source in the config file. Syntax is that of
 * JavaScript's `u` mode, which refuses what it does not know instead of reading it as something else. Because
 * operators bring expressions from other tools, flags in front (`(?i)`, `(?s)`, `(?m)`, or several at once) are
 * accepted. Throws SyntaxError when it does not compile.
 */
export function compileResponseRegexp(source: string): RegExp {
  const match = /^\(\?([ims]+)\)/.exec(source);
  if (match === null) return new RegExp(source, 'u');
  const flags = [...new Set(match[1])].join('');
  return new RegExp(source.slice(match[0].length), `u${flags}`);
}
