import { expect } from 'chai';
import fc from 'fast-check';
import { departed, informed } from '../../domain/backend-life.js';
import {
  type BackendSetup,
  countsAsDown,
  memoryOf,
  patienceEndsAt,
  probingAfter,
  reasonOf,
  sameSetup,
  spreadMs,
} from '../../domain/backend-memory.js';
import type { HealthCheck } from '../../domain/config.js';
import { DoubtTelling } from '../../domain/doubt-telling.js';
import { chancesMs } from '../../domain/probe-time.js';
import { ip } from '../support/domain-samples.js';

const check: HealthCheck = {
  name: 'check',
  interval: 2000,
  fastInterval: 1000,
  downInterval: 4000,
  timeout: 500,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'tcp', port: 80, tls: null },
};
const plain: BackendSetup = {
  address: ip('10.0.0.1'),
  enabled: true,
  paused: false,
  check,
  historyLength: 5,
  patienceMs: 10_000,
};
const anySetup = fc
  .record({ enabled: fc.boolean(), paused: fc.boolean(), other: fc.boolean(), checked: fc.boolean() })
  .map(({ enabled, paused, other, checked }): BackendSetup => {
    const address = ip(other ? '10.0.0.2' : '10.0.0.1');
    return { ...plain, enabled, paused, address, check: checked ? check : null };
  });
const begin = { at: 5, monotonic: 7, spread: false, round: 3 };

describe('domain/backend-memory', () => {
  it('tells setups apart, and gives a reason for each difference that it knows of', () => {
    fc.assert(
      fc.property(anySetup, anySetup, (a, b) => {
        expect(sameSetup(a, a)).to.equal(true);
        expect(sameSetup(a, b)).to.equal(sameSetup(b, a));
        if (!sameSetup(a, b)) expect(reasonOf(a, b)).not.to.equal('');
        if (sameSetup(a, b)) expect(probingAfter(a, b)).to.be.oneOf(['same', 'stop']);
        if (probingAfter(a, b) === 'stop') expect(b.enabled && !b.paused && b.check !== null).to.equal(false);
      }),
    );
  });

  it('keeps since when a backend is in its state, and its round, over a crash of whoever keeps it', () => {
    const first = memoryOf(undefined, plain, begin);
    expect([first.life.state, first.enteredAt, first.round]).to.deep.equal(['unknown', 7, 3]);
    const again = memoryOf(first, plain, { at: 50, monotonic: 70, spread: true, round: 99 });
    expect([again.life.state, again.enteredAt, again.round]).to.deep.equal(['unknown', 7, 3]);
    const paused = memoryOf(
      first,
      { ...plain, paused: true },
      { at: 50, monotonic: 70, spread: true, round: 99 },
    );
    expect([paused.life.state, paused.enteredAt]).to.deep.equal(['paused', 70]);
  });

  it('bears a lack of verdicts until patience ends, and until the backend has had all its chances', () => {
    const memory = memoryOf(undefined, plain, begin);
    expect(patienceEndsAt(memory, null)).to.equal(null);
    expect(patienceEndsAt(memory, 0)).to.equal(7 + 10_000);
    expect(patienceEndsAt(memory, 20_000)).to.equal(20_000 + chancesMs(check) + 1500);
    expect(countsAsDown(memory), 'nothing failed').to.equal(false);
    const failed = informed(
      memory.life,
      plain,
      {
        result: { verdict: 'fail', code: 'L4TOUT', detail: '', durationMs: 1 },
        standing: { decided: false, counter: 3 },
      },
      9,
    );
    expect(countsAsDown({ ...memory, life: failed })).to.equal(true);
    const gone = departed(failed, plain, 10);
    expect(countsAsDown({ ...memory, life: gone })).to.equal(false);
    expect(patienceEndsAt({ ...memory, life: gone }, 0)).to.equal(null);
  });

  it('spreads a first probe within its interval, early enough for a verdict', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (patienceMs) => {
        const spread = spreadMs(memoryOf(undefined, { ...plain, patienceMs }, begin), check);
        expect(spread).to.be.within(0, check.interval);
        if (patienceMs >= 3500) expect(spread + check.timeout).to.be.at.most(patienceMs);
      }),
    );
  });
});

describe('domain/doubt-telling', () => {
  it('tells of every doubt, the first by itself, and what has gathered behind it once a second', () => {
    const telling = new DoubtTelling();
    const doubt = (backend: string) =>
      telling.add({ backend, state: 'up', code: 'NETNS', detail: 'no such namespace', lastedMs: null });
    const first = doubt('a');
    expect(first.news.map(({ name }) => name)).to.deep.equal(['backend-doubt']);
    expect(doubt('b').later).to.equal(null);
    expect(doubt('c').news).to.deep.equal([]);
    const { news, later } = telling.tellGathered(first.later ?? '');
    expect(news[0]?.fields).to.include({ more: 2, backends: 'b c' });
    expect(later).to.equal(first.later);
    expect(telling.tellGathered(later ?? '')).to.deep.equal({ news: [], later: null });
    expect(
      doubt('d').news.map(({ name }) => name),
      'it is over: the next one is the first again',
    ).to.deep.equal(['backend-doubt']);
  });
});
