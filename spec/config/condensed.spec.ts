import { expect } from 'chai';
import fc from 'fast-check';
import { largeConfig } from '../../bench/large-config.js';
import { condense } from '../../config/condensed.js';
import { readsAlike } from '../support/agreeing-readers.js';

/** So many entries that look alike, with other words in each. */
function entries(count: number, entry: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => entry(i)).join('');
}

describe('config: what looks like something else in the file', () => {
  it('is left to the yaml library once, however large the file is', () => {
    const length = (backends: number) =>
      condense(largeConfig({ backends, frontends: backends / 10 })).text.length;
    expect(length(2_000)).to.be.below(1_000);
    expect(length(2_000)).to.be.within(length(100), length(100) + 50);
  });

  it('is read as the composer reads it, with every place', () => {
    const texts = [
      entries(5, (i) => `k${i}:\n  a: one\n  some name: ${'x'.repeat(i)}y-${i}\n  c: 2001:db8::${i}\n`),
      `m:\n${entries(5, (i) => `  k${i}:\n    a: { b: ${i}, c: [ "x ${i}", '' ] }\n    d:\n`)}n: 1\n`,
      `m:\n${entries(5, (i) => `  - name: n${i}\n    a: 1\n    b: 2\n    c: ${i}\n    d: 4\n`)}`,
      `m:\n${entries(9, (i) => `${i % 4 === 3 ? '  # of what follows\n\n' : ''}  k${i}: v${i}\n`)}`,
      `m:\n${entries(9, (i) => `  k${i}:\n${entries((i % 3) + 1, (j) => `    l${j}: ${i}\n`)}`)}`,
      `m: &m\n${entries(5, (i) => `  k${i}: v${i}\n`)}n: *m\n`,
      `m:\n${entries(5, (i) => `  k${i}: 'it''s ${i}'\n`)}`,
      `m:\n${entries(5, (i) => `  k${i}: two\n    lines ${i}\n`)}`,
      `m:\n${entries(5, (i) => `  "k${i}": v\n`)}`,
    ];
    for (const text of texts) expect(readsAlike(text), text).to.equal(true);
  });

  it('is no entry where it only looks like one', () => {
    const lines = entries(5, (i) => `  k${i}: v${i}\n`);
    const texts = [
      `m: |\n${lines}`,
      `m: >-\n${lines}n: 1\n`,
      `l:\n${lines}m: |\n${lines}`,
      `m: "\n${lines}  "\n`,
    ];
    for (const text of texts) {
      expect(condense(text).gaps, text).not.to.deep.equal([]);
      expect(readsAlike(text), text).to.equal(true);
    }
    const wrong = [
      `m: x\n${lines}`,
      `m: {\n${lines}  }\n`,
      `m:\n${lines}${lines}`,
      `m:\n${entries(5, (i) => `  k${i}: v${i}\n`)}  k2: v\n  k9: v\n`,
      `m:\n${entries(5, (i) => `  ${'k'.repeat(i > 1 ? 1_100 : 1)}${i}: v\n`)}`,
      `m:\n${lines} k: v\n`,
    ];
    for (const text of wrong) {
      expect(condense(text).gaps, text).not.to.deep.equal([]);
      expect(readsAlike(text), text).to.equal(false);
    }
    const farColon = `m:\n${entries(5, (i) => `  ${'k'.repeat(i === 3 ? 300 : 1)}${i}${' '.repeat(900)}: v\n`)}`;
    expect(readsAlike(farColon), 'a colon too far from its key').to.equal(false);
  });

  it('may be anything that maps and lists are made of', () => {
    let shortened = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyValue(3), fc.integer({ min: 1, max: 5 })), { maxLength: 4 }),
        (parts) => {
          const sections = parts.map(
            ([value, times], i) => `s${i}:\n${entries(times, (n) => entry(value, n))}`,
          );
          const text = `${sections.join('')}end: 1\n`;
          if (readsAlike(text, [1, 3]) && condense(text).gaps.length > 0) shortened++;
        },
      ),
      { numRuns: 150 },
    );
    expect(shortened).to.be.above(20);
  });
});

type Value = string | readonly Value[] | { readonly under: readonly Value[] };

const scalars = [
  '1',
  'a b',
  '10.0.0.1',
  '::1',
  '-5',
  '"q w"',
  "''",
  "'a''b'",
  '{ a: 1 }',
  '[ a, b ]',
  '',
  '|',
  'x: y',
  '# c',
];

function anyValue(depth: number): fc.Arbitrary<Value> {
  const scalar = fc.constantFrom(...scalars);
  if (depth === 0) return scalar;
  const values = fc.array(anyValue(depth - 1), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    scalar,
    values.map((of) => ({ under: of })),
    values,
  );
}

function entry(value: Value, n: number): string {
  return `  ${'e'.repeat(n % 3)}k${n}:${written(value, '    ', n)}`;
}

function written(value: Value, blanks: string, n: number): string {
  if (typeof value === 'string') return value === '' ? '\n' : ` ${value}\n`;
  if ('under' in value)
    return `\n${value.under.map((of, i) => `${blanks}k${i}-${n}:${written(of, `${blanks}  `, n)}`).join('')}`;
  return `\n${value.map((of) => `${blanks}-${written(of, `${blanks}  `, n).replace(/^\n +/, ' ')}`).join('')}`;
}
