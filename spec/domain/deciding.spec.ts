import { expect } from 'chai';
import fc from 'fast-check';
import type { Frontend } from '../../domain/config.js';
import {
  backendState,
  type Circumstances,
  decideFrontend,
  decisionOf,
  explainChange,
  type Heard,
  heldAndCut,
  knowledgeOf,
  sameFrame,
  stepBetween,
  undecided,
} from '../../domain/deciding.js';
import type { BackendState } from '../../domain/health.js';
import type { DesiredAs, DesiredVip } from '../../domain/lb.js';
import {
  anyDesiredAses,
  desiredAs,
  desiredVip,
  heldAs,
  ip,
  sampleConfig,
  sampleDecision,
  sampleFrontend,
} from '../support/domain-samples.js';

const backends = {
  a: { address: '10.0.0.1', healthcheck: 'check' },
  b: { address: '10.0.0.2', healthcheck: 'check' },
  free: { address: '10.0.0.3' },
  off: { address: '10.0.0.4', healthcheck: 'check', enabled: false },
};
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100 }, { b: 50 }]);
const config = sampleConfig(backends, [web]);
const states: readonly BackendState[] = ['unknown', 'up', 'down', 'paused', 'disabled', 'removed'];

const heardOf = (state: BackendState, address = '10.0.0.1'): Heard => ({
  address: ip(address),
  state,
  givenUp: false,
});
const under = (
  heard: readonly (readonly [string, Heard])[],
  paused: readonly string[] = [],
): Circumstances => ({
  effective: { config, paused: new Set(paused) },
  heard: new Map(heard),
  holdAll: false,
});

describe('domain/deciding: what state a backend is in', () => {
  it('is what the config and operators say, before anything that health knows', () => {
    for (const state of states) {
      expect(backendState('off', under([['off', heardOf(state, '10.0.0.4')]]))).to.equal('disabled');
      expect(backendState('a', under([['a', heardOf(state)]], ['a']))).to.equal('paused');
      expect(backendState('free', under([['free', heardOf(state, '10.0.0.3')]]))).to.equal('up');
      expect(backendState('nobody', under([['nobody', heardOf(state)]]))).to.equal('removed');
    }
  });

  it('is a verdict of health only when that is of the same server, and still counts', () => {
    expect(backendState('a', under([]))).to.equal('unknown');
    expect(backendState('a', under([['a', heardOf('up')]]))).to.equal('up');
    expect(backendState('a', under([['a', heardOf('down')]]))).to.equal('down');
    expect(backendState('a', under([['a', heardOf('up', '10.0.0.99')]]))).to.equal('unknown');
    for (const stale of ['paused', 'disabled', 'unknown', 'removed'] as const) {
      expect(backendState('a', under([['a', heardOf(stale)]]))).to.equal('unknown');
    }
  });
});

describe('domain/deciding: who has no verdict for too long', () => {
  it('is given up at the address that was probed, and at no other', () => {
    const given = (address: string) =>
      knowledgeOf(['a'], under([['a', { ...heardOf('unknown', address), givenUp: true }]])).patience.givenUp;
    expect([...given('10.0.0.1')]).to.deep.equal(['a']);
    expect([...given('10.0.0.99')]).to.deep.equal([]);
    expect([...knowledgeOf(['a'], under([['a', heardOf('unknown')]])).patience.givenUp]).to.deep.equal([]);
  });
});

describe('domain/deciding: flows that are cut whatever VPP had', () => {
  it('are those of servers that were held, and are out for good now', () => {
    const out = { weight: 0, flush: true, hold: false };
    const cut = (before: DesiredVip | null, ...now: readonly DesiredAs[]) => [
      ...heldAndCut(before, desiredVip('192.0.2.1/32', now)),
    ];
    const server = desiredAs('10.0.0.1');
    const held = desiredVip('192.0.2.1/32', [{ ...server, hold: true }]);
    expect(cut(held, { ...server, ...out })).to.deep.equal([server.address]);
    expect(cut(held, { ...server, ...out, flush: false })).to.deep.equal([]);
    expect(cut(held, { ...server, ...out, weight: 5 })).to.deep.equal([]);
    expect(cut(held, { ...desiredAs('10.0.0.2'), ...out })).to.deep.equal([]);
    expect(
      cut(desiredVip('192.0.2.1/32', [{ ...server, hold: false }]), { ...server, ...out }),
    ).to.deep.equal([]);
    expect(cut(null, { ...server, ...out })).to.deep.equal([]);
  });
});

describe('domain/deciding: a frontend', () => {
  it('is decided by what is known of its own backends, and by nothing else', () => {
    const anyHeard = fc.record({
      state: fc.constantFrom(...states),
      givenUp: fc.boolean(),
      address: fc.constantFrom(ip('10.0.0.1'), ip('10.0.0.2'), ip('10.0.0.9')),
    });
    const property = fc.property(anyHeard, anyHeard, anyHeard, (a, b, stranger) => {
      const own = under([
        ['a', a],
        ['b', b],
      ]);
      const more = { ...own, heard: new Map(own.heard).set('off', stranger).set('nobody', stranger) };
      expect(decideFrontend(web, more)).to.deep.equal(decideFrontend(web, own));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('names the pool that serves', () => {
    expect(decideFrontend(web, under([['a', heardOf('up')]])).pool).to.equal('pool0');
    const failedOver = under([
      ['a', heardOf('down')],
      ['b', heardOf('up', '10.0.0.2')],
    ]);
    expect(decideFrontend(web, failedOver).pool).to.equal('pool1');
  });

  it('says what a change of a backend waits for, by what was decided of it', () => {
    const decided = [
      decideFrontend(
        web,
        under([
          ['a', heardOf('up')],
          ['b', heardOf('up', '10.0.0.2')],
        ]),
      ),
    ];
    const waits = (backend: string, state: BackendState, of = decided) =>
      explainChange(backend, state, of, new Set()).waits;
    expect(waits('a', 'up')).to.equal('it is up, in the active pool');
    expect(waits('b', 'up')).to.equal('it is up, but pool pool0 is active');
    expect(waits('b', 'unknown')).to.equal('it waits for its first probe');
    expect(waits('off', 'disabled')).to.equal(null);
    expect(waits('a', 'up', [])).to.equal('no frontend uses it');
  });

  it('that cannot be decided keeps whatever VPP has of it', () => {
    const broken: Frontend = {
      ...web,
      pools: [
        { name: 'p', backends: [...(web.pools[0]?.backends ?? []), { name: 'nobody', weight: 1 }] },
        ...web.pools.slice(1),
      ],
    };
    expect(() => decideFrontend(broken, under([]))).to.throw('nobody');
    const { vip } = undecided(broken, under([]), 'a bug');
    const right = decideFrontend(web, under([])).vip;
    expect(vip).to.deep.include({ key: right.key, encap: right.encap, tableLength: right.tableLength });
    expect(vip.ases.map(({ address, hold, weight, flush }) => [address, hold, weight, flush])).to.deep.equal([
      ['10.0.0.1', true, 0, false],
      ['10.0.0.2', true, 0, false],
    ]);
    const six = sampleConfig({ a: { address: '2001:db8::1' } }, [web]);
    const circumstances = { ...under([]), effective: { config: six, paused: new Set<string>() } };
    const alone = { ...web, pools: web.pools.slice(0, 1) };
    const { vip: vip6, pool } = undecided(alone, circumstances, 'a bug');
    expect([vip.encap, vip6.encap, pool]).to.deep.equal(['gre4', 'gre6', 'pool0']);
  });
});

describe('domain/deciding: from one decision to the next', () => {
  const one = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'one' });
  const two = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.2')], { frontend: 'two' });
  const nobody = new Set<never>();

  it('the frame is the same when only VIPs are wanted otherwise', () => {
    const decision = sampleDecision([one, two]);
    const lighter = { ...two, ases: [desiredAs('10.0.0.2', 1)] };
    expect(sameFrame(decision, sampleDecision([one, lighter]))).to.equal(true);
    expect(sameFrame(decision, sampleDecision([two, one]))).to.equal(false);
    expect(sameFrame(decision, sampleDecision([one]))).to.equal(false);
    expect(sameFrame(decision, { ...decision, syncInterval: 1 })).to.equal(false);
    expect(sameFrame(decision, { ...decision, statsInterval: 1 })).to.equal(false);
    const moved = desiredVip('192.0.2.9/32', two.ases, { frontend: 'two' });
    expect(sameFrame(decision, sampleDecision([one, moved]))).to.equal(false);
    const { lb } = sampleConfig(backends, []);
    const longer = decisionOf({ ...lb, flowTimeout: 41_000 }, []);
    expect(sameFrame(decisionOf(lb, []), longer)).to.equal(false);
  });

  const step = (
    before: readonly ReturnType<typeof desiredAs>[],
    after: typeof before,
    flush: string[] = [],
  ) =>
    stepBetween(
      { ...one, ases: before },
      { ...one, ases: after },
      new Set(flush.map((address) => ip(address))),
    );
  const s = '10.0.0.1';

  it('what is wanted the same needs no write, unless flows are to be cut', () => {
    const property = fc.property(anyDesiredAses, (ases) => {
      expect(step(ases, ases)).to.deep.equal({ writes: false, cuts: [] });
      for (const { address } of ases) {
        expect(step(ases, ases, [address])).to.deep.equal({ writes: true, cuts: [address] });
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  for (const [what, before, after, writes, cuts] of [
    ['another weight', desiredAs(s), desiredAs(s, 50), true, []],
    ['disabled', desiredAs(s), desiredAs(s, 0, true), true, [s]],
    ['paused', desiredAs(s), desiredAs(s, 0), true, []],
    ['paused, at weight 0 before', desiredAs(s, 0), desiredAs(s, 0), false, []],
    ['disabled, paused before', desiredAs(s, 0), desiredAs(s, 0, true), true, [s]],
    ['disabled, down before', desiredAs(s, 0, true), desiredAs(s, 0, true), false, []],
    ['probed again: VPP keeps what it has', desiredAs(s, 0, true), heldAs(s), false, []],
    ['paused before there was a verdict: VPP may have any weight', heldAs(s), desiredAs(s, 0), true, []],
    ['disabled before there was a verdict', heldAs(s), desiredAs(s, 0, true), true, [s]],
  ] as const) {
    it(`${what}: ${writes ? 'a write' : 'no write'}`, () => {
      expect(step([before], [after])).to.deep.equal({ writes, cuts });
    });
  }

  it('servers that come or go, another kind of VIP, and one that was not wanted before, are writes', () => {
    const [first, second] = [desiredAs('10.0.0.1'), desiredAs('10.0.0.2')];
    expect(step([first], [first, second]).writes).to.equal(true);
    expect(step([first, second], [first]).writes).to.equal(true);
    expect(stepBetween(one, { ...one, srcIpSticky: true }, nobody).writes).to.equal(true);
    expect(stepBetween(null, one, nobody).writes).to.equal(true);
  });
});
