import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { ActorDescription } from '../../actors/kernel/contract.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { World } from '../support/world.js';

/** Every actor below the root, as `vpp/session/lb`. */
function pathsOf({ children }: ActorDescription, above = ''): string[] {
  return children.flatMap((child) => {
    const own = above === '' ? child.name : `${above}/${child.name}`;
    return [own, ...pathsOf(child, own)];
  });
}

/** The same of a picture, in which depth is how far to the right a name stands. */
function drawn(picture: string): string[] {
  const branch: { readonly column: number; readonly name: string }[] = [];
  return picture.split('\n').flatMap((line) => {
    const found = /^(.*?[\u251c\u2514\u252c]\u2500 )(\S+)/u.exec(line);
    const [, before = '', name = ''] = found ?? [];
    if (name === '') return [];
    while ((branch.at(-1)?.column ?? -1) >= before.length) branch.pop();
    branch.push({ column: before.length, name });
    return [branch.map((one) => one.name).join('/')];
  });
}

describe('the picture in the README', () => {
  it('is that of the tree, in its order', async () => {
    const backends = { web1: { address: '10.0.0.1' } };
    const world = new World(sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [{ web1: 100 }])]));
    world.service = { notify: () => {}, watchdogMs: null };
    world.machine.start();
    await world.begin();
    await world.tree.clock.advance(1000);
    const tree = world.tree.system.describe();
    await world.tree.end();
    if (tree === null) throw new Error('no tree');
    const page = readFileSync(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    const actors = drawn(page.slice(page.indexOf('   root '), page.indexOf('VPP, or maglev-vppsim')));
    const named = actors.map((one) => one.replace('health/web1', 'health/backend-web1'));
    // The world of a spec has no counters to read, and nobody who scrapes.
    const absent = ['vpp/session/stats', 'metrics'];
    expect(named.filter((one) => !absent.includes(one))).to.deep.equal(pathsOf(tree));
  });
});
