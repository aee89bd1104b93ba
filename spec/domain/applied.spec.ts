import { expect } from 'chai';
import { failedStep, notApplied, unanswered, uncutIn, withTally } from '../../domain/applied.js';
import { MaglevError } from '../../domain/errors.js';
import { tally } from '../../domain/tally.js';
import { ip, vipKey } from '../support/domain-samples.js';

const key = vipKey('192.0.2.1/32');
const reason = '';
const [a, b] = [ip('10.0.0.1'), ip('10.0.0.2')];
const weight = { op: 'as-weight', key, from: 100, weight: 0, reason } as const;

describe('domain/applied: what VPP has of a change', () => {
  it('counts what VPP has acknowledged, and whose flows it has cut', () => {
    const error = new MaglevError('MGL_VPP_RETVAL', 'no');
    const operations = [
      { ...weight, address: a, flush: true },
      { ...weight, address: b, flush: true },
      { op: 'as-del', key, address: b, flush: false, reason } as const,
    ];
    const result = tally(operations, [{ ok: true }, { ok: false, error, retval: -1 }, { ok: true }], 0);
    const nothing = { frontend: 'web', acknowledged: 0, weights: 0, flushed: [], pending: null };
    const applied = withTally(withTally(nothing, result), result);
    expect(applied).to.deep.equal({ ...nothing, acknowledged: 4, weights: 2, flushed: [a] });
  });

  it('is owed by whoever writes the VIP, but not when he failed or never heard of it', () => {
    const pendings = {
      late: unanswered(new MaglevError('MGL_ASK_TIMEOUT', ''), 3000),
      gone: unanswered(new MaglevError('MGL_VPP_DISCONNECTED', ''), 3000),
      crashed: unanswered(new MaglevError('MGL_ACTOR_CRASHED', ''), 3000),
      full: unanswered(new MaglevError('MGL_MAILBOX_FULL', ''), 3000),
      refused: failedStep({
        error: new MaglevError('MGL_VPP_RETVAL', ''),
        operation: { ...weight, address: a, flush: true },
      }),
      step: failedStep({
        error: new MaglevError('MGL_VPP_SYNC', ''),
        operation: { op: 'vip-sync', key, reason },
      }),
    };
    const told = Object.fromEntries(
      Object.entries(pendings).map(([name, { why, owed }]) => [name, [why, owed]]),
    );
    expect(told).to.deep.equal({
      late: ['silent', true],
      gone: ['disconnected', false],
      crashed: ['failed', false],
      full: ['failed', false],
      refused: ['refused', true],
      step: ['full-sync', true],
    });
  });

  it('knows where flows were not cut that should have been', () => {
    const none = notApplied('web', 'refused', '');
    const cuts = new Map([['web', [a, b]]]);
    expect(uncutIn([none], cuts)).to.deep.equal(['web']);
    expect(uncutIn([{ ...none, flushed: [a] }], cuts)).to.deep.equal(['web']);
    expect(uncutIn([{ ...none, flushed: [b, a] }], cuts)).to.deep.equal([]);
    expect(uncutIn([{ ...none, pending: null }], cuts), 'VPP has all of it').to.deep.equal([]);
    expect(uncutIn([{ ...none, frontend: 'dns' }], cuts), 'nothing was to be cut').to.deep.equal([]);
  });
});
