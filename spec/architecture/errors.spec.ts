import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { errorCatalogue } from '../../domain/errors.js';
import { root } from './source-tree.js';

describe('docs/errors.md', () => {
  const page = readFileSync(path.join(root, 'docs/errors.md'), 'utf8');
  const rows = new Map(
    [...page.matchAll(/^\| `(MGL_\w+)` \| .+ \| (.+) \|$/gm)].map((row) => [row[1], row[2]]),
  );

  it('lists exactly the codes of the code, in their order', () => {
    expect([...rows.keys()]).to.deep.equal(Object.keys(errorCatalogue));
  });

  it('gives the advice that the program prints', () => {
    expect(Object.fromEntries(rows)).to.deep.equal(errorCatalogue);
  });
});
