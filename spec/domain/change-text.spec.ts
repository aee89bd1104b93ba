import { expect } from 'chai';
import { notApplied, type Pending } from '../../domain/applied.js';
import { type Change, changeOf, changeSummary, changeWarnings } from '../../domain/change-text.js';
import { ip } from '../support/domain-samples.js';

const nothing: Change = {
  done: 'disabled',
  frontends: 0,
  operations: 0,
  weights: 0,
  flushed: 0,
  tookMs: 0,
  pending: [],
  uncut: [],
  cutFollows: true,
  waits: null,
  deserted: [],
  undecided: [],
};
const absent = { why: 'disconnected', text: 'VPP is not connected', owed: false } as const;

describe('domain/change-text: what came of what an operator asked for', () => {
  for (const [change, text] of [
    [
      { frontends: 2, operations: 2, weights: 2, tookMs: 4.2 },
      'disabled; 2 frontends, 2 weights set, acknowledged by VPP in 4 ms',
    ],
    [
      { frontends: 1, operations: 1, weights: 1, flushed: 1, tookMs: 0.4 },
      'disabled; 1 frontend, 1 weight set, flows cut, acknowledged by VPP in under 1 ms',
    ],
    [
      { frontends: 1, operations: 3, weights: 1, tookMs: 10 },
      'disabled; 1 frontend, 1 weight set, 2 other changes, acknowledged by VPP in 10 ms',
    ],
    [
      { frontends: 1, operations: 1, tookMs: 10 },
      'disabled; 1 frontend, 1 change, acknowledged by VPP in 10 ms',
    ],
    [{}, 'disabled; nothing to write to VPP now'],
    [
      { done: 'enabled', waits: 'it waits for its first probe' },
      'enabled; nothing to write to VPP now: it waits for its first probe',
    ],
    [{ pending: [{ frontend: 'web', ...absent }] }, 'disabled; not in VPP yet'],
    [
      {
        frontends: 1,
        operations: 1,
        weights: 1,
        tookMs: 2,
        pending: [{ frontend: 'web', ...absent }],
      },
      'disabled; 1 frontend, 1 weight set, acknowledged by VPP in 2 ms; the rest is not in VPP yet',
    ],
  ] as const) {
    it(text, () => {
      expect(changeSummary({ ...nothing, ...change })).to.equal(text);
    });
  }

  it('warns of nothing when all is well', () => {
    expect(changeWarnings({ ...nothing, frontends: 1, operations: 1, weights: 1 })).to.deep.equal([]);
    expect(changeWarnings({ ...nothing, waits: 'it waits for its first probe' })).to.deep.equal([]);
  });

  it('tells one cause once, with the frontends only where it is not that of all', () => {
    const pending = [
      { frontend: 'web', ...absent },
      { frontend: 'dns', ...absent },
    ];
    const text = 'VPP is not connected: the weights follow at the next connect';
    expect(changeWarnings({ ...nothing, pending })).to.deep.equal([text]);
    const refused = { frontend: 'mail', why: 'refused', text: 'VPP answered -73', owed: true } as const;
    expect(changeWarnings({ ...nothing, pending: [...pending, refused] })).to.deep.equal([
      `frontends web, dns: ${text}`,
      'frontend mail: VPP answered -73: it is tried again with the next syncs',
    ]);
  });

  it('says of flows that were not cut what becomes of them', () => {
    const uncut = (why: Pending['why'], owed: boolean, cutFollows = false) =>
      changeWarnings({
        ...nothing,
        cutFollows,
        pending: [{ frontend: 'web', why, text: 'so it is', owed }],
        uncut: ['web'],
      })[0]?.split('; ')[1];
    expect(uncut('disconnected', false, true)).to.equal('flows were NOT cut: that comes with the weights');
    expect(uncut('disconnected', false)).to.equal('flows were NOT cut: ask again when VPP is connected');
    expect(uncut('paused', false)).to.equal('flows were NOT cut: ask again then');
    expect(uncut('refused', true)).to.equal('flows were NOT cut yet');
    expect(uncut('full-sync', true)).to.equal('flows were NOT cut yet');
    expect(uncut('full-sync', false), 'who is to write it never heard of it').to.equal(
      'flows were NOT cut: ask again',
    );
    expect(uncut('failed', false)).to.equal('flows were NOT cut: ask again');
    expect(uncut('silent', true)).to.equal('flows were NOT cut yet: ask again if VPP is connected anew');
    expect(uncut('disabled', false)).to.equal('flows were NOT cut');
  });

  it('counts what came of it over all frontends', () => {
    const applied = [
      { frontend: 'web', acknowledged: 3, weights: 2, flushed: [ip('10.0.0.1')], pending: null },
      notApplied('dns', 'paused', 'VPP is left alone'),
    ];
    const inForce = { applied, tookMs: 4, uncut: ['dns'], waits: null, deserted: ['web'], undecided: [] };
    const asked = { done: 'disabled', lowers: true, cutFollows: true };
    expect(changeOf(asked, inForce)).to.deep.include({
      frontends: 1,
      operations: 3,
      weights: 2,
      flushed: 1,
      deserted: ['web'],
    });
    expect(changeOf(asked, inForce).pending).to.have.nested.property('[0].frontend', 'dns');
    expect(changeOf({ ...asked, lowers: false }, inForce)).to.deep.include({ deserted: [] });
  });

  it('names the frontends that are left with nobody, and those that could not be decided', () => {
    expect(changeWarnings({ ...nothing, deserted: ['web', 'd n s'], undecided: ['mail'] })).to.deep.equal([
      "frontends web, 'd n s' have no server left that gets new flows",
      'frontend mail could not be decided and stays as before: the log says why (decision-failed)',
    ]);
  });
});
