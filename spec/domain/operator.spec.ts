import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import {
  actionSubjects,
  actOnBackend,
  type BackendAction,
  effective,
  type Intents,
  mergeIntents,
  noIntents,
  setWeight,
  subjectOf,
} from '../../domain/operator.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';

const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }]);
const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2', enabled: false } };
const config = sampleConfig(backends, [web]);
const anyAction = fc.constantFrom<BackendAction>('pause', 'resume', 'enable', 'disable');

/** Carries out what is allowed of a series of actions. */
function act(actions: readonly [string, BackendAction][], from = noIntents): Intents {
  return actions.reduce((intents, [name, action]) => {
    const next = actOnBackend(intents, config, name, action);
    return isLeft(next) ? intents : next.right;
  }, from);
}

/** What counts for a backend in the end: disabled, paused or probed. */
function standing(intents: Intents, name: string): string {
  const now = effective(intents, config);
  if (now.config.backends.get(name)?.enabled === false) return 'disabled';
  return now.paused.has(name) ? 'paused' : 'probed';
}

describe('domain/operator', () => {
  it('lets a word that is said before what was kept could be read stand as if it were said afterwards', () => {
    const anyName = fc.constantFrom('a', 'b');
    fc.assert(
      fc.property(anyName, fc.array(anyAction, { maxLength: 4 }), anyAction, (name, before, action) => {
        const kept = act(before.map((one) => [name, one]));
        const granted = actOnBackend(noIntents, config, name, action);
        fc.pre(isRight(granted));
        const now = granted.right;
        const merged = mergeIntents(kept, now, new Set(actionSubjects(name, action)));
        expect(standing(merged, name)).to.equal(standing(act([[name, action]], kept), name));
      }),
    );
  });

  it('has a subject of its own for each thing that can be said', () => {
    const weights = ['web', 'api'].flatMap((frontend) =>
      ['main', 'spare'].map((pool) => subjectOf({ kind: 'weight', frontend, pool, backend: 'a' })),
    );
    const others = (['paused', 'enabled'] as const).map((kind) => subjectOf({ kind, backend: 'a' }));
    expect(new Set([...weights, ...others])).to.have.property('size', 6);
  });

  it('has the end of each action, and each is idempotent', () => {
    fc.assert(
      fc.property(fc.array(anyAction), anyAction, (before, action) => {
        const from = act(before.map((one) => ['a', one]));
        const once = act([['a', action]], from);
        expect(act([['a', action]], once)).to.deep.equal(once);
        const was = standing(from, 'a');
        const expected = {
          pause: was === 'disabled' ? 'disabled' : 'paused',
          resume: was === 'disabled' ? 'disabled' : 'probed',
          disable: 'disabled',
          enable: was === 'disabled' ? 'probed' : was,
        }[action];
        expect(standing(once, 'a')).to.equal(expected);
      }),
    );
  });

  it('lets actions on different backends commute', () => {
    fc.assert(
      fc.property(anyAction, anyAction, (one, other) => {
        expect(
          effective(
            act([
              ['a', one],
              ['b', other],
            ]),
            config,
          ),
        ).to.deep.equal(
          effective(
            act([
              ['b', other],
              ['a', one],
            ]),
            config,
          ),
        );
      }),
    );
  });

  it('refuses to pause or resume what is disabled, and what does not exist', () => {
    for (const action of ['pause', 'resume'] as const) {
      expect(actOnBackend(noIntents, config, 'b', action)).to.have.nested.property(
        'left.code',
        'MGL_BACKEND_DISABLED',
      );
    }
    expect(actOnBackend(noIntents, config, 'z', 'enable')).to.have.nested.property(
      'left.code',
      'MGL_BACKEND_UNKNOWN',
    );
  });

  it('works a weight into the config, and forgets a word that only repeats it', () => {
    const set = (weight: number, from = noIntents) => {
      const next = setWeight(from, config, { frontend: 'web', pool: 'pool0', backend: 'a', weight });
      if (isLeft(next)) throw next.left;
      return next.right;
    };
    const weight = (intents: Intents) =>
      effective(intents, config).config.frontends.get('web')?.pools[0]?.backends[0]?.weight;
    expect(weight(set(7))).to.equal(7);
    expect(weight(set(9, set(7)))).to.equal(9);
    expect(set(100, set(7))).to.deep.equal(noIntents);
  });

  const wrong: readonly [string, string, string, number, string][] = [
    ['nope', 'pool0', 'a', 1, 'MGL_FRONTEND_UNKNOWN'],
    ['web', 'nope', 'a', 1, 'MGL_POOL_UNKNOWN'],
    ['web', 'pool0', 'nope', 1, 'MGL_BACKEND_UNKNOWN'],
    ['web', 'pool0', 'a', 101, 'MGL_REQUEST_INVALID'],
    ['web', 'pool0', 'a', -1, 'MGL_REQUEST_INVALID'],
    ['web', 'pool0', 'a', 1.5, 'MGL_REQUEST_INVALID'],
  ];
  for (const [frontend, pool, backend, weight, code] of wrong) {
    it(`refuses weight ${weight} of ${backend} in ${pool} of ${frontend}`, () => {
      expect(setWeight(noIntents, config, { frontend, pool, backend, weight })).to.have.nested.property(
        'left.code',
        code,
      );
    });
  }

  it('says where the pools of the frontend are listed, when one lacks the name', () => {
    for (const [pool, backend] of [
      ['nope', 'a'],
      ['pool0', 'nope'],
    ] as const) {
      const refused = setWeight(noIntents, config, { frontend: 'web', pool, backend, weight: 1 });
      expect(refused).to.have.nested.property('left.advice').that.contains('`maglevc show frontend web`');
    }
  });
});
