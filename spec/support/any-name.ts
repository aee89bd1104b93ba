import fc from 'fast-check';

/** Names that a config may give, and that programs trip over: separators, shells' and formats' own marks, scripts. */
export const oddNames: readonly string[] = [
  'vip/http',
  'two words',
  'two  blanks',
  '/',
  '../..',
  '%2F',
  '-',
  '--json',
  '[0]',
  'a,b',
  'key: value',
  '# no comment',
  '$HOME `id` !1',
  '{a}',
  '<<',
  '*x',
  '__proto__',
  '\u00fcn\u00efc\u00f6d\u00e9',
  'e\u0301',
  '\u0301combining',
  '\u05e9\u05dc\u05d5\u05dd',
  '\u5bb6',
  '\u{1f600}\u{1f1e6}\u2764\ufe0f',
  '\u{1f600}'.repeat(64),
  'x'.repeat(64),
];

/** Made of what names may be made of. */
export function anyName(): fc.Arbitrary<string> {
  const inside = fc.constantFrom(
    ...' /.,:;#%&*?!|<>()[]{}@=+~^$`_-',
    'a',
    'Z',
    '0',
    '\u00e9',
    '\u0301',
    '\u05d0',
    '\u{1f600}',
  );
  const made = fc.array(inside, { minLength: 1, maxLength: 64 }).map((list) => list.join('').trim());
  return fc.oneof(
    fc.constantFrom(...oddNames),
    made.filter((name) => name !== ''),
  );
}
