import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { consistentLook } from '../../../binapi/stats/consistent-look.js';
import { BadLayout, SegmentMemory } from '../../../binapi/stats/segment-memory.js';
import type { StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { realClock } from '../../../clock/real-clock.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { createMemfd } from '../../../linux/memfd.js';
import { lettingTimePass } from '../../support/letting-time-pass.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';
import { BASE, TYPE } from '../../support/stats-image.js';

describe('binapi/stats: consistency', () => {
  let served: ServedImage;
  let clock: VirtualClock;
  const image = () => served.image;

  beforeEach(() => {
    served = new ServedImage();
    clock = new VirtualClock();
  });

  afterEach(() => served.close());

  const open = (): Promise<StatsSegment> => lettingTimePass(clock, served.open({ clock }));

  it('waits while VPP makes a change', async () => {
    const stats = await open();
    image().header({ inProgress: 1n }).publish();
    const before = clock.monotonic();
    const value = stats.scalar('/sys/boottime');
    clock.schedule(400, () => {
      image().header({ inProgress: 0n, epoch: 2n }).publish();
    });
    expect(await lettingTimePass(clock, value)).to.equal(1_767_225_600n);
    expect(clock.monotonic() - before).to.be.within(400, 410);
  });

  it('gives up a change that does not end, at the time that was agreed', async () => {
    const stats = await open();
    image().header({ inProgress: 1n }).publish();
    const before = clock.monotonic();
    const thrown = await lettingTimePass(clock, rejection(stats.snapshot([])));
    expect(thrown).to.include({ code: 'MGL_STATS_BUSY' });
    expect(clock.monotonic() - before).to.be.within(1000, 1010);
    image().header({ inProgress: 0n }).publish();
    expect(await stats.scalar('/sys/heartbeat')).to.equal(5n);
  });

  it('discards what it saw when the structure changed meanwhile', async () => {
    const memory = new SegmentMemory(openSync(`/proc/self/fd/${image().fd}`, 'r'));
    let looks = 0;
    let discarded = 0;
    const options = { memory, clock, patienceMs: 1000, onDiscard: () => discarded++ };
    const result = consistentLook(options, async () => {
      looks++;
      if (looks === 1)
        image()
          .header({ epoch: image().epoch + 1n })
          .publish();
      if (looks === 2) image().header({ inProgress: 1n }).publish();
      if (looks === 2) clock.schedule(7, () => image().header({ inProgress: 0n }).publish());
      // VPP adds symlinks, and may move the directory for them, without an epoch.
      if (looks === 3)
        image()
          .header({ directory: BASE + 0x1000n + 144n })
          .publish();
      return looks;
    });
    expect(await lettingTimePass(clock, result)).to.equal(4);
    expect(discarded).to.equal(3);
    memory.close();
  });

  it('believes nonsense only after a second look, and then names it', async () => {
    const memory = new SegmentMemory(openSync(`/proc/self/fd/${image().fd}`, 'r'));
    const options = { memory, clock, patienceMs: 1000, onDiscard: () => undefined };
    let looks = 0;
    const transient = consistentLook(options, async () => {
      looks++;
      if (looks < 3) throw new BadLayout('half a change');
      return 'whole';
    });
    expect(await lettingTimePass(clock, transient)).to.equal('whole');
    const lasting = consistentLook(options, async () => {
      throw new BadLayout('pointer 0x1 leads out of it');
    });
    const thrown = await lettingTimePass(clock, rejection(lasting));
    expect(thrown).to.include({ code: 'MGL_STATS_LAYOUT' });
    expect(String(thrown)).to.contain('pointer 0x1 leads out of it');
    const bug = consistentLook(options, async () => {
      throw new TypeError('a bug');
    });
    expect(await rejection(bug)).to.be.instanceOf(TypeError);
    memory.close();
  });

  it('notices entries that move, go and come, with an epoch or without', async () => {
    const first = image().scalar('a', 1n);
    image().publish();
    const stats = await served.open();
    expect(await stats.scalar('a')).to.equal(1n);
    expect(await stats.scalar('b')).to.equal(null);
    // VPP clears the name of a removed entry after its lock, and renames symlinks without one.
    image().setEntry(first, 'b', TYPE.scalar, 2n);
    image().header({ epoch: 2n }).publish();
    expect(await stats.scalar('a')).to.equal(null);
    expect(await stats.scalar('b')).to.equal(2n);
    image().setEntry(first, 'c', TYPE.scalar, 3n);
    image().publish();
    expect(await stats.scalar('b')).to.equal(null);
    image().scalar('b', 4n);
    image().publish();
    expect(await stats.scalar('b')).to.equal(4n);
    image().setEntry(first, '', TYPE.empty, 0n);
    image().header({ epoch: 3n }).publish();
    expect(await stats.scalar('c')).to.equal(null);
  });

  it('never mixes two states of a segment that another thread changes all the time', async () => {
    const length = 2000;
    const fd = createMemfd('stat segment', 0x40000);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(path.join(import.meta.dirname, '../../support/stats-churn.js'), {
      workerData: { fd, length, stop },
    });
    let busy = 0;
    try {
      await once(worker, 'message');
      served.replaceBy(fd);
      const stats = await served.open({ clock: realClock });
      const generations = new Set<bigint>();
      while (generations.size < 25) {
        try {
          const snapshot = await stats.snapshot([{ name: 'churn' }, { name: 'generation' }]);
          const generation = snapshot.scalar('generation') ?? -1n;
          const churn = snapshot.simple('churn');
          expect(churn?.length).to.equal(length);
          for (let i = 0; i < length; i++)
            if (churn?.at(i) !== generation) expect(churn?.at(i)).to.equal(generation);
          expect(snapshot.epoch).to.equal(generation + 1n);
          generations.add(generation);
        } catch (thrown) {
          expect(thrown).to.include({ code: 'MGL_STATS_BUSY' });
          busy++;
        }
      }
    } finally {
      Atomics.store(stop, 0, 1);
      Atomics.notify(stop, 0);
      await once(worker, 'exit');
      closeSync(fd);
    }
    expect(busy).to.be.below(25);
  });
});
