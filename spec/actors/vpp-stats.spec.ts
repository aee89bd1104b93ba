import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { vppActor } from '../../actors/vpp/vpp.js';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { LbCounters } from '../../domain/lb-counters.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { VppControl, VppInfo } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, sampleDecision } from '../support/domain-samples.js';
import { type Hook, instrument } from '../support/instrument.js';
import { Machine } from '../support/machine.js';
import { MockSegment } from '../support/mock-segment.js';
import { answering, askBy, Tree } from '../support/tree.js';

const HOUR = 3_600_000;
const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const decision = sampleDecision([web]);
const stale = new MaglevError('MGL_STATS_STALE', 'its heartbeat has stood still for 31 s');

describe('actors/vpp: the API and the stats segment are one unit', () => {
  let tree: Tree;
  let machine: Machine;
  let vpp: ActorRef<VppControl>;
  /** All that were handed out. */
  let segments: MockSegment[];
  let prepare: (segment: MockSegment) => void;
  let refusal: MaglevError | null;

  const begin = async (hook: Hook = () => {}, enabled = true) => {
    const decisions = answering<DecisionRequest>('frontends', ({ reply }) => reply.ok(decision));
    const openStats = async () => {
      if (refusal !== null) throw refusal;
      const segment = new MockSegment();
      segment.bootTime = 1_700_000_000 + segments.length;
      prepare(segment);
      segments.push(segment);
      return segment;
    };
    vpp = tree.start(
      instrument(vppActor({ open: machine.open, openStats: enabled ? openStats : null, decisions }), hook),
    );
    await tree.clock.settle();
  };
  const ask = async <R>(
    make: (reply: { ok: (value: R) => boolean; fail: (e: MaglevError) => boolean }) => VppControl,
    timeoutMs = 5000,
  ) => {
    const asked = askBy<VppControl, R>(tree.system, vpp, make, { timeoutMs }).catch(
      (error: MaglevError) => error,
    );
    await tree.clock.settle();
    return asked;
  };
  const info = () => ask<VppInfo>((reply) => ({ type: 'get-info', reply }));
  const counters = () => ask<LbCounters>((reply) => ({ type: 'get-lb-counters', reply }));
  const disconnects = () => tree.log.of('vpp-disconnect').map(({ fields }) => fields?.['code']);

  const restart = () => {
    tree = new Tree();
    machine = new Machine(tree.clock.monotonic);
    segments = [];
    prepare = () => {};
    refusal = null;
  };
  beforeEach(restart);
  afterEach(() => tree.end());

  it('shows the counters of the VIPs that the first sync has made, and when VPP started', async () => {
    machine.start();
    await begin();
    await tree.clock.advance(5000);
    expect(await counters()).to.have.nested.property('vips[0].key.prefix', '192.0.2.1/32');
    expect(await counters()).to.have.nested.property('vips[0].servers.length', 1);
    expect(await info()).to.include({ bootedAt: 1_700_000_000_000 });
  });

  it('says so when it was started without, and governs VPP all the same', async () => {
    machine.start();
    await begin(() => {}, false);
    expect(await counters()).to.include({ code: 'MGL_STATS_DISABLED' });
    expect(await info()).to.include({ bootedAt: null });
    expect([...machine.vpp.vips.keys()]).to.deep.equal([vipId(web.key)]);
  });

  it('makes both anew when the API drops', async () => {
    machine.start();
    await begin();
    machine.kill();
    await tree.clock.settle();
    expect(segments.map(({ closed }) => closed)).to.deep.equal([true]);
    expect(await counters()).to.include({ code: 'MGL_VPP_DISCONNECTED' });
    machine.start();
    await tree.clock.advance(10_000);
    expect(segments.map(({ closed }) => closed)).to.deep.equal([true, false]);
    expect(await info()).to.include({ bootedAt: 1_700_000_001_000, pid: 102 });
    expect(await counters()).to.have.nested.property('vips.length', 1);
  });

  it('makes both anew when the segment turns out to be stale, and writes nothing to a VPP that is equal', async () => {
    machine.start();
    await begin();
    const writes = machine.vpp.writes.length;
    for (const segment of segments) segment.failure = stale;
    await tree.clock.advance(5000);
    expect(disconnects()).to.deep.equal(['MGL_STATS_STALE']);
    await tree.clock.advance(5000);
    expect(machine.opens).to.equal(2);
    expect(machine.closes).to.equal(1);
    expect(segments).to.have.length(2);
    expect(await info()).to.include({ pid: 102 });
    expect(await counters()).to.have.nested.property('vips.length', 1);
    expect(machine.vpp.writes.length).to.equal(writes);
    expect(tree.log.of('actor-crash')).to.deep.equal([]);
  });

  it('does not drop the connection again and again when that does not help', async () => {
    machine.start();
    // Every segment is good once, and then never again.
    prepare = (segment) => {
      segment.beforeSnapshot = () => {
        if (segment.snapshots > 1) segment.failure = stale;
      };
    };
    await begin();
    await tree.clock.advance(HOUR);
    expect(disconnects().length).to.be.within(5, 7);
    expect(segments.length, 'the segment alone is tried again meanwhile').to.be.above(300);
    expect([...machine.vpp.vips.keys()]).to.deep.equal([vipId(web.key)]);
  });

  it('governs a VPP without a stats socket as any other', async () => {
    refusal = new MaglevError('MGL_STATS_CONNECT', 'no such socket');
    machine.start();
    await begin();
    await tree.clock.advance(HOUR);
    expect(disconnects()).to.deep.equal([]);
    expect(machine.opens).to.equal(1);
    expect(await counters()).to.include({ code: 'MGL_STATS_CONNECT', message: 'no such socket' });
    expect(await info()).to.include({ bootedAt: null, version: '26.10-spec' });
    machine.vpp.vips.clear();
    await tree.clock.advance(30_000);
    expect([...machine.vpp.vips.keys()]).to.deep.equal([vipId(web.key)]);
  });

  it('governs a VPP whose stats socket is gone for good after it was there', async () => {
    machine.start();
    await begin();
    for (const segment of segments) segment.failure = stale;
    refusal = new MaglevError('MGL_STATS_CONNECT', 'no such socket');
    await tree.clock.advance(HOUR);
    expect(disconnects()).to.deep.equal(['MGL_STATS_STALE']);
    expect(await counters()).to.include({ code: 'MGL_STATS_CONNECT' });
    expect(await info()).to.include({ pid: 102 });
  });

  it('waits for a VPP that is merely slow before it makes both anew', async () => {
    machine.start();
    await begin();
    await tree.clock.advance(9000);
    machine.hangs = true;
    const asked = ask((reply) => ({ type: 'get-lb-state', reply }));
    for (const segment of segments) segment.failure = stale;
    await tree.clock.advance(4000);
    expect(disconnects()).to.deep.equal([]);
    machine.kill();
    machine.start();
    expect(await asked).to.include({ code: 'MGL_VPP_DISCONNECTED' });
    await tree.clock.advance(6000);
    expect(await counters()).to.have.nested.property('vips.length', 1);
  });

  it('gives up a VPP that hangs, and both work again when it is back', async () => {
    machine.start();
    await begin();
    await tree.clock.advance(9000);
    machine.hangs = true;
    const asked = ask((reply) => ({ type: 'get-lb-state', reply }), 60_000);
    for (const segment of segments) segment.failure = stale;
    await tree.clock.advance(7050);
    expect(await asked).to.include({ code: 'MGL_VPP_TIMEOUT' });
    expect(disconnects()).to.deep.equal(['MGL_STATS_STALE']);
    machine.hangs = false;
    await tree.clock.advance(10_000);
    expect(await counters()).to.have.nested.property('vips.length', 1);
  });

  it('loses nothing but a moment of counters when their reader crashes at any message', async () => {
    const text = ({ message, phase }: Parameters<Hook>[0]) => `${message} ${phase}`;
    const life = async (hook: Hook) => {
      restart();
      machine.start();
      await begin(hook);
      await tree.clock.advance(6000);
      await counters();
      vpp.tell({ type: 'decision', decision: { ...decision, statsInterval: 1000 } });
      await tree.clock.advance(6000);
      expect(await counters()).to.have.nested.property('vips.length', 1);
      const crashed = tree.log.of('actor-crash').map(({ fields }) => String(fields?.['path']));
      expect(crashed.filter((path) => !path.endsWith('/stats'))).to.deep.equal([]);
      expect(disconnects()).to.deep.equal([]);
      expect(
        segments.filter(({ closed }) => !closed),
        'no segment stays open for nobody',
      ).to.have.length(1);
      await tree.end();
    };
    const points = new Set<string>();
    await life((point) => {
      if (point.actor === 'stats') points.add(text(point));
    });
    expect(points.size).to.be.above(8);
    for (const crashAt of points) {
      let crashes = 0;
      await life((point) => {
        if (point.actor === 'stats' && text(point) === crashAt && crashes++ === 0)
          throw new Error(`crash at ${crashAt}`);
      });
      expect(crashes, crashAt).to.be.above(0);
    }
  });
});
