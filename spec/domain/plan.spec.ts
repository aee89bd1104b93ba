import { expect } from 'chai';
import fc from 'fast-check';
import type { IpAddress } from '../../domain/ip.js';
import type { AsState, LbConf, LbOperation, VipState } from '../../domain/lb.js';
import { keptWeights, mustReplace, planVip, settledVip } from '../../domain/plan.js';
import { planPrefixes } from '../../domain/plan-prefix.js';
import {
  anyAsStates,
  anyDesiredAses,
  desiredAs,
  desiredVip,
  heldAs,
  ip,
  vipKey,
  vipState,
} from '../support/domain-samples.js';

const conf: LbConf = {
  ipv4Source: ip('198.51.100.1'),
  ipv6Source: ip('2001:db8::1'),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};

/** Executes a plan on a model of one VIP; calls `seen` with the weights after each operation. */
function execute(
  found: VipState | null,
  plan: readonly LbOperation[],
  seen: (servers: ReadonlyMap<IpAddress, number>) => void = () => {},
): { exists: boolean; servers: ReadonlyMap<IpAddress, number> } {
  let exists = found !== null;
  const servers = new Map((found?.ases ?? []).map((as) => [as.address, as.weight]));
  for (const operation of plan) {
    switch (operation.op) {
      case 'vip-add':
        expect(exists, 'add of a VIP that exists').to.equal(false);
        exists = true;
        break;
      case 'vip-del':
        expect(exists, 'delete of a VIP that does not exist').to.equal(true);
        expect([...servers.keys()], 'servers left behind').to.deep.equal([]);
        exists = false;
        break;
      case 'as-add':
        expect(exists && !servers.has(operation.address), 'add of a server that exists').to.equal(true);
        servers.set(operation.address, operation.weight);
        break;
      case 'as-del':
        expect(servers.delete(operation.address), 'delete of an unknown server').to.equal(true);
        break;
      case 'as-weight':
        expect(servers.get(operation.address), 'from').to.equal(operation.from);
        servers.set(operation.address, operation.weight);
        break;
    }
    seen(servers);
  }
  return { exists, servers };
}

const total = (servers: ReadonlyMap<IpAddress, number>) => [...servers.values()].reduce((a, b) => a + b, 0);

describe('domain/plan', () => {
  const anyFound = fc.option(anyAsStates);

  it('makes VPP equal to the decision, and then plans nothing more', () => {
    fc.assert(
      fc.property(anyDesiredAses, anyFound, (ases, foundAses) => {
        const desired = desiredVip('192.0.2.1/32', ases);
        const found = foundAses && vipState(desired, { ases: foundAses });
        const after = execute(found, planVip(desired, found, null));
        const had = new Map((foundAses ?? []).map((as) => [as.address, as.weight]));
        const held = new Map(
          ases.map((as) => [as.address, as.hold ? (had.get(as.address) ?? as.weight) : as.weight]),
        );
        const serves = [...held.values()].some((weight) => weight > 0);
        const expected = new Map(serves ? held : ases.map((as) => [as.address, as.weight]));
        if (![...expected.values()].some((weight) => weight > 0) && ases.some((as) => as.hold)) {
          // Who serves stays until those who replace him have a verdict.
          for (const { address, weight } of foundAses ?? []) {
            if (weight > 0 && !expected.has(address)) expected.set(address, weight);
          }
        }
        if (ases.some((as) => as.weight > 0))
          expect([...after.servers.values()].some((weight) => weight > 0)).to.equal(true);
        expect(after.exists).to.equal(true);
        expect(new Map([...after.servers].sort())).to.deep.equal(new Map([...expected].sort()));
        const settled = [...after.servers].map(
          ([address, weight]): AsState => ({ address, weight, buckets: 0 }),
        );
        const foreseen = settledVip(desired, found).ases.map((as): [IpAddress, number] => [
          as.address,
          as.weight,
        ]);
        expect(new Map(foreseen.sort()), 'foreseen').to.deep.equal(new Map([...after.servers].sort()));
        expect(planVip(desired, vipState(desired, { ases: settled }), desired)).to.deep.equal([]);
      }),
    );
  });

  it('never leaves a VIP without a server on the way from one that serves to one that serves', () => {
    fc.assert(
      fc.property(anyDesiredAses, anyAsStates, (ases, foundAses) => {
        const desired = desiredVip('192.0.2.1/32', ases);
        const found = vipState(desired, { ases: foundAses });
        const plan = planVip(desired, found, null);
        fc.pre(total(execute(found, []).servers) > 0 && total(execute(found, plan).servers) > 0);
        execute(found, plan, (servers) => expect(total(servers)).to.be.above(0));
      }),
    );
  });

  it('adds, raises, lowers and deletes in this order, servers in numeric order', () => {
    const desired = desiredVip('192.0.2.1/32', [
      desiredAs('10.0.0.2', 50),
      desiredAs('10.0.0.3', 0),
      desiredAs('10.0.0.10', 7),
    ]);
    const found = vipState(desired, {
      ases: [
        { address: ip('10.0.0.9'), weight: 100, buckets: 0 },
        { address: ip('10.0.0.3'), weight: 100, buckets: 0 },
        { address: ip('10.0.0.2'), weight: 10, buckets: 0 },
        { address: ip('10.0.0.1'), weight: 100, buckets: 0 },
      ],
    });
    const short = planVip(desired, found, null).map((o) =>
      'address' in o ? `${o.op} ${o.address}${'weight' in o ? ` ${o.weight}` : ''}` : o.op,
    );
    expect(short).to.deep.equal([
      'as-add 10.0.0.10 7',
      'as-weight 10.0.0.2 50',
      'as-weight 10.0.0.3 0',
      'as-del 10.0.0.1',
      'as-del 10.0.0.9',
    ]);
  });

  it('keeps the weight of a server without a verdict, and installs a missing one with what is known', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1'), heldAs('10.0.0.2')]);
    const found = vipState(desired, { ases: [{ address: ip('10.0.0.1'), weight: 70, buckets: 1024 }] });
    const plan = planVip(desired, found, null);
    expect(plan).to.have.length(1);
    expect(plan[0]).to.include({ op: 'as-add', address: '10.0.0.2', weight: 0 });
  });

  it('keeps nothing in a VIP that serves nobody: there a server that may serve does', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1'), heldAs('10.0.0.2', 100)]);
    const idle = [ip('10.0.0.1'), ip('10.0.0.2')].map((address) => ({ address, weight: 0, buckets: 0 }));
    const plan = planVip(desired, vipState(desired, { ases: idle }), null);
    expect(plan).to.have.length(1);
    expect(plan[0]).to.include({ op: 'as-weight', address: '10.0.0.2', from: 0, weight: 100 });
  });

  it('flushes on the way to 0 only where the decision says so', () => {
    const up = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 100), desiredAs('10.0.0.2', 100)]);
    const down = desiredVip('192.0.2.1/32', [
      desiredAs('10.0.0.1', 0, true),
      desiredAs('10.0.0.2', 0, false),
    ]);
    expect(planVip(down, vipState(up), up)).to.deep.include.members([
      {
        op: 'as-weight',
        key: up.key,
        address: '10.0.0.1',
        from: 100,
        weight: 0,
        flush: true,
        reason: 'backend b-10.0.0.1: spec',
      },
    ]);
    expect(planVip(down, vipState(up), up).map((o) => 'flush' in o && o.flush)).to.deep.equal([true, false]);
  });

  it('cuts the flows of a server that weighs 0 already, once, when it comes to be flushed', () => {
    const paused = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, false)]);
    const disabled = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, true)]);
    const edge = planVip(disabled, vipState(paused), paused);
    expect(edge).to.have.length(1);
    expect(edge[0]).to.include({ op: 'as-weight', from: 0, weight: 0, flush: true });
    expect(planVip(disabled, vipState(disabled), disabled)).to.deep.equal([]);
    expect(planVip(disabled, vipState(disabled), null), 'after a restart').to.deep.equal([]);
  });

  it('cuts the flows of a server when told to, whatever its weight does', () => {
    const vip = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 40), desiredAs('10.0.0.2', 40)]);
    const plan = planVip(vip, vipState(vip), vip, new Set([ip('10.0.0.2')]));
    expect(plan).to.have.length(1);
    expect(plan[0]).to.include({ op: 'as-weight', address: '10.0.0.2', from: 40, weight: 40, flush: true });
  });

  it('replaces a VIP whose encapsulation, table length or stickiness is another', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1'), desiredAs('10.0.0.2', 5)]);
    const others: Partial<VipState>[] = [
      { encap: 'gre6' },
      { tableLength: { value: 2048, exact: true } },
      { tableLength: { value: 0, exact: false } },
      { srcIpSticky: true },
    ];
    for (const other of others) {
      const found = vipState(desired, {
        ...other,
        ases: [{ address: ip('10.0.0.1'), weight: 30, buckets: 0 }],
      });
      const plan = planVip(desired, found, desired);
      expect(plan.map(({ op }) => op)).to.deep.equal(['as-del', 'vip-del', 'vip-add', 'as-add', 'as-add']);
      expect(plan[0]).to.include({ flush: true });
      expect(plan[1]?.reason).to.match(/^replaced: its|^replaced: it is/);
      expect(execute(found, plan).servers.get(ip('10.0.0.1')), 'a weight without verdict is kept').to.equal(
        30,
      );
      expect(keptWeights(desired, found).ases.map(({ weight }) => weight)).to.deep.equal([30, 5]);
    }
  });

  it('takes a table length that is known modulo 65536, or a stickiness that is not known, for equal', () => {
    const desired = desiredVip('192.0.2.1/32', [], { tableLength: 65536, srcIpSticky: true });
    const tableLength = { value: 0, exact: false };
    expect(mustReplace(desired, vipState(desired, { tableLength, srcIpSticky: null }))).to.equal(null);
  });

  it('deletes nobody who serves while those who shall replace him have no verdict', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.2')]);
    const old = { address: ip('10.0.0.1'), weight: 100, buckets: 1024 };
    const plan = planVip(desired, vipState(desired, { ases: [old] }), null);
    expect(plan.map(({ op }) => op)).to.deep.equal(['as-add']);
    const settled = settledVip(desired, vipState(desired, { ases: [old] }));
    expect(settled.ases.map(({ address }) => address)).to.deep.equal(['10.0.0.2', '10.0.0.1']);
    expect(planVip(desired, settled, desired)).to.deep.equal([]);
    const verdict = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.2', 100)]);
    expect(planVip(verdict, settled, desired).map(({ op }) => op)).to.deep.equal(['as-weight', 'as-del']);
  });

  it('does not cut flows because a server that is down was without a verdict for a moment', () => {
    const unknown = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1')]);
    const down = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, true)]);
    expect(planVip(down, vipState(down), unknown)).to.deep.equal([]);
  });
});

describe('domain/plan-prefix', () => {
  const short = (o: LbOperation) => ('address' in o ? `${o.op} ${o.address}` : o.op);

  it('tears down what no frontend wants, servers first and flushed', () => {
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const alien = vipState(desiredVip('192.0.2.9/32', [desiredAs('10.0.0.2'), desiredAs('10.0.0.1')]));
    const otherPort = { ...vipState(wanted), key: vipKey('192.0.2.1/32', 6, 81) };
    const plans = planPrefixes([wanted], { conf, vips: [vipState(wanted), alien, otherPort] });
    const torn = plans.flatMap(({ teardowns }) => teardowns);
    expect(torn.map(({ vip }) => vip)).to.have.members([alien, otherPort]);
    const ofAlien = torn.find(({ vip }) => vip === alien)?.operations ?? [];
    expect(ofAlien.map(short)).to.deep.equal(['as-del 10.0.0.1', 'as-del 10.0.0.2', 'vip-del']);
    expect(ofAlien[0]).to.include({ flush: true, reason: 'no frontend wants it' });
  });

  it('takes down all of a prefix whose encapsulation changes, and nothing of another prefix', () => {
    const six = (prefix: string, port: number) =>
      desiredVip(prefix, [desiredAs('2001:db8::a')], { encap: 'gre6', key: vipKey(prefix, 6, port) });
    const wanted = [six('192.0.2.1/32', 80), six('192.0.2.1/32', 443), six('192.0.2.2/32', 80)];
    const vips = wanted.map((vip, i) => vipState(vip, i < 2 ? { encap: 'gre4' } : {}));
    const plans = planPrefixes(wanted, { conf, vips });
    expect(plans.map(({ teardowns, wanted: ids }) => [teardowns.length, ids.length])).to.deep.equal([
      [2, 2],
      [0, 1],
    ]);
  });

  it('leaves a VIP in place that only differs in length or stickiness: it is replaced in one batch of its own', () => {
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { srcIpSticky: true });
    const found = vipState(wanted, { srcIpSticky: false, tableLength: { value: 64, exact: true } });
    expect(planPrefixes([wanted], { conf, vips: [found] })[0]?.teardowns).to.deep.equal([]);
  });

  it('never touches a NAT VIP, wanted or not, and says why', () => {
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const nat = vipState(wanted, { encap: 'nat4' });
    const stale = vipState(desiredVip('192.0.2.9/32', [desiredAs('10.0.0.1')]), { encap: 'nat6' });
    const plans = planPrefixes([wanted], { conf, vips: [nat, stale] });
    expect(plans.flatMap(({ teardowns }) => teardowns)).to.deep.equal([]);
    expect(plans.flatMap(({ wanted: ids }) => ids)).to.deep.equal([]);
    expect(plans.flatMap(({ untouchable }) => untouchable.map(({ vip }) => vip))).to.have.members([
      nat,
      stale,
    ]);
  });
});
