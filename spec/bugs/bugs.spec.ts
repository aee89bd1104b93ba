import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../architecture/source-tree.js';
import { bugs } from './bug-list.js';
import { CopiedTree, withBug } from './copied-tree.js';
import { hunt } from './hunt.js';

describe('bugs that are put in', function () {
  this.timeout(120_000);

  it('have their place, each once, and change something there', () => {
    expect(bugs.length).to.be.at.least(40);
    expect(new Set(bugs.map(({ name }) => name)).size).to.equal(bugs.length);
    for (const bug of bugs) {
      const text = readFileSync(path.join(root, 'out', `${bug.file}.js`), 'utf8');
      expect(withBug(text, bug), bug.name).to.not.equal(text);
    }
  });

  describe('are found', () => {
    let tree: CopiedTree;
    before(() => {
      tree = new CopiedTree();
    });
    after(() => tree.remove());

    // All of them are looked for by `npm run bugs`.
    for (const [name, by] of [['a server without verdict is not held', /^fleet/]] as const) {
      it(name, async () => {
        const bug = bugs.find((one) => one.name === name);
        if (bug === undefined) throw new Error('there is no such bug');
        const { caught } = await hunt(tree, bug, { seeds: 10 });
        expect(caught?.where).to.match(by);
      });
    }
  });
});
