import { expect } from 'chai';
import fc from 'fast-check';
import { connectionGivenUp, connectionRefused, type Failure } from '../../domain/probe-result.js';
import { type FailedProbe, originOf, SETTLE_MS, type VppHeard, vppToBlame } from '../../domain/vpp-heard.js';
import { VppWitness } from '../../domain/vpp-witness.js';

const silence: Failure = { code: 'L4TOUT', detail: 'no answer within 1s' };
const refusal: Failure = { code: 'L4CON', detail: connectionRefused };
const wrong: Failure = { code: 'L7STS', detail: 'HTTP 503' };
const anyFailure = fc.constantFrom(silence, refusal, wrong);

const never = Number.NEGATIVE_INFINITY;
const moment = fc.integer({ min: 0, max: 100_000 });
const past = fc.oneof(fc.constant(never), moment);
const anyProbe: fc.Arbitrary<FailedProbe> = fc.record({
  failure: anyFailure,
  begunAt: moment,
  heardBegunAt: past,
  previousBegunAt: past,
});
const anyWay = fc.record({ connectedAt: moment, provenAt: fc.oneof(fc.constant(null), moment) });
const heardOf = (connectedAt: number, since: number): VppHeard => ({ state: 'heard', connectedAt, since });
const anyHeard: fc.Arbitrary<VppHeard> = fc.oneof(
  fc.tuple(moment, moment).map(([one, two]) => heardOf(Math.min(one, two), Math.max(one, two))),
  moment.map((since): VppHeard => ({ state: 'silent', since })),
  moment.map((since): VppHeard => ({ state: 'away', since })),
  fc.constant<VppHeard>({ state: 'unknown' }),
);

describe('domain/vpp-heard: whether VPP may be to blame for a failed probe', () => {
  it('knows what only the server can have said, what anyone can, and what nobody need have said', () => {
    const told = (code: Failure['code'], ...details: string[]) =>
      new Set(details.map((detail) => originOf({ code, detail })));
    expect(told('L4CON', connectionRefused)).to.deep.equal(new Set(['anyone']));
    const givenUp = Object.values(connectionGivenUp);
    expect(told('L4CON', 'host unreachable', 'no route to the backend', ...givenUp)).to.deep.equal(
      new Set(['way']),
    );
    for (const code of ['L4TOUT', 'L6TOUT', 'L7TOUT'] as const) {
      expect(told(code, 'no answer within 1s')).to.deep.equal(new Set(['way']));
    }
    expect(told('L7STS', 'HTTP 503', 'HTTP 404')).to.deep.equal(new Set(['server']));
    expect(told('L7STS', 'HTTP 408'), 'it waited for what was lost').to.deep.equal(new Set(['way']));
    expect(told('L7RSP', 'body does not match /ok/', 'malformed chunk size')).to.deep.equal(
      new Set(['server']),
    );
    expect(
      told('L7RSP', 'connection closed by peer before any response', 'connection broken (X) before any'),
    ).to.deep.equal(new Set(['way']));
    expect(told('L6RSP', 'certificate expired 3 days ago')).to.deep.equal(new Set(['server']));
    expect(told('L6RSP', 'connection closed during the TLS handshake')).to.deep.equal(new Set(['way']));
  });

  it('is never, when the server itself has answered, and never beside another maglevd that governs it', () => {
    fc.assert(
      fc.property(anyProbe, anyHeard, anyWay, moment, (probe, heard, way, now) => {
        expect(vppToBlame({ ...probe, failure: wrong }, heard, way, now)).to.equal(null);
        expect(vppToBlame(probe, { state: 'unwatched' }, way, now)).to.equal(null);
      }),
    );
  });

  it('is always for silence, unless VPP has been heard since before the probe began', () => {
    fc.assert(
      fc.property(anyProbe, anyHeard, anyWay, moment, (probe, heard, way, now) => {
        const well = heard.state === 'heard' && heard.since < probe.begunAt;
        if (!well) expect(vppToBlame({ ...probe, failure: silence }, heard, way, now)).to.be.a('string');
      }),
    );
  });

  it('is never for long: half a minute after a connect silence counts, whatever came through', () => {
    fc.assert(
      fc.property(anyProbe, anyWay, moment, moment, (probe, way, connectedAt, silent) => {
        const heard = heardOf(connectedAt, connectedAt + silent);
        const begunAt = connectedAt + SETTLE_MS + silent + 1;
        expect(vppToBlame({ ...probe, begunAt }, heard, way, begunAt + 1000)).to.equal(null);
      }),
    );
  });

  it('is not, once this server has been heard through it, whatever else did not come through', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 9999 }), anyWay, (connectedAt, later, way) => {
        const heardBegunAt = connectedAt + later;
        const probe = {
          failure: silence,
          begunAt: heardBegunAt + 1,
          heardBegunAt,
          previousBegunAt: heardBegunAt,
        };
        expect(vppToBlame(probe, heardOf(connectedAt, connectedAt), way, probe.begunAt + 1)).to.equal(null);
      }),
    );
  });

  it('forgives what begins before anything came through, and the first one behind that', () => {
    const blame = (begunAt: number, previousBegunAt: number, provenAt: number | null, of = 1000) => {
      const probe = { failure: silence, begunAt, heardBegunAt: 500, previousBegunAt };
      return vppToBlame(probe, heardOf(1000, 1000), { connectedAt: of, provenAt }, begunAt + 300);
    };
    expect(blame(2000, 1500, null)).to.equal(
      'nothing had come through VPP since maglevd connected to it 1.3s ago',
    );
    expect(blame(2000, 1500, 2100)).to.match(/^nothing had come/);
    expect(blame(2200, 2000, 2100)).to.equal(
      'it was the first one that VPP forwarded since maglevd connected to it 1.5s ago',
    );
    expect(blame(2400, 2200, 2100)).to.equal(null);
    expect(blame(2400, 2200, 2100, 900), 'what came through a VPP before it').to.match(/^nothing had come/);
  });

  it('is for a refusal only while VPP is not known to be there: another machine may have made it', () => {
    fc.assert(
      fc.property(anyProbe, anyHeard, anyWay, moment, (probe, heard, way, now) => {
        const blame = vppToBlame({ ...probe, failure: refusal }, heard, way, now);
        expect(blame === null).to.equal(heard.state !== 'away' && heard.state !== 'unknown');
      }),
    );
  });

  it('is not said to be away when it is maglevd that did not answer', () => {
    const witness = new VppWitness();
    const suspect = {
      begunAt: 900,
      heardBegunAt: never,
      previousBegunAt: never,
      result: { verdict: 'fail', ...refusal, durationMs: 1 },
    } as const;
    witness.hear(null, { begunAt: never, at: never });
    expect(witness.judge(suspect, 1300)?.detail).to.equal(
      'L4CON connection refused, not counted: maglevd was too busy to learn how VPP is',
    );
  });
});
