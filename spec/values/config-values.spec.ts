import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { formatPath } from '../../config/problem.js';
import type { ConfigVerdict } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import { World } from '../support/world.js';
import { type KeyPath, keyPaths, type Tree, written, wrongValues } from './wrong-values.js';

const address = (last: number) => `198.51.100.${last}`;

/** An example of everything that has a name in a file. */
const base: Tree = {
  maglev: {
    vpp: { lb: { 'ipv4-src-address': '192.0.2.1', 'ipv6-src-address': '2001:db8::1' } },
    access: { certificates: { 'CN=ops': 'operator' }, uids: { '0': 'operator' } },
    healthchecks: {
      ping: { type: 'icmp' },
      plain: { type: 'tcp', port: 80 },
      web: { type: 'http', params: { path: '/ok' } },
      safe: { type: 'https', params: { path: '/ok' } },
    },
    backends: {
      a: { address: address(1), healthcheck: 'ping' },
      b: { address: address(2), healthcheck: 'web' },
      c: { address: address(3), healthcheck: 'safe' },
      d: { address: address(4), healthcheck: 'plain' },
    },
    frontends: {
      shop: {
        address: '203.0.113.1',
        protocol: 'tcp',
        port: 80,
        pools: [
          { name: 'first', backends: { a: { weight: 10 }, b: { weight: 20 } } },
          { name: 'second', backends: { c: {}, d: {} } },
        ],
      },
    },
  },
};

interface Try {
  readonly path: KeyPath;
  readonly what: string;
  readonly text: string;
  readonly verdict: ConfigVerdict;
}

describe('every key of the config file with every kind of value', () => {
  const paths = keyPaths(base);
  const tries: Try[] = [];

  before(() => {
    for (const path of paths) {
      for (const [what, value] of wrongValues) {
        const text = written(base, path, value);
        tries.push({ path, what, text, verdict: checkConfigText(text, 'm.yaml') });
      }
    }
  });

  it('has every key of the schema, and an example that is valid', () => {
    expect(checkConfigText(`${JSON.stringify(base)}\n`, 'm.yaml')).to.deep.include({ ok: true });
    expect(paths.length).to.be.above(100);
    const keys = new Set(paths.map((path) => path.at(-1)));
    for (const key of [
      'startup-max-delay',
      'response-regexp',
      'handshake',
      'anonymous',
      'src-ip-sticky',
      'weight',
    ])
      expect(keys.has(key), key).to.equal(true);
    console.log(`      ${paths.length} keys, ${tries.length} files`);
  });

  it('is taken, or refused with a place, the key or what has to do with it, and a sentence', () => {
    let refused = 0;
    for (const { path, what, verdict } of tries) {
      if (verdict.ok) continue;
      refused++;
      const name = `${formatPath(path)} ${what}`;
      expect(verdict.issues.length, name).to.be.above(0);
      for (const { place, path: at, message } of verdict.issues) {
        expect(place.line, name).to.equal(1);
        expect(place.column, name).to.be.above(0);
        expect(message, name)
          .to.match(/\S/)
          .and.not.match(/undefined|\[object|NaN\b/);
        expect(message.length, name).to.be.below(500);
        expect(at, name).to.match(/^maglev/);
      }
      if (verdict.stage === 'parse') {
        const own = verdict.issues.filter(({ path: at }) => at.startsWith(formatPath(path)));
        expect(own.length, `${name}: ${verdict.issues[0]?.path}`).to.be.above(0);
      }
    }
    expect(refused).to.be.above(500);
  });

  it('runs when it is taken: reloaded into a maglevd that runs, and from a start', async () => {
    const [taken] = [tries.filter(({ verdict }) => verdict.ok)];
    const plain = checkConfigText(`${JSON.stringify(base)}\n`, 'm.yaml');
    if (!plain.ok) throw new Error('the example is refused');
    const running = new World(plain.config);
    running.machine.start();
    await running.begin();
    // The same config twice is played once.
    const seen = new Set<string>();
    for (const { path, what, verdict } of taken) {
      if (!verdict.ok) continue;
      const key = JSON.stringify(verdict.config, (_, value) => (value instanceof Map ? [...value] : value));
      if (seen.has(key)) continue;
      seen.add(key);
      const name = `${formatPath(path)} ${what}`;
      running.file = verdict;
      const answer = await running.ask<ConfigVerdict>(({ config }, reply) =>
        config.tell({ type: 'reload-config', reply }),
      );
      if (answer instanceof MaglevError) throw answer;
      // A running one keeps its frontends when a file has none.
      if (!answer.ok) expect(answer.issues[0]?.message, name).to.match(/frontends/);
      await running.tree.clock.advance(1500);
      const anew = new World(verdict.config);
      anew.machine.start();
      await anew.begin();
      await anew.tree.clock.advance(1500);
      for (const world of [running, anew]) {
        expect(world.tree.log.of('actor-crash'), name).to.deep.equal([]);
        expect(world.fatal, name).to.equal(null);
        if (answer.ok || world === anew)
          expect(world.installed().length, name).to.equal(verdict.config.frontends.size);
      }
      await anew.tree.end();
    }
    await running.tree.end();
    expect(seen.size).to.be.above(30);
    console.log(`      ${taken.length} were taken, ${seen.size} configs`);
  });
});
