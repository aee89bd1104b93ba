import { expect } from 'chai';
import fc from 'fast-check';
import { messageType } from '../../actors/kernel/services.js';
import { RestartIntensity, toError } from '../../actors/kernel/supervision.js';

describe('kernel/restart intensity', () => {
  it('admits a restart exactly when fewer than the limit were admitted within the window', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 300 }),
        gaps,
        (restarts, withinMs, waits) => {
          const intensity = new RestartIntensity({ restarts, withinMs });
          const admitted: number[] = [];
          let now = 0;
          for (const wait of waits) {
            now += wait;
            const inWindow = admitted.filter((moment) => now - moment <= withinMs).length;
            const allowed = intensity.admit(now);
            expect(allowed).equal(inWindow < restarts);
            if (allowed) admitted.push(now);
          }
        },
      ),
    );
  });

  it('without a limit admits all', () => {
    const intensity = new RestartIntensity({ restarts: Number.POSITIVE_INFINITY, withinMs: 1e9 });
    for (let n = 0; n < 1000; n += 1) expect(intensity.admit(n)).equal(true);
  });
});

describe('kernel/what is logged', () => {
  it('names a message by its type or kind, and never throws', () => {
    const messages = [{ type: 'tick' }, { kind: 'up' }, { type: 7 }, null, undefined, 'word', 5, () => {}];
    const names = ['tick', 'up', 'object', 'object', 'undefined', 'word', 'number', 'function'];
    expect(messages.map(messageType)).deep.equal(names);
  });

  it('takes anything that is thrown for an error', () => {
    const error = new RangeError('x');
    expect(toError(error)).equal(error);
    expect(toError('text').message).equal('text');
    expect(toError(undefined).message).equal('not an Error was thrown: undefined');
    expect(toError(Object.create(null)).message).equal(
      'not an Error was thrown: [Object: null prototype] {}',
    );
  });
});
