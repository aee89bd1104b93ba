import { expect } from 'chai';
import fc from 'fast-check';
import type { MaglevConfig } from '../../domain/config.js';
import { DORMANCY_MS, MAX_DORMANT, reviewIntents } from '../../domain/intent-review.js';
import { effective, type Intent, intentsOf, noIntents, subjectOf } from '../../domain/operator.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';

const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2', enabled: false } };
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }]);
const config = sampleConfig(backends, [web]);
const empty = sampleConfig({}, []);

const lasting = { at: 1, peer: 'unix', dormantSince: null };
const pause = (backend: string): Intent => ({
  kind: 'paused',
  value: true,
  configured: false,
  backend,
  ...lasting,
});
const asked = intentsOf([
  { kind: 'enabled', backend: 'a', value: false, configured: true, ...lasting },
  { kind: 'enabled', backend: 'b', value: true, configured: false, ...lasting },
  pause('b'),
  { kind: 'weight', frontend: 'web', pool: 'pool0', backend: 'a', value: 7, configured: 100, ...lasting },
]);
const all = [
  { asked: 'disable', backend: 'a' },
  { asked: 'enable', backend: 'b' },
  { asked: 'pause', backend: 'b' },
  { asked: 'weight 7', backend: 'a', frontend: 'web', pool: 'pool0' },
];
const nothing = { dropped: [], fellDormant: [], woke: [] };

const t0 = Date.UTC(2026, 6, 1);

describe('domain/intent-review', () => {
  it('changes nothing under a config that says the same', () => {
    expect(reviewIntents(asked, config, 5)).to.deep.equal({ intents: asked, ...nothing });
  });

  it('lets a config that says something else be the later word, and tells what it dropped and why', () => {
    const changed = sampleConfig({ a: { address: '10.0.0.1', enabled: false }, b: { address: '10.0.0.2' } }, [
      sampleFrontend('web', '192.0.2.1', [{ a: 90, b: 50 }]),
    ]);
    const { intents, dropped, ...others } = reviewIntents(asked, changed, 5);
    expect(intents).to.deep.equal(intentsOf([pause('b')]));
    expect(dropped).to.deep.equal([
      { asked: 'disable', backend: 'a', why: 'the config says enabled: false now, and said true then' },
      { asked: 'enable', backend: 'b', why: 'the config says enabled: true now, and said false then' },
      {
        asked: 'weight 7',
        backend: 'a',
        frontend: 'web',
        pool: 'pool0',
        why: 'the config says weight: 90 now, and said 100 then',
      },
    ]);
    expect(others).to.deep.equal({ fellDormant: [], woke: [] });
  });

  it('keeps what was said of names that are absent, out of force, until they are back', () => {
    const gone = reviewIntents(asked, empty, t0 + 1000);
    expect(gone).to.deep.include({ ...nothing, fellDormant: all });
    const still = reviewIntents(gone.intents, empty, t0 + 2000);
    expect(still).to.deep.equal({ intents: gone.intents, ...nothing });
    expect(effective(gone.intents, empty)).to.deep.equal({ config: empty, paused: new Set() });
    const back = reviewIntents(still.intents, config, t0 + 3000);
    expect(back).to.deep.equal({ intents: asked, ...nothing, woke: all });
  });

  it('does not wake what was said of a value that has changed meanwhile', () => {
    const gone = reviewIntents(asked, empty, t0 + 1000);
    const back = reviewIntents(
      gone.intents,
      sampleConfig({ a: { ...backends.a, enabled: false } }, []),
      t0 + 2000,
    );
    expect(back.intents.has(subjectOf({ kind: 'enabled', backend: 'a' }))).to.equal(false);
    expect(back.dropped).to.deep.equal([
      { asked: 'disable', backend: 'a', why: 'the config says enabled: false now, and said true then' },
    ]);
  });

  it('forgets after 30 days, not before, and says so', () => {
    const gone = reviewIntents(asked, empty, t0 + 1000).intents;
    const still: readonly MaglevConfig[] = [config, empty];
    for (const later of still) {
      expect(reviewIntents(gone, later, t0 + 1000 + DORMANCY_MS - 1).dropped).to.deep.equal([]);
      const late = reviewIntents(gone, later, t0 + 1000 + DORMANCY_MS);
      expect(late.intents).to.deep.equal(noIntents);
      expect(late.dropped.map(({ why, ...one }) => one)).to.deep.equal(all);
      expect(late.dropped[0]?.why).to.match(/has not been in the config for 30 days/);
    }
  });

  it('waits no less because it fell dormant under a clock that had not been set yet', () => {
    const today = Date.UTC(2026, 5, 1);
    const gone = reviewIntents(asked, empty, 60_000).intents;
    expect(reviewIntents(gone, empty, Date.UTC(2026, 0, 20)).dropped).to.deep.equal([]);
    const before = reviewIntents(asked, empty, today).intents;
    const behind = reviewIntents(before, empty, 60_000).intents;
    expect(reviewIntents(behind, empty, today + DORMANCY_MS - 1).dropped).to.deep.equal([]);
    expect(reviewIntents(behind, empty, today + DORMANCY_MS).intents.size).to.equal(0);
  });

  it('holds a bounded number, those that fell dormant last', () => {
    const many = intentsOf([
      ...Array.from({ length: MAX_DORMANT + 3 }, (_, i) => ({ ...pause(`s${i}`), dormantSince: i })),
      ...[...asked.values()].slice(-1),
    ]);
    const { intents, dropped } = reviewIntents(many, empty, MAX_DORMANT + 100);
    expect(intents.size).to.equal(MAX_DORMANT);
    expect([...intents.values()].filter(({ kind }) => kind === 'weight')).to.have.length(1);
    expect(dropped.map(({ backend }) => backend)).to.deep.equal(['s0', 's1', 's2', 's3']);
    expect(dropped[0]?.why).to.match(/more than 10000 wait/);
  });

  it('loses nothing on the way through any configs that say the same of what they have', () => {
    const has = fc.record({ a: fc.boolean(), b: fc.boolean(), web: fc.boolean() });
    fc.assert(
      fc.property(fc.array(has), (reloads) => {
        let intents = asked;
        for (const [i, one] of reloads.entries()) {
          const left = Object.entries(backends).filter(([name]) => one[name as 'a' | 'b']);
          const next = sampleConfig(Object.fromEntries(left), one.web ? [web] : []);
          const review = reviewIntents(intents, next, i);
          expect(review.dropped).to.deep.equal([]);
          intents = review.intents;
        }
        expect(reviewIntents(intents, config, reloads.length).intents).to.deep.equal(asked);
      }),
    );
  });
});
