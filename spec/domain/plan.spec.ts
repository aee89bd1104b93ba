import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AsState,
  type DesiredAs,
  type DesiredVip,
  type LbConf,
  type LbOperation,
  type VipId,
  type VipState,
  vipId,
} from '../../domain/lb.js';
import { type Batch, type PrefixPlan, planPrefix } from '../../domain/plan.js';
import { costOf, loadOf, PIECE_MS, pieceOf } from '../../domain/plan-cost.js';
import type { VipMemory } from '../../domain/plan-vip.js';
import {
  anyAsStates,
  anyDesiredAses,
  desiredAs,
  desiredVip,
  heldAs,
  ip,
  sampleLbConf,
  vipKey,
  vipState,
} from '../support/domain-samples.js';

const memoryOf = (ases: readonly DesiredAs[], owed: readonly string[] = []): VipMemory => ({
  servers: ases,
  owed: new Set(owed.map(ip)),
});

interface Known {
  readonly conf?: LbConf | null;
  readonly previous?: DesiredVip;
  readonly owed?: readonly string[];
}

/** A plan of the prefix of the wanted VIPs. */
function plan(wanted: readonly DesiredVip[], found: readonly VipState[], known: Known = {}): PrefixPlan {
  const { conf = sampleLbConf, previous, owed } = known;
  const id = wanted[0] === undefined ? '' : vipId(wanted[0].key);
  const memory = new Map<VipId, VipMemory>([[id, memoryOf(previous?.ases ?? [], owed)]]);
  return planPrefix({ wanted, found, conf, memory });
}

const operationsOf = ({ batches }: Pick<PrefixPlan, 'batches'>) =>
  batches.flatMap(({ operations }) => operations);
const of = (wanted: DesiredVip, found: VipState | null, known: Known = {}) =>
  operationsOf(plan([wanted], found === null ? [] : [found], known));
const short = (o: LbOperation) => ('address' in o ? `${o.op} ${o.address}` : o.op);

describe('domain/plan: one VIP', () => {
  it('keeps what is held, and serves whoever can', () => {
    fc.assert(
      fc.property(anyDesiredAses, fc.option(anyAsStates), (ases, present) => {
        const wanted = desiredVip('192.0.2.1/32', ases);
        const [after] = plan([wanted], present === null ? [] : [vipState(wanted, { ases: present })]).after;
        const had = new Map((present ?? []).map((as) => [as.address, as.weight]));
        const held = new Map(
          ases.map((as) => [as.address, as.hold ? (had.get(as.address) ?? as.weight) : as.weight]),
        );
        const serves = [...held.values()].some((weight) => weight > 0);
        const expected = new Map(serves ? held : ases.map((as) => [as.address, as.weight]));
        if (![...expected.values()].some((weight) => weight > 0) && ases.some((as) => as.hold)) {
          // Who serves stays until those who replace him have a verdict.
          for (const [address, weight] of had) {
            if (weight > 0 && !expected.has(address)) expected.set(address, weight);
          }
        }
        const weights = new Map(after?.ases.map(({ address, weight }) => [address, weight]));
        expect(new Map([...weights].sort())).to.deep.equal(new Map([...expected].sort()));
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
    const { batches } = plan([desired], [found]);
    expect(
      batches.map(({ operations }) =>
        operations.map((o) => `${short(o)} ${'weight' in o ? o.weight : ''}`.trim()),
      ),
      'nobody leaves before those who come are there',
    ).to.deep.equal([
      ['as-add 10.0.0.10 7', 'as-weight 10.0.0.2 50', 'as-weight 10.0.0.3 0'],
      ['as-del 10.0.0.1', 'as-del 10.0.0.9'],
    ]);
  });

  it('takes out who is down before it adds many, when VPP needs long for them and others serve', () => {
    const down = desiredAs('10.0.0.1', 0, true);
    const wanted = desiredVip(
      '192.0.2.1/32',
      [down, ...Array.from({ length: 30 }, (_, i) => desiredAs(`10.0.1.${i}`))],
      { tableLength: 2 ** 20 },
    );
    const has = (...ases: [string, number][]): AsState[] =>
      ases.map(([address, weight]) => ({ address: ip(address), weight, buckets: 0 }));
    const others = vipState(wanted, { ases: has(['10.0.0.1', 100], ['10.0.1.0', 100]) });
    expect(of(wanted, others)[0]).to.include({
      op: 'as-weight',
      address: '10.0.0.1',
      weight: 0,
      flush: true,
    });
    const well = {
      ...wanted,
      ases: wanted.ases.map((as) => (as === down ? { ...as, relieved: true as const } : as)),
    };
    expect(of(well, others).at(-1), 'who is well waits').to.include({ op: 'as-weight', address: '10.0.0.1' });
    const alone = vipState(wanted, { ases: has(['10.0.0.1', 100]) });
    expect(of(wanted, alone)[0]).to.include({ op: 'as-add' });
  });

  it('keeps the weight of a server without a verdict, and installs a missing one with what is known', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1'), heldAs('10.0.0.2')]);
    const found = vipState(desired, { ases: [{ address: ip('10.0.0.1'), weight: 70, buckets: 1024 }] });
    const operations = of(desired, found);
    expect(operations).to.have.length(1);
    expect(operations[0]).to.include({ op: 'as-add', address: '10.0.0.2', weight: 0 });
  });

  it('keeps nothing in a VIP that serves nobody: there a server that may serve does', () => {
    const kept = { ...heldAs('10.0.0.2', 100), reason: 'up; kept as VPP has it until pool a has a verdict' };
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1'), kept]);
    const idle = [ip('10.0.0.1'), ip('10.0.0.2')].map((address) => ({ address, weight: 0, buckets: 0 }));
    const operations = of(desired, vipState(desired, { ases: idle }));
    expect(operations).to.have.length(1);
    expect(operations[0]).to.include({ op: 'as-weight', address: '10.0.0.2', from: 0, weight: 100 });
    expect(operations[0]?.reason, 'a weight that is set is not called kept').to.equal(
      'backend b-10.0.0.2: not all verdicts are there yet, but nobody would have served',
    );
    expect(
      of(desired, null)
        .map(({ reason }) => reason)
        .join(),
      'nor one of a new server',
    ).to.not.match(/kept/);
  });

  it('flushes on the way to 0 only where the decision says so', () => {
    const up = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 100), desiredAs('10.0.0.2', 100)]);
    const down = desiredVip('192.0.2.1/32', [
      desiredAs('10.0.0.1', 0, true),
      desiredAs('10.0.0.2', 0, false),
    ]);
    const operations = of(down, vipState(up), { previous: up });
    const change = { op: 'as-weight', key: up.key, from: 100, weight: 0 } as const;
    expect(operations).to.deep.equal([
      { ...change, address: '10.0.0.1', flush: true, reason: 'backend b-10.0.0.1: spec' },
      { ...change, address: '10.0.0.2', flush: false, reason: 'backend b-10.0.0.2: spec' },
    ]);
  });

  it('cuts the flows of a server that weighs 0 already, once, when it comes to be flushed', () => {
    const paused = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, false)]);
    const disabled = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, true)]);
    const edge = of(disabled, vipState(paused), { previous: paused });
    expect(edge).to.have.length(1);
    expect(edge[0]).to.include({ op: 'as-weight', from: 0, weight: 0, flush: true });
    expect(of(disabled, vipState(disabled), { previous: disabled })).to.deep.equal([]);
    expect(of(disabled, vipState(disabled)), 'after a restart').to.deep.equal([]);
  });

  it('cuts the flows of a server when told to, whatever its weight does', () => {
    const vip = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 40), desiredAs('10.0.0.2', 40)]);
    const operations = of(vip, vipState(vip), { previous: vip, owed: ['10.0.0.2'] });
    expect(operations).to.have.length(1);
    expect(operations[0]).to.include({
      op: 'as-weight',
      address: '10.0.0.2',
      from: 40,
      weight: 40,
      flush: true,
    });
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
      const ases = [{ address: ip('10.0.0.1'), weight: 30, buckets: 0 }];
      const { batches, after } = plan([desired], [vipState(desired, { ...other, ases })], {
        previous: desired,
      });
      const [batch] = batches;
      expect(batches.map(({ kind }) => kind)).to.deep.equal(['anew']);
      expect(batch?.operations.map(({ op }) => op)).to.deep.equal([
        'as-del',
        'vip-del',
        'vip-add',
        'as-add',
        'as-add',
      ]);
      expect(batch?.operations[0]).to.include({ flush: true });
      expect(batch?.operations[1]?.reason).to.match(/^replaced: its|^replaced: it is/);
      expect(
        after[0]?.ases.map(({ weight }) => weight),
        'a weight without verdict is kept',
      ).to.deep.equal([30, 5]);
    }
  });

  it('takes a table length that is known modulo 65536, or a stickiness that is not known, for equal, and for nothing more', () => {
    const desired = desiredVip('192.0.2.1/32', [], { tableLength: 65536, srcIpSticky: true });
    const found = vipState(desired, { tableLength: { value: 0, exact: false }, srcIpSticky: null });
    const { batches, after } = plan([desired], [found]);
    expect(batches).to.deep.equal([]);
    expect(after[0]).to.deep.include({ srcIpSticky: null, tableLength: { value: 0, exact: false } });
  });

  it('deletes nobody who serves while those who shall replace him have no verdict', () => {
    const desired = desiredVip('192.0.2.1/32', [heldAs('10.0.0.2')]);
    const old = { address: ip('10.0.0.1'), weight: 100, buckets: 1024 };
    const { batches, after } = plan([desired], [vipState(desired, { ases: [old] })]);
    expect(operationsOf({ batches }).map(({ op }) => op)).to.deep.equal(['as-add']);
    const verdict = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.2', 100)]);
    const then = operationsOf(plan([verdict], after, { previous: desired }));
    expect(then.map(({ op }) => op)).to.deep.equal(['as-weight', 'as-del']);
  });

  it('does not cut flows because a server that is down was without a verdict for a moment', () => {
    const unknown = desiredVip('192.0.2.1/32', [heldAs('10.0.0.1')]);
    const down = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0, true)]);
    expect(of(down, vipState(down), { previous: unknown })).to.deep.equal([]);
  });

  it('foresees what a change costs VPP, as was measured: some 30 ms for a table of a million', () => {
    const many = Array.from({ length: 300 }, (_, i) => desiredAs(`10.0.${i >> 8}.${i & 255}`, 1));
    const large = desiredVip('192.0.2.1/32', many, { tableLength: 2 ** 20 });
    const operations = of(large, null);
    expect(costOf(operations, loadOf(large)) / 300).to.be.within(20, 50);
    expect(costOf(pieceOf(operations, loadOf(large)), loadOf(large))).to.be.within(20, PIECE_MS);
    const usual = desiredVip('192.0.2.1/32', many.slice(0, 10));
    expect(pieceOf(of(usual, null), loadOf(usual)), 'a VIP of ordinary size is one piece').to.have.length(11);
  });
});

describe('domain/plan: neighbours on a prefix', () => {
  const kinds = (batches: readonly Batch[]) => batches.map(({ kind }) => kind);

  it('tears down what no frontend wants, servers first and flushed', () => {
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const servers = [ip('10.0.0.2'), ip('10.0.0.1')].map((address) => ({ address, weight: 1, buckets: 0 }));
    const otherPort = vipState(wanted, { key: vipKey('192.0.2.1/32', 6, 81), ases: servers });
    const { batches, after } = plan([wanted], [vipState(wanted), otherPort]);
    expect(kinds(batches)).to.deep.equal(['remove']);
    expect(batches[0]?.operations.map(short)).to.deep.equal([
      'as-del 10.0.0.1',
      'as-del 10.0.0.2',
      'vip-del',
    ]);
    expect(batches[0]?.operations[0]).to.include({ flush: true, reason: 'no frontend wants it' });
    expect(after.map(({ key }) => key)).to.deep.equal([wanted.key]);
  });

  it('takes down all VIPs of a prefix whose encapsulation changes before the first comes back, in one batch', () => {
    const six = (port: number) =>
      desiredVip('192.0.2.1/32', [desiredAs('2001:db8::a')], {
        encap: 'gre6',
        key: vipKey('192.0.2.1/32', 6, port),
      });
    const wanted = [six(80), six(443), six(8080)];
    const found = wanted.slice(0, 2).map((vip) => vipState(vip, { encap: 'gre4' }));
    const { batches } = plan(wanted, found);
    expect(kinds(batches)).to.deep.equal(['anew', 'change']);
    const ops = batches[0]?.operations.map(({ op }) => op) ?? [];
    expect(ops.lastIndexOf('vip-del')).to.be.below(ops.indexOf('vip-add'));
    expect(batches[0]?.vips).to.deep.equal(wanted.slice(0, 2).map(({ key }) => vipId(key)));
  });

  it('replaces VIPs that only differ in length or stickiness one by one', () => {
    const wanted = [80, 81].map((port) =>
      desiredVip('192.0.2.1/32', [], { srcIpSticky: true, key: vipKey('192.0.2.1/32', 6, port) }),
    );
    const found = wanted.map((vip) => vipState(vip, { srcIpSticky: false }));
    expect(kinds(plan(wanted, found).batches)).to.deep.equal(['anew', 'anew']);
  });

  it('never touches a NAT VIP, wanted or not, and says why', () => {
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const nat = vipState(wanted, { encap: 'nat4' });
    const stale = vipState(wanted, { encap: 'nat6', key: vipKey('192.0.2.1/32', 6, 81) });
    const { batches, after, refused } = plan([wanted], [nat, stale]);
    expect(batches).to.deep.equal([]);
    expect(after).to.deep.equal([nat, stale]);
    expect(refused.map(({ key }) => key)).to.deep.equal([nat.key, stale.key]);
    expect(refused[0]?.text).to.match(/NAT VIPs are not removed/);
  });

  it('makes no VIP, and none anew, whose packets VPP would send from an address that nobody accepts', () => {
    const conf = { ...sampleLbConf, ipv4Source: ip('255.255.255.255') };
    const wanted = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const shorter = vipState(wanted, { tableLength: { value: 64, exact: true } });
    for (const found of [[], [shorter]]) {
      const { batches, refused, after } = plan([wanted], found, { conf });
      expect(batches).to.deep.equal([]);
      expect(after).to.deep.equal(found);
      expect(refused[0]?.text).to.match(/has not taken the source address/);
    }
    expect(
      plan([wanted], [vipState(wanted, { ases: [] })], { conf }).batches,
      'what is there is kept',
    ).to.have.length(1);
  });
});
