import { closeSync } from 'node:fs';
import { expect } from 'chai';
import { openStats } from '../../../binapi/stats/stats-segment.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { MaglevError } from '../../../domain/errors.js';
import { lettingTimePass } from '../../support/letting-time-pass.js';
import { passedDescriptors } from '../../support/passed-descriptors.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';
import { StatsImage } from '../../support/stats-image.js';

describe('binapi/stats: opening and closing', () => {
  let served: ServedImage;

  beforeEach(() => {
    served = new ServedImage();
  });

  afterEach(() => served.close());

  it('says why VPP does not hand out its segment', async () => {
    const clock = new VirtualClock();
    served.server.suspend();
    const silent = openStats({ socketPath: served.socketPath, clock, connectTimeoutMs: 700 });
    const thrown = await lettingTimePass(clock, rejection(silent));
    expect(thrown).to.be.instanceOf(MaglevError).and.include({ code: 'MGL_STATS_CONNECT' });
    expect(String(thrown)).to.contain('ETIMEDOUT').and.contain(served.socketPath);
    expect(clock.monotonic()).to.be.within(700, 710);
    served.server.close();
    const absent = await rejection(served.open());
    expect(absent).to.include({ code: 'MGL_STATS_CONNECT' });
    expect(String(absent)).to.contain('ENOENT');
  });

  it('ends when its signal does: before, meanwhile and afterwards', async () => {
    const reason = new Error('VPP has gone');
    const before = passedDescriptors();
    expect(await rejection(served.open({ signal: AbortSignal.abort(reason) }))).to.equal(reason);

    served.server.suspend();
    const meanwhile = new AbortController();
    const opening = served.open({ signal: meanwhile.signal });
    setImmediate(() => meanwhile.abort(reason));
    expect(await rejection(opening)).to.equal(reason);
    served.server.resume();

    const later = new AbortController();
    const stats = await served.open({ signal: later.signal });
    later.abort(reason);
    expect(await rejection(stats.names())).to.include({ code: 'MGL_STATS_STALE' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(passedDescriptors()).to.deep.equal(before);
  });

  it('ends a look that is under way when it is closed, and never reads what another opens then', async () => {
    const large = new ServedImage(new StatsImage(4 * 1024 * 1024));
    const row = Array.from({ length: 200_000 }, () => 1n);
    large.image.simple('large', [row, row]);
    large.image.publish();
    const stats = await large.open();
    const look = rejection(stats.simple('large'));
    setImmediate(() => stats.close());
    expect(await look).to.include({ code: 'MGL_STATS_STALE' });
    stats.close();
    large.close();
  });

  it('leaves no descriptor behind', async () => {
    const before = passedDescriptors();
    for (let i = 0; i < 30; i++) {
      const stats = await served.open();
      await stats.snapshot([{ name: '/sys/boottime' }]);
      stats.close();
    }
    const wrong = new StatsImage().header({ version: 1n }).publish();
    served.replaceBy(wrong.fd);
    for (let i = 0; i < 10; i++)
      expect(await rejection(served.open())).to.include({ code: 'MGL_STATS_LAYOUT' });
    closeSync(wrong.fd);
    expect(passedDescriptors()).to.deep.equal(before);
  });
});
