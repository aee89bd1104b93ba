import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { invariants } from '../../lab/invariants/all.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/reliability.md'), 'utf8');
const promises = ['being well', 'never make it worse', 'converge', 'explain'];

describe('docs/reliability.md', () => {
  it('has every invariant with its promise', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm)].map((row) => row.slice(1, 4));
    const expected = invariants.map(({ name, promise, says }) => [name, promises[promise], says]);
    expect(rows).to.deep.equal(expected);
  });
});
