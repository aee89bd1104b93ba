import { expect } from 'chai';
import fc from 'fast-check';
import {
  type BackendLife,
  type BackendRules,
  born,
  departed,
  observed,
  ruled,
} from '../../domain/backend-life.js';
import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { ip } from '../support/domain-samples.js';
import { doubt, fail, pass } from '../support/fake-servers.js';

const check: HealthCheck = {
  name: 'web',
  interval: 1000,
  fastInterval: 100,
  downInterval: 5000,
  timeout: 500,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'tcp', port: 80, tls: null },
};
const rules: BackendRules = {
  address: ip('10.0.0.1'),
  check,
  enabled: true,
  paused: false,
  historyLength: 3,
};

const watch = (life: BackendLife, results: readonly ProbeResult[]) =>
  results.reduce((now, result, i) => observed(now, rules, result, i + 1), life);

describe('domain/backend-life', () => {
  it('begins at unknown, until it passes once or fails `fall` times in a row', () => {
    const life = born(rules, 0);
    expect(life.state).to.equal('unknown');
    expect(watch(life, [pass]).state).to.equal('up');
    expect(watch(life, [fail, fail]).state).to.equal('unknown');
    expect(watch(life, [fail, fail, pass]).state).to.equal('up');
    expect(watch(life, [fail, fail, fail]).state).to.equal('down');
  });

  it('is up without a check, disabled when the config says so', () => {
    expect(born({ ...rules, check: null }, 0).state).to.equal('up');
    expect(born({ ...rules, enabled: false }, 0).state).to.equal('disabled');
  });

  it('changes nothing for a doubt, tells of it, and forgets it with the next measurement', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(pass, fail)),
        fc.integer({ min: 1, max: 9 }),
        (history, doubts) => {
          const before = watch(born(rules, 0), history);
          const doubted = watch(before, new Array<ProbeResult>(doubts).fill(doubt));
          expect(doubted.state).to.equal(before.state);
          expect(doubted.standing).to.deep.equal(before.standing);
          expect(doubted.history).to.deep.equal(before.history);
          expect(doubted.doubt).to.deep.equal({ since: 1, result: doubt });
          expect(watch(doubted, [pass]).doubt).to.equal(null);
          expect(watch(doubted, [pass]).state).to.equal(watch(before, [pass]).state);
        },
      ),
    );
  });

  it('never goes down before `fall` failures in a row from full health', () => {
    const healthy = watch(born(rules, 0), new Array<ProbeResult>(9).fill(pass));
    expect(watch(healthy, [fail, fail]).state).to.equal('up');
    expect(watch(healthy, [fail, fail, fail]).state).to.equal('down');
  });

  it('remembers its last transitions, newest first, with what decided them', () => {
    const life = watch(born(rules, 0), [fail, fail, fail, pass, pass, fail, fail]);
    expect(life.history.map(({ from, to, reason }) => `${from}>${to}: ${reason}`)).to.deep.equal([
      'up>down: L7STS HTTP 503',
      'down>up: L7OK HTTP 200',
      'unknown>down: L7STS HTTP 503',
    ]);
    expect(life.since).to.equal(6);
    expect(life.last).to.deep.equal({ at: 7, result: fail });
  });

  it('pauses and resumes: what was known before counts no more, history does', () => {
    const up = watch(born(rules, 0), [pass]);
    const pausedRules = { ...rules, paused: true };
    const paused = ruled(up, { before: rules, after: pausedRules, reason: 'paused' }, 10);
    expect(paused.state).to.equal('paused');
    expect(observed(paused, pausedRules, fail, 11), 'a late result of a paused backend').to.equal(paused);
    const resumed = ruled(paused, { before: pausedRules, after: rules, reason: 'resumed' }, 12);
    expect(resumed.state).to.equal('unknown');
    expect(resumed.history.map(({ to }) => to)).to.deep.equal(['unknown', 'paused', 'up']);
    expect(observed(resumed, rules, pass, 13).state).to.equal('up');
    expect(watch(resumed, [fail, fail, fail]).state).to.equal('down');
  });

  it('begins anew with another check or address, and notices nothing otherwise', () => {
    const up = watch(born(rules, 0), [pass]);
    const changed = (change: Partial<BackendRules>) =>
      ruled(up, { before: rules, after: { ...rules, ...change }, reason: 'x' }, 10);
    expect(changed({ check: { ...check, probe: { type: 'tcp', port: 81, tls: null } } }).state).to.equal(
      'unknown',
    );
    expect(changed({ check: { ...check, probe: { type: 'icmp' } } }).state).to.equal('unknown');
    expect(changed({ check: { ...check, probeIpv4Source: ip('10.9.9.9') } }).state).to.equal('unknown');
    expect(changed({ check: { ...check, probeIpv6Source: ip('fd00::9') } }), 'not its family').to.deep.equal(
      up,
    );
    expect(changed({ address: ip('10.0.0.2') }).state).to.equal('unknown');
    expect(changed({ check: { ...check } })).to.deep.equal(up);
    expect(changed({ check: null }).state).to.equal('up');
    expect(changed({ enabled: false }).state).to.equal('disabled');
  });

  it('keeps its state, and what is missing for another one, when only pace or counting change', () => {
    const law = fc.record({ rise: fc.integer({ min: 1, max: 8 }), fall: fc.integer({ min: 1, max: 8 }) });
    const pace = fc.record({
      interval: fc.integer({ min: 1, max: 99 }),
      fastInterval: fc.integer({ min: 1, max: 99 }),
      downInterval: fc.integer({ min: 1, max: 99 }),
      timeout: fc.integer({ min: 1, max: 99 }),
    });
    const results = fc.array(fc.constantFrom(pass, fail, doubt), { maxLength: 30 });
    fc.assert(
      fc.property(law, law, pace, results, (first, second, rest, history) => {
        const before: BackendRules = { ...rules, check: { ...check, ...first } };
        const after: BackendRules = { ...rules, check: { ...check, ...rest, ...second } };
        const life = history.reduce((now, result) => observed(now, before, result, 1), born(before, 0));
        const next = ruled(life, { before, after, reason: 'x' }, 10);
        expect({ ...next, standing: life.standing }, 'all but the counter').to.deep.equal(life);
        const missing = (from: BackendLife, by: BackendRules, result: ProbeResult) => {
          let n = 0;
          for (let now = from; now.state === from.state; now = observed(now, by, result, 20)) n++;
          return n;
        };
        const fits = (result: ProbeResult, most: number, mostNow: number) => {
          const needed = missing(life, before, result);
          // What was at the end of its scale is at the end of the new one.
          expect(missing(next, after, result)).to.equal(
            needed === most ? mostNow : Math.min(needed, mostNow),
          );
        };
        if (life.state === 'down') fits(pass, first.rise, second.rise);
        else fits(fail, first.fall, second.fall);
      }),
    );
  });

  it('ends in removed', () => {
    const gone = departed(watch(born(rules, 0), [pass]), rules, 10);
    expect(gone.state).to.equal('removed');
    expect(observed(gone, rules, pass, 11)).to.equal(gone);
  });
});
