import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { type StatsMessage, statsActor } from '../../actors/vpp/stats.js';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { LbCounters, LbIndexes, VipIndexes } from '../../domain/lb-counters.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { MockSegment } from '../support/mock-segment.js';
import { answering, Tree } from '../support/tree.js';

const web = vipKey('192.0.2.1/32');
const dns = vipKey('192.0.2.2/32', 17, 53);

function places(key: typeof web, index: number, servers: Record<string, number> = {}): VipIndexes {
  const own = Object.entries(servers).map(([address, place]) => [ip(address), place] as const);
  return { key, index, routeIndex: 500 + index, servers: new Map(own) };
}
const indexesOf = (...vips: VipIndexes[]): LbIndexes => new Map(vips.map((vip) => [vipId(vip.key), vip]));

describe('actors/vpp stats, with a mocked stats segment', () => {
  let tree: Tree;
  let segment: MockSegment;
  let indexes: LbIndexes | null;
  let wanted: { statsInterval: number; syncInterval: number };
  let refusal: MaglevError | null;
  let opens: number[];
  let booted: number[];
  let lost: MaglevError[];
  let stats: ActorRef<StatsMessage>;
  let linkError: MaglevError | null;
  let link: ReturnType<typeof answering<VppRequest>>;

  beforeEach(() => {
    tree = new Tree();
    segment = new MockSegment();
    indexes = indexesOf(places(web, 1, { '10.0.0.1': 11, '10.0.0.2': 12 }));
    wanted = { statsInterval: 5000, syncInterval: 30_000 };
    refusal = null;
    linkError = null;
    opens = [];
    booted = [];
    lost = [];
    link = answering<VppRequest>('link', (request) => {
      if (request.type !== 'read-indexes') return;
      if (linkError === null) request.reply.ok(indexes);
      else request.reply.fail(linkError);
    });
  });
  afterEach(() => tree.end());

  const begin = async () => {
    stats = tree.start(
      statsActor({
        link,
        wanted,
        open: async () => {
          opens.push(tree.clock.monotonic());
          if (refusal !== null) throw refusal;
          segment.closed = false;
          return segment;
        },
        booted: (at) => booted.push(at),
        lost: (error) => lost.push(error),
      }),
    );
    await tree.clock.settle();
  };
  const ask = () =>
    tree.system
      .ask<StatsMessage, LbCounters>(stats, (reply) => ({ type: 'get-lb-counters', reply }))
      .catch((error: MaglevError) => error);
  const shown = async () => {
    const asked = ask();
    await tree.clock.settle();
    const answer = await asked;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const failure = async () => {
    const asked = ask();
    await tree.clock.settle();
    const answer = await asked;
    if (answer instanceof Error) return answer;
    throw new Error('there are counters');
  };
  /** `next` of every VIP by its prefix. */
  const nexts = async () =>
    Object.fromEntries((await shown()).vips.map(({ key, next }) => [key.prefix, next]));
  const indexReads = () => link.received.filter(({ type }) => type === 'read-indexes').length;
  const errors = () =>
    tree.log.of('vpp-lb-stats-error').map(({ level, fields }) => [level, fields?.['code']]);

  it('shows what VPP counted for each VIP and server, exact to the last of 64 bits', async () => {
    segment.vip(1, 2n ** 64n - 1n, 2n ** 53n + 1n, 3n, 4n);
    segment.route('to', 501, 9n, 2n ** 63n + 1n);
    segment.route('via', 12, 7n, 7000n);
    await begin();
    expect(await shown()).to.deep.equal({
      at: tree.clock.now(),
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
    stats = tree.start(
      statsActor({
        link,
        wanted,
        open: () => new Promise((resolve) => tree.clock.schedule(300, () => resolve(segment))),
        booted: () => {},
        lost: () => {},
      }),
    );
    const asked = ask();
    await tree.clock.advance(300);
    expect(await asked).to.have.nested.property('vips.length', 1);
  });

  it('reads every interval, and follows when the interval changes', async () => {
    await begin();
    const first = (await shown()).at;
    segment.vip(1, 5n);
    await tree.clock.advance(4999);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 0n });
    await tree.clock.advance(1);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 5n });
    expect((await shown()).at - first).to.equal(5000);
    wanted.statsInterval = 60_000;
    stats.tell({ type: 'interval-changed' });
    const before = segment.snapshots;
    await tree.clock.advance(120_000);
    expect(segment.snapshots - before).to.equal(2);
  });

  it('tells when VPP started, once', async () => {
    await begin();
    await tree.clock.advance(60_000);
    expect(booted).to.deep.equal([1_700_000_000_000]);
  });

  it('says nothing of its start while VPP does not know the time yet', async () => {
    segment.bootTime = 0;
    await begin();
    expect(booted).to.deep.equal([]);
    segment.bootTime = 1_700_000_001;
    await tree.clock.advance(5000);
    expect(booted).to.deep.equal([1_700_000_001_000]);
  });

  it('closes the segment when it ends, also one that it gets only then', async () => {
    await begin();
    await tree.end();
    expect(segment.closed).to.equal(true);
    tree = new Tree();
    let hand: (segment: MockSegment) => void = () => {};
    const open = () =>
      new Promise<MockSegment>((resolve) => {
        hand = resolve;
      });
    tree.start(statsActor({ link, wanted, open, booted: () => {}, lost: () => {} }));
    await tree.clock.settle();
    await tree.end();
    const late = new MockSegment();
    hand(late);
    await tree.clock.settle();
    expect(late.closed).to.equal(true);
  });

  describe('which counters belong to whom', () => {
    it('is asked of VPP once every sync interval, not at every reading', async () => {
      await begin();
      await tree.clock.advance(29_000);
      expect(indexReads()).to.equal(1);
      await tree.clock.advance(61_000);
      expect(indexReads()).to.equal(4);
    });

    it('is asked again at the next reading when VIPs came or went', async () => {
      await begin();
      segment.vip(2, 20n);
      indexes = indexesOf(places(web, 1), places(dns, 2));
      stats.tell({ type: 'vips-changed' });
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 0n, '192.0.2.2/32': 20n });
      indexes = indexesOf(places(dns, 2));
      stats.tell({ type: 'vips-changed' });
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.2/32': 20n });
      expect(indexReads()).to.equal(3);
    });

    it('is asked once more when something changed while VPP was answering', async () => {
      await begin();
      stats.tell({ type: 'vips-changed' });
      segment.beforeSnapshot = () => {
        segment.beforeSnapshot = () => {};
        indexes = indexesOf(places(dns, 2));
        stats.tell({ type: 'vips-changed' });
      };
      await tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
      await tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.2/32');
    });

    it('is asked at most once a second, however often things change and readings are made', async () => {
      wanted.statsInterval = 100;
      await begin();
      for (let i = 0; i < 100; i++) {
        stats.tell({ type: 'vips-changed' });
        await tree.clock.advance(100);
      }
      expect(indexReads()).to.be.within(10, 11);
    });

    it("is asked at once when a counter goes back: its index has a new owner, whose numbers are nobody else's", async () => {
      segment.vip(1, 1000n);
      await begin();
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 1000n });
      // Somebody removed the VIP by hand; VPP has collected it, and gave its place to another one.
      indexes = indexesOf(places(dns, 1), places(web, 2));
      segment.vip(1, 7n);
      segment.vip(2, 3n);
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.2/32': 7n, '192.0.2.1/32': 3n });
      expect(indexReads()).to.equal(2);
    });

    it('is asked at once when the traffic of a server or of a route goes back', async () => {
      segment.route('via', 11, 50n, 5000n);
      segment.route('to', 501, 50n, 5000n);
      await begin();
      indexes = indexesOf(places(web, 1, { '10.0.0.1': 13 }));
      segment.route('via', 11, 60n, 4000n);
      segment.route('via', 13, 70n, 7000n);
      await tree.clock.advance(5000);
      expect((await shown()).vips[0]?.servers).to.deep.equal([
        { address: '10.0.0.1', traffic: { packets: 70n, bytes: 7000n } },
      ]);
      segment.route('to', 501, 49n, 5000n);
      await tree.clock.advance(5000);
      expect(indexReads()).to.equal(3);
    });

    it('believes a VIP that was made anew in its old place', async () => {
      segment.vip(1, 1000n);
      await begin();
      segment.vip(1, 1n);
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 1n });
      await tree.clock.advance(5000);
      expect(indexReads(), 'and does not ask again and again').to.equal(2);
    });

    it('is missed, with its own error, while VPP does not tell; when it started is known all the same', async () => {
      indexes = null;
      await begin();
      expect(await failure()).to.include({ code: 'MGL_STATS_INDEXES' });
      expect(booted).to.have.length(1);
      expect(segment.closed, 'there is nothing wrong with the segment').to.equal(false);
      indexes = indexesOf(places(web, 1));
      await tree.clock.advance(30_000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
      expect(indexReads()).to.equal(2);
    });
  });

  describe('a VPP that does not hand out its segment', () => {
    const absent = new MaglevError('MGL_STATS_CONNECT', 'no such socket');

    it('is told, with the reason; it is asked again every 5 s, and nobody is told that anything was lost', async () => {
      refusal = absent;
      await begin();
      expect(await failure()).to.include({ code: 'MGL_STATS_CONNECT', message: 'no such socket' });
      await tree.clock.advance(20_000);
      expect(opens).to.deep.equal([0, 5000, 10_000, 15_000, 20_000]);
      refusal = null;
      await tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
      expect(lost).to.deep.equal([]);
    });

    it('is asked no more often when readings are more frequent', async () => {
      refusal = absent;
      wanted.statsInterval = 100;
      await begin();
      await tree.clock.advance(20_000);
      expect(opens).to.have.length(5);
    });

    it('is a warning the first time, and for those who look closely from then on', async () => {
      refusal = absent;
      await begin();
      await tree.clock.advance(10_000);
      refusal = new MaglevError('MGL_STATS_CONNECT', 'permission denied');
      await tree.clock.advance(5000);
      expect(errors()).to.deep.equal([
        ['warn', 'MGL_STATS_CONNECT'],
        ['debug', 'MGL_STATS_CONNECT'],
        ['debug', 'MGL_STATS_CONNECT'],
        ['warn', 'MGL_STATS_CONNECT'],
      ]);
      refusal = null;
      await tree.clock.advance(5000);
      refusal = absent;
      segment.failure = new MaglevError('MGL_STATS_STALE', 'gone');
      await tree.clock.advance(10_000);
      expect(errors().slice(4), 'after a good reading it is news again').to.deep.equal([
        ['warn', 'MGL_STATS_STALE'],
        ['warn', 'MGL_STATS_CONNECT'],
      ]);
    });
  });

  describe('a reading that fails', () => {
    const stale = new MaglevError('MGL_STATS_STALE', 'its heartbeat has stood still for 31 s');

    it('because VPP has gone is told to who is responsible, and its counters are not shown any more', async () => {
      await begin();
      segment.failure = stale;
      await tree.clock.advance(5000);
      expect(lost).to.deep.equal([stale]);
      expect(await failure()).to.include({ code: 'MGL_STATS_STALE', message: stale.message });
      expect(segment.closed).to.equal(true);
    });

    it('because VPP has gone is followed by another segment, should this actor go on living', async () => {
      await begin();
      segment.failure = stale;
      await tree.clock.advance(5000);
      segment = new MockSegment();
      segment.bootTime = 1_800_000_000;
      segment.vip(1, 8n);
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 8n });
      expect(booted).to.deep.equal([1_700_000_000_000, 1_800_000_000_000]);
    });

    it('because VPP is busy leaves the last one standing, for 15 s', async () => {
      segment.vip(1, 4n);
      await begin();
      segment.failure = new MaglevError('MGL_STATS_BUSY', 'busy');
      await tree.clock.advance(15_000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 4n });
      await tree.clock.advance(5000);
      expect(await failure()).to.include({ code: 'MGL_STATS_BUSY' });
      expect(opens).to.have.length(1);
      expect(lost).to.deep.equal([]);
      segment.failure = null;
      await tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 4n });
    });

    it('because the segment makes no sense is tried with a new one', async () => {
      await begin();
      segment.failure = new MaglevError('MGL_STATS_LAYOUT', 'a vector does not fit');
      await tree.clock.advance(5000);
      expect(segment.closed).to.equal(true);
      expect(lost).to.deep.equal([]);
      segment = new MockSegment();
      await tree.clock.advance(5000);
      expect(opens).to.have.length(2);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    });

    it('because of a bug of ours costs the counters, and nothing else', async () => {
      segment.failure = new TypeError('undefined is not a function');
      await begin();
      expect(await failure()).to.include({ code: 'MGL_INTERNAL' });
      await tree.clock.advance(60_000);
      expect(tree.log.of('actor-crash')).to.deep.equal([]);
      segment.failure = null;
      await tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    });

    it('because the connection ended is no news of the counters', async () => {
      await begin();
      linkError = new MaglevError('MGL_VPP_DISCONNECTED', 'VPP closed the connection');
      stats.tell({ type: 'vips-changed' });
      await tree.clock.advance(5000);
      expect(errors()).to.deep.equal([]);
    });
  });
});
