import { expect } from 'chai';
import fc from 'fast-check';
import { MaglevError } from '../../domain/errors.js';
import { VppPresence } from '../../domain/vpp-presence.js';

const underWay = { kinds: new Map([['lb_add_del_vip_v2', 1]]), oldest: 'lb_add_del_vip_v2 192.0.2.1/32' };
const governed = { connectedAt: 500, governed: true };
const leftAlone = { connectedAt: 500, governed: false };
const at = (monotonic: number) => ({ at: 1_000_000 + monotonic, monotonic });

describe('domain/vpp-presence: is VPP there, and is it governed', () => {
  it('keeps since when it is gone while attempts to connect go on failing, and why', () => {
    const presence = new VppPresence(7);
    expect(presence.condition(null, at(0))).to.include({ state: 'disconnected', since: 7 });
    presence.lost(new MaglevError('MGL_VPP_DISCONNECTED', 'closed'), 90);
    presence.lost(new MaglevError('MGL_VPP_GOVERNED', 'another one'), null);
    expect(presence.condition(null, at(0))).to.include({ state: 'spare', since: 90 });
    expect(presence.unavailable(null, at(0))).to.include({
      code: 'MGL_VPP_GOVERNED',
      message: 'not connected to VPP: another one',
    });
  });

  it('is left alone after it died twice under the same write, until that is over or somebody insists', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.nat(400_000),
        fc.boolean(),
        (deaths, waits, insists) => {
          const presence = new VppPresence(0);
          expect(presence.diedUnder(underWay, at(0)).level).to.equal('warn');
          for (let n = 1; n < deaths; n++)
            expect(presence.diedUnder(underWay, at(0)).level).to.equal('error');
          if (insists) presence.insist();
          const pauseMs = insists ? 0 : Math.min(300_000, 10_000 * 2 ** (deaths - 2));
          expect(presence.pauseLeft(at(waits))).to.equal(Math.max(0, pauseMs - waits));
          const paused = waits < pauseMs;
          const { state } = presence.condition(leftAlone, at(waits));
          expect(state).to.equal(paused ? 'paused' : 'connected');
          expect(presence.condition(governed, at(waits)).state, 'it is governed already').to.equal(
            'connected',
          );
        },
      ),
    );
  });

  it('begins to count deaths anew when VPP has lived through a full sync', () => {
    const presence = new VppPresence(0);
    presence.diedUnder(underWay, at(0));
    presence.proven();
    expect(presence.diedUnder(underWay, at(0)).level).to.equal('warn');
    expect(presence.pausedUntil(at(0))).to.equal(null);
  });

  it('tells that flows were not cut only where some were to be', () => {
    const presence = new VppPresence(0);
    const none = presence.missed('web', new Set(), null, at(0));
    expect(none.news).to.deep.equal([]);
    expect(none.applied.pending).to.include({
      why: 'disconnected',
      text: 'VPP is not connected',
      owed: false,
    });
    const [told] = presence.missed('web', new Set(['10.0.0.1', '10.0.0.2']), null, at(0)).news;
    expect(told?.fields).to.include({ frontend: 'web', servers: '10.0.0.1 10.0.0.2' });
    presence.diedUnder(underWay, at(0));
    presence.diedUnder(underWay, at(0));
    expect(presence.missed('web', new Set(), leftAlone, at(0)).applied.pending?.why).to.equal('paused');
  });
});
