import { expect } from 'chai';
import { type Change, changeSummary, changeWarnings } from '../../domain/change-text.js';

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
const absent = { why: 'disconnected', text: 'VPP is not connected' } as const;

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
    const refused = { frontend: 'mail', why: 'refused', text: 'VPP answered -73' } as const;
    expect(changeWarnings({ ...nothing, pending: [...pending, refused] })).to.deep.equal([
      `frontends web, dns: ${text}`,
      'frontend mail: VPP answered -73: it is tried again with the next syncs',
    ]);
  });

  it('says of flows that were not cut what becomes of them', () => {
    const uncut = (why: Change['pending'][number]['why'], cutFollows: boolean) =>
      changeWarnings({
        ...nothing,
        cutFollows,
        pending: [{ frontend: 'web', why, text: 'so it is' }],
        uncut: ['web'],
      })[0]?.split('; ')[1];
    expect(uncut('disconnected', true)).to.equal('flows were NOT cut: that comes with the weights');
    expect(uncut('disconnected', false)).to.equal('flows were NOT cut: ask again when VPP is connected');
    expect(uncut('paused', false)).to.equal('flows were NOT cut: ask again then');
    expect(uncut('refused', false)).to.equal('flows were NOT cut yet');
    expect(uncut('disabled', false)).to.equal('flows were NOT cut');
  });

  it('names the frontends that are left with nobody, and those that could not be decided', () => {
    expect(changeWarnings({ ...nothing, deserted: ['web', 'dns'], undecided: ['mail'] })).to.deep.equal([
      'frontends web, dns have no server left that gets new flows',
      'frontend mail could not be decided and stays as before: the log says why (decision-failed)',
    ]);
  });
});
