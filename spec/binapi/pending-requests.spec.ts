import { expect } from 'chai';
import { routeTo } from '../../binapi/channel.js';
import { controlPingReply } from '../../binapi/generated/memclnt.js';
import { PendingRequests } from '../../binapi/pending.js';
import type { MaglevError } from '../../domain/errors.js';
import type { Clock } from '../../protocol/clock.js';

describe('binapi: requests that wait', () => {
  it('end when their time is over, though a sum of it may be rounded', () => {
    // 3192.05 + 5000 is 8192.05, and 8192.05 - 3192.05 is less than 5000.
    let now = 3192.05;
    const timers: { readonly due: number; readonly run: () => void }[] = [];
    const clock: Clock = {
      now: () => now,
      monotonic: () => now,
      random: () => 0,
      schedule: (ms, run) => {
        timers.push({ due: now + ms, run });
        return () => {};
      },
    };
    const pending = new PendingRequests(clock, 5000);
    const failures: MaglevError[] = [];
    pending.add({
      context: 1,
      name: 'control_ping',
      fields: {},
      order: 1,
      replyId: 2,
      ...routeTo(controlPingReply, () => {}),
      before: null,
      after: null,
      fail: (error) => failures.push(error),
    });
    const [timer] = timers.splice(0);
    now = timer?.due ?? now;
    timer?.run();
    expect(failures.map(({ code }) => code)).to.deep.equal(['MGL_VPP_TIMEOUT']);
    expect(timers).to.deep.equal([]);
  });
});
