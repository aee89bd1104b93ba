import { expect } from 'chai';
import fc from 'fast-check';
import { Decider, type HeardOf, type Outcome, type Told } from '../../domain/decider.js';
import type { DesiredVip } from '../../domain/lb.js';
import type { Effective } from '../../domain/operator.js';
import { ip, sampleConfig, sampleFrontend } from '../support/domain-samples.js';

const names = ['a', 'b', 'c'] as const;
const addresses = { a: '10.0.0.1', b: '10.0.0.2', c: '10.0.0.3' };

/** A config as it counts, of which a part differs from case to case. */
const effectiveWith = (weight: number, disabled: readonly string[], paused: readonly string[]): Effective => {
  const backends = names.map((name) => {
    return [
      name,
      { address: addresses[name], healthcheck: 'check', enabled: !disabled.includes(name) },
    ] as const;
  });
  const frontends = [
    sampleFrontend('web', '192.0.2.1', [{ a: weight, b: 50 }, { c: 100 }]),
    sampleFrontend('other', '192.0.2.2', [{ b: 100 }]),
    sampleFrontend('lone', '192.0.2.3', [{ c: 10 }]),
  ];
  return { config: sampleConfig(Object.fromEntries(backends), frontends), paused: new Set(paused) };
};
const plain = effectiveWith(100, [], []);
const report = (name: (typeof names)[number], state: HeardOf['state'], givenUp = false): HeardOf => ({
  name,
  address: ip(addresses[name]),
  state,
  givenUp,
});

const anyName = fc.constantFrom(...names);
const anyReport = fc
  .tuple(anyName, fc.constantFrom('unknown', 'up', 'down', 'paused', 'disabled', 'removed'), fc.boolean())
  .map(([name, state, givenUp]) => report(name, state as HeardOf['state'], givenUp));
const anyEffective = fc
  .tuple(fc.nat(100), fc.subarray([...names]), fc.subarray([...names]))
  .map((parts) => effectiveWith(...parts));
const anyStep = fc.oneof(
  anyReport.map((heard) => ({ kind: 'heard' as const, heard })),
  fc.constant({ kind: 'due' as const }),
  fc.constant({ kind: 'settle' as const }),
  anyEffective.map((effective) => ({ kind: 'reload' as const, effective })),
  anyName.map((name) => ({ kind: 'word' as const, name })),
);

const begun = (holdAll = false, told: Told = new Map()) => {
  const decider = new Decider(plain, [], holdAll, told);
  decider.decideAll(plain, 'start');
  return decider;
};
const outcomeOf = (decider: Decider, step: typeof anyStep extends fc.Arbitrary<infer S> ? S : never) => {
  switch (step.kind) {
    case 'heard':
      decider.hear(step.heard);
      return null;
    case 'due':
      return decider.decideDue();
    case 'settle':
      return decider.settle();
    case 'reload':
      return decider.decideAll(step.effective, 'reload');
    case 'word': {
      const { config, paused } = decider.circumstances.effective;
      const others = [...paused].filter((name) => name !== step.name);
      const now = new Set(others.length < paused.size ? others : [...others, step.name]);
      return decider.decideBackend({ config, paused: now }, step.name);
    }
  }
};

describe('domain/decider', () => {
  it('has, when nothing is due, what the same circumstances decide from the beginning', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), fc.boolean(), (steps, holdAll) => {
        const decider = begun(holdAll);
        for (const step of steps) outcomeOf(decider, step);
        decider.decideDue();
        const { effective, heard, holdAll: holds } = decider.circumstances;
        const reports = [...heard].map(([name, one]) => ({ name, ...one }));
        const anew = new Decider(effective, reports, holds, new Map());
        anew.decideAll(effective, 'start');
        expect(decider.decision).to.deep.equal(anew.decision);
      }),
    );
  });

  it('gives what differs, so that whoever follows it always has the whole decision', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), (steps) => {
        const decider = begun();
        let followed = new Map(decider.decision.vips.map((vip): [string, DesiredVip] => [vip.frontend, vip]));
        const follow = ({ whole, steps: taken }: Outcome) => {
          if (whole) followed = new Map(decider.decision.vips.map((vip) => [vip.frontend, vip]));
          else for (const { vip } of taken.filter(({ differs }) => differs)) followed.set(vip.frontend, vip);
        };
        for (const step of steps) {
          const outcome = outcomeOf(decider, step);
          if (outcome === null) continue;
          follow(outcome);
          const weights = (vips: Iterable<DesiredVip>) =>
            [...vips].map(({ frontend, ases }) => [frontend, ases.map(({ weight, hold }) => [weight, hold])]);
          expect(weights(followed.values())).to.deep.equal(weights(decider.decision.vips));
        }
      }),
    );
  });

  it('decides a frontend once, however much was heard of its backends, and says once that something is due', () => {
    const decider = begun();
    expect(decider.hear(report('a', 'down'))).to.equal(true);
    expect(decider.hear(report('b', 'down'))).to.equal(false);
    expect(decider.hear(report('b', 'down')), 'no news').to.equal(false);
    expect(decider.decideDue().steps.map(({ vip }) => vip.frontend)).to.deep.equal(['web', 'other']);
    expect(decider.decideDue().steps).to.deep.equal([]);
  });

  it('decides many frontends in more than one turn, and the rest when it is asked again', () => {
    const frontends = Array.from({ length: 300 }, (_, i) =>
      sampleFrontend(`f-${i}`, `198.18.${i >> 8}.${i & 255}`, [{ a: 100 }]),
    );
    const config = sampleConfig({ a: { address: addresses.a, healthcheck: 'check' } }, frontends);
    const decider = new Decider(plain, [], true, new Map());
    decider.decideAll({ config, paused: new Set() }, 'start');
    decider.hear(report('a', 'up'));
    const outcomes = [decider.settle()];
    expect(decider.owes).to.equal(true);
    expect(decider.hear(report('a', 'down')), 'a decision is on its way').to.equal(false);
    while (decider.owes) outcomes.push(decider.decideDue());
    const decided = outcomes.map(({ steps }) => steps.length);
    expect(Math.max(...decided)).to.be.at.most(128);
    // Those that were decided before the news come once more.
    expect(decided.reduce((sum, count) => sum + count)).to.equal(300 + (decided[0] ?? 0));
    expect(decider.decision.vips.every(({ ases }) => ases.every(({ weight }) => weight === 0))).to.equal(
      true,
    );
  });

  it('tells how a frontend stands once, also when another one goes on with what was told', () => {
    const told: Told = new Map();
    const decider = begun(false, told);
    for (const name of names) decider.hear(report(name, 'up'));
    const transitions = ({ news }: Outcome) =>
      news.filter(({ name }) => name === 'frontend-transition').map(({ level }) => level);
    expect(transitions(decider.decideDue())).to.deep.equal(['info', 'info', 'info']);
    decider.hear(report('b', 'down'));
    expect(transitions(decider.decideDue()), 'web goes on with a').to.deep.equal(['warn']);
    const next = new Decider(plain, [report('a', 'up'), report('b', 'down'), report('c', 'up')], false, told);
    expect(transitions(next.decideAll(plain, 'start'))).to.deep.equal([]);
  });

  it('leaves a frontend as it was when a bug strikes while it is decided, and decides all others', () => {
    const decider = begun();
    for (const name of names) decider.hear(report(name, 'up'));
    decider.decideDue();
    const before = decider.decision.vips;
    const broken = effectiveWith(7, ['c'], []);
    const trap = new Proxy(broken.config.frontends.get('web') ?? plain, {
      get: (target, key) => {
        if (key === 'srcIpSticky') throw new Error('bug');
        return Reflect.get(target, key);
      },
    });
    const frontends = new Map(broken.config.frontends).set('web', trap as never);
    const { news } = decider.decideAll({ ...broken, config: { ...broken.config, frontends } }, 'reload');
    expect(news.filter(({ name }) => name === 'decision-failed')).to.have.length(1);
    const [web, , lone] = decider.decision.vips;
    expect(web).to.deep.equal(before[0]);
    expect(lone?.ases.map(({ weight, hold }) => [weight, hold])).to.deep.equal([[0, false]]);
    expect(decider.explain('a', ['web']).undecided).to.deep.equal(['web']);
  });

  it('forgets nothing that it heard when a bug struck: the next decision is about all of it', () => {
    let broken = false;
    const trap = new Proxy(sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50, c: 20 }]), {
      get: (target, key) => {
        if (broken && key === 'pools') throw new Error('bug');
        return Reflect.get(target, key);
      },
    });
    const config = { ...plain.config, frontends: new Map([['web', trap]]) };
    const reports = names.map((name) => report(name, 'up'));
    const decider = new Decider(plain, reports, false, new Map());
    decider.decideAll({ config, paused: new Set() }, 'start');
    const weightsAfter = (name: (typeof names)[number], bug: boolean) => {
      decider.hear(report(name, 'down'));
      broken = bug;
      decider.decideDue();
      broken = false;
      return decider.decision.vips[0]?.ases.map(({ weight }) => weight);
    };
    expect(weightsAfter('a', true)).to.deep.equal([100, 50, 20]);
    expect(weightsAfter('b', false)).to.deep.equal([0, 0, 20]);
  });
});
