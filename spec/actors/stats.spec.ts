import { expect } from 'chai';
import type { StatsMessage } from '../../actors/vpp/stats.js';
import type { FlowsReport } from '../../protocol/vpp.js';
import { MockSegment } from '../support/mock-segment.js';
import { gate } from '../support/stage.js';
import { askBy, Tree } from '../support/tree.js';
import { StatsStage, web } from './stats-stage.js';

describe('actors/vpp stats, with a mocked stats segment', () => {
  const stage = new StatsStage();
  const { begin, end, start, ask, shown, nexts } = stage;

  beforeEach(begin);
  afterEach(end);

  it('shows what VPP counted for each VIP and server, exact to the last of 64 bits', async () => {
    stage.segment.vip(1, 2n ** 64n - 1n, 2n ** 53n + 1n, 3n, 4n);
    stage.segment.route('to', 501, 9n, 2n ** 63n + 1n);
    stage.segment.route('via', 12, 7n, 7000n);
    await start();
    expect(await shown()).to.deep.equal({
      at: stage.tree.clock.now(),
      vips: [
        {
          key: web,
          next: 18_446_744_073_709_551_615n,
          first: 9_007_199_254_740_993n,
          untracked: 3n,
          noServer: 4n,
          traffic: { packets: 9n, bytes: 9_223_372_036_854_775_809n },
          servers: [
            { address: '10.0.0.1', traffic: { packets: 0n, bytes: 0n } },
            { address: '10.0.0.2', traffic: { packets: 7n, bytes: 7000n } },
          ],
        },
      ],
    });
  });

  it('has whoever asks before the first reading wait for it', async () => {
    await start(() => new Promise((resolve) => stage.tree.clock.schedule(300, () => resolve(stage.segment))));
    const asked = ask();
    await stage.tree.clock.advance(300);
    expect(await asked).to.have.nested.property('vips.length', 1);
  });

  it('reads every interval, and follows when the interval changes', async () => {
    await start();
    const first = (await shown()).at;
    stage.segment.vip(1, 5n);
    await stage.tree.clock.advance(4999);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 0n });
    await stage.tree.clock.advance(1);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 5n });
    expect((await shown()).at - first).to.equal(5000);
    stage.wanted.statsInterval = 60_000;
    stage.stats.tell({ type: 'decision', decision: stage.decision() });
    const before = stage.segment.snapshots;
    await stage.tree.clock.advance(120_000);
    expect(stage.segment.snapshots - before).to.equal(2);
  });

  it('asks VPP for its flows once a second, however many want to know', async () => {
    await start();
    const flows = () =>
      askBy<StatsMessage, FlowsReport>(stage.tree.system, stage.stats, (reply) => ({
        type: 'get-flows',
        reply,
      }));
    const asked = () => stage.link.received.filter(({ type }) => type === 'read-flows').length;
    for (let i = 0; i < 5; i++) expect(await flows()).to.deep.equal([]);
    expect(asked()).to.equal(1);
    await stage.tree.clock.advance(1000);
    await Promise.all([flows(), flows()]);
    expect(asked()).to.equal(2);
  });

  it('tells when VPP started, once', async () => {
    await start();
    await stage.tree.clock.advance(60_000);
    expect(stage.booted).to.deep.equal([1_700_000_000_000]);
  });

  it('says nothing of its start while VPP does not know the time yet', async () => {
    stage.segment.bootTime = 0;
    await start();
    expect(stage.booted).to.deep.equal([]);
    stage.segment.bootTime = 1_700_000_001;
    await stage.tree.clock.advance(5000);
    expect(stage.booted).to.deep.equal([1_700_000_001_000]);
  });

  it('closes the segment when it ends, also one that it gets only then', async () => {
    await start();
    await end();
    expect(stage.segment.closed).to.equal(true);
    stage.tree = new Tree();
    const opening = gate<MockSegment>();
    await start(() => opening.opened);
    await end();
    const late = new MockSegment();
    opening.open(late);
    await stage.tree.clock.settle();
    expect(late.closed).to.equal(true);
  });
});
