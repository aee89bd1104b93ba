import { expect } from 'chai';
import fc from 'fast-check';
import { AppliedAskers, pendingAfter } from '../../domain/applied-askers.js';
import { MaglevError } from '../../domain/errors.js';
import type { LbOperation, VipState } from '../../domain/lb.js';
import { executedOnVip } from '../../domain/plan-execute.js';
import { tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import { afterFailure, nextMove } from '../../domain/vip-move.js';
import { anyDesiredAses, desiredAs, desiredVip, vipState } from '../support/domain-samples.js';

const anyVip = anyDesiredAses.map((ases) => desiredVip('192.0.2.1/32', ases));
const equalIn = (vip: VipState | null) =>
  vip?.ases.map(({ address, weight }) => `${address} ${weight}`).toSorted();

describe('domain/vip-move: a VIP, piece by piece', () => {
  it('comes to be equal by its moves, whatever VPP had and whatever is wanted in between', () => {
    fc.assert(
      fc.property(anyVip, fc.array(anyVip, { minLength: 1, maxLength: 4 }), (before, wishes) => {
        const knowledge = new VipKnowledge();
        let vpp: VipState | null = vipState(before);
        let order = 1;
        knowledge.read(vpp, order);
        const all = [...wishes];
        let wanted = all.shift() ?? before;
        for (let moves = 0; moves < 500; moves++) {
          const move = nextMove(knowledge, wanted, null);
          if (move.kind === 'blocked') return;
          if (move.kind === 'equal' && all.length === 0) break;
          if (move.kind === 'equal') knowledge.settled(wanted);
          if (move.kind === 'write') {
            knowledge.writes();
            vpp = executedOnVip(vpp, move.piece);
            const outcomes = move.piece.map(() => ({ ok: true }) as const);
            order++;
            knowledge.wrote(wanted, move.piece, tally(move.piece, outcomes, 0), order);
          }
          // A newer wish overtakes what is left of the older one.
          wanted = all.shift() ?? wanted;
        }
        expect(nextMove(knowledge, wanted, null).kind).to.equal('equal');
        const held = new Set(wanted.ases.flatMap(({ address, hold }) => (hold ? [address] : [])));
        const stay = new Set(wanted.ases.map(({ address }) => address));
        // While nobody would serve, and one has no verdict yet, those who go wait for it.
        const waits =
          held.size > 0 && !vpp?.ases.some(({ address, weight }) => stay.has(address) && weight > 0);
        const some = (vip: VipState | null) =>
          vip && {
            ...vip,
            ases: vip.ases.filter(({ address }) => !held.has(address) && (!waits || stay.has(address))),
          };
        expect(equalIn(some(vpp))).to.deep.equal(equalIn(some(vipState(wanted))));
      }),
    );
  });

  it('tries what was behind a failure, but no removals; and nothing without a VIP or a connection', () => {
    const operation = (op: 'as-add' | 'vip-add' | 'as-del') =>
      ({ op, key: desiredVip('192.0.2.1/32', []).key, reason: 'spec' }) as LbOperation;
    const left = { piece: [], rest: [operation('as-add')], later: [operation('as-del')] };
    const failed = (op: 'as-add' | 'vip-add', code: 'MGL_VPP_SYNC' | 'MGL_VPP_DISCONNECTED') =>
      afterFailure([{ operation: operation(op), error: new MaglevError(code, 'no') }], left);
    expect(failed('as-add', 'MGL_VPP_SYNC')).to.deep.equal({ tried: left.rest, skipped: left.later });
    const nothing = { tried: [], skipped: [...left.rest, ...left.later] };
    expect(failed('vip-add', 'MGL_VPP_SYNC')).to.deep.equal(nothing);
    expect(failed('as-add', 'MGL_VPP_DISCONNECTED')).to.deep.equal(nothing);
  });

  it('lets go who goes for somebody else when one of those came, and nobody when none did', () => {
    const { key } = desiredVip('192.0.2.1/32', []);
    const weigh = (server: string, from: number, weight: number): LbOperation => {
      const { address } = desiredAs(server);
      return { op: 'as-weight', key, address, from, weight, flush: false, reason: 'spec' };
    };
    const [raised, other, lowered] = [
      weigh('10.0.0.1', 0, 5),
      weigh('10.0.0.2', 0, 5),
      weigh('10.0.0.3', 5, 0),
    ] as const;
    const removed = {
      op: 'as-del',
      key,
      address: desiredAs('10.0.0.4').address,
      flush: true,
      reason: 'spec',
    } as const;
    const leftBy = (...refused: readonly LbOperation[]) =>
      afterFailure(
        refused.map((operation) => ({ operation, error: new MaglevError('MGL_VPP_RETVAL', 'no') })),
        { piece: [raised, other], rest: [], later: [lowered, removed] },
      );
    expect(leftBy(raised)).to.deep.equal({ tried: [lowered], skipped: [removed] });
    expect(leftBy(raised, other)).to.deep.equal({ tried: [], skipped: [lowered, removed] });
  });

  it('gives each who waits back once, with all that VPP acknowledged since he came', () => {
    const askers = new AppliedAskers<string>();
    const vip = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')]);
    const [as] = vip.ases;
    if (as === undefined) throw new Error('no server');
    const { address } = as;
    const weighed: LbOperation = {
      op: 'as-weight',
      key: vip.key,
      address,
      from: 1,
      weight: 0,
      flush: true,
      reason: 'spec',
    };
    askers.add('web', 'first');
    askers.count(tally([weighed], [{ ok: true }], 0));
    askers.add('web', 'second');
    askers.count(tally([weighed], [{ ok: true }], 0));
    const taken = askers.take(pendingAfter([]));
    const told = taken.map(({ asker, answer }) =>
      answer instanceof MaglevError ? answer : [asker, answer.weights, answer.flushed, answer.pending?.why],
    );
    expect(told).to.deep.equal([
      ['first', 2, [address], 'full-sync'],
      ['second', 1, [address], 'full-sync'],
    ]);
    expect(askers.take(null)).to.deep.equal([]);
  });
});
