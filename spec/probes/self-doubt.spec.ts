import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { NamespaceId } from '../../linux/netns.js';
import { Board } from '../../probes/engine/board.js';
import { tolerableStall } from '../../probes/engine/judge.js';
import { LagMeter } from '../../probes/engine/lag-meter.js';
import { NamespaceGuard } from '../../probes/engine/namespace-guard.js';
import { Quarantine } from '../../probes/engine/quarantine.js';
import { Watch } from '../../probes/engine/watch.js';
import type { Clock } from '../../protocol/clock.js';

/** A clock whose only timer fires when the spec says so, which may be late. */
class LateClock implements Clock {
  at = 1000;
  #due = Number.POSITIVE_INFINITY;
  #run: () => void = () => {};
  readonly now = () => this.at;
  readonly monotonic = () => this.at;
  readonly random = () => 0.5;
  readonly schedule = (ms: number, run: () => void) => {
    this.#due = this.at + ms;
    this.#run = run;
    return () => {
      this.#due = Number.POSITIVE_INFINITY;
    };
  };

  /** Time in which the thread is awake. */
  pass(ms: number): void {
    for (const end = this.at + ms; ; ) {
      if (this.#due > end) {
        this.at = end;
        return;
      }
      this.at = Math.max(this.at, this.#due);
      this.#run();
    }
  }

  /** Time in which nothing happens; then the thread goes on. */
  stall(ms: number): void {
    this.at += ms;
    this.pass(0);
  }
}

describe('the lag meter', () => {
  it('finds nothing while the thread keeps its beat', () => {
    const clock = new LateClock();
    const meter = new LagMeter(clock);
    clock.pass(5000);
    expect(meter.worstSince(1000)).to.equal(0);
  });

  it('measures a stall, while it lasts and afterwards, to within one beat', () => {
    const clock = new LateClock();
    const meter = new LagMeter(clock);
    clock.pass(507);
    const start = clock.at;
    clock.at += 300;
    expect(meter.worstSince(start)).to.be.within(250, 300);
    clock.stall(0);
    clock.pass(500);
    expect(meter.worstSince(start)).to.be.within(250, 300);
    expect(meter.recent()).to.be.within(250, 300);
    clock.pass(1000);
    expect(meter.recent()).to.equal(0);
  });

  it('blames a stall on what was under way during any part of it, and on nothing later', () => {
    const clock = new LateClock();
    const meter = new LagMeter(clock);
    clock.stall(1000);
    const end = clock.at;
    clock.pass(100);
    expect(meter.worstSince(end - 1)).to.be.above(900);
    expect(meter.worstSince(end + 1)).to.equal(0);
  });

  it('does not grow without bound', () => {
    const clock = new LateClock();
    const meter = new LagMeter(clock);
    for (let i = 0; i < 20_000; i++) clock.stall(55);
    expect(meter.worstSince(0)).to.equal(5);
  });
});

it('a probe tolerates stalls of a tenth of its timeout', () => {
  expect([10, 100, 1000, 5000].map(tolerableStall)).to.deep.equal([5, 10, 100, 500]);
});

describe('the watch over a worker', () => {
  const limits = { hangMs: 1000, startMs: 3000 };

  it('wants a worker replaced that hangs, not one that beats', () => {
    const board = new Board();
    const watch = new Watch(board, limits, 250);
    for (let i = 0; i < 20; i++) {
      board.beat(0, 0, 0);
      expect(watch.look()).to.equal(null);
    }
    expect([watch.look(), watch.look(), watch.look(), watch.look()]).to.deep.equal([null, null, null, null]);
    expect(watch.look()).to.equal('it has hung for 1250 ms');
  });

  it('gives a worker more time to come up', () => {
    const watch = new Watch(new Board(), limits, 1000);
    expect([watch.look(), watch.look(), watch.look()]).to.deep.equal([null, null, null]);
    expect(watch.started).to.equal(false);
    expect(watch.look()).to.equal('it did not start within 4000 ms');
  });
});

describe('the quarantine of targets', () => {
  it('leaves a target alone for longer and longer, up to a limit, and begins anew when it was well for long', () => {
    const clock = new LateClock();
    const quarantine = new Quarantine(clock, { aloneMinMs: 10, aloneMaxMs: 60 });
    expect(quarantine.remainingMs(1)).to.equal(0);
    for (const pause of [10, 20, 40, 60, 60]) {
      expect(quarantine.blame(1)).to.equal(pause);
      clock.pass(pause - 1);
      expect([quarantine.remainingMs(1), quarantine.remainingMs(2)]).to.deep.equal([1, 0]);
      clock.pass(1);
      expect(quarantine.remainingMs(1)).to.equal(0);
    }
    clock.pass(60);
    expect(quarantine.blame(1)).to.equal(10);
    quarantine.forget(1);
    expect(quarantine.remainingMs(1)).to.equal(0);
  });
});

it('a board tells for which target a worker works, also when numbers have grown large', () => {
  const board = new Board();
  const large = 2 ** 32 + 7;
  expect([board.workFor(large), board.isWorkingFor(large), board.isWorkingFor(0)]).to.deep.equal([
    0,
    true,
    false,
  ]);
  board.workFor(2 ** 31 + 1);
  expect([board.isWorkingFor(2 ** 31 + 1), board.isWorkingFor(large)]).to.deep.equal([true, false]);
});

describe('the guard of a namespace', () => {
  const id = (text: string) => text as NamespaceId;

  function guarded(name: string) {
    const clock = new LateClock();
    const state = { named: null as NamespaceId | null, refusal: null as MaglevError | null };
    const moves: string[] = [];
    const told: (string | null)[] = [];
    const guard = new NamespaceGuard({
      name,
      clock,
      leaving: (why) => moves.push(`leaving: ${why}`),
      changed: (trouble) => told.push(trouble?.message ?? null),
      calls: {
        named: () => state.named,
        enter: () => {
          if (state.refusal !== null) throw state.refusal;
          moves.push(`enter ${state.named}`);
          return state.named ?? id('nowhere');
        },
        wayBack: () => () => moves.push('back'),
      },
    });
    return { clock, state, told, guard, moves };
  }

  it('has nothing to guard without a name', () => {
    const { guard, told } = guarded('');
    expect([guard.trouble(), guard.look(), told.length]).to.deep.equal([null, null, 0]);
  });

  it('tells once what is wrong, enters when it can, and moves when the name means another namespace', () => {
    const { clock, state, told, guard, moves } = guarded('blue');
    expect(guard.trouble()?.code).to.equal('MGL_NETNS_MISSING');
    clock.pass(1000);
    expect(guard.trouble()?.code).to.equal('MGL_NETNS_MISSING');
    state.named = id('4:1');
    state.refusal = new MaglevError('MGL_NETNS_PERMISSION', 'not allowed');
    expect(guard.look()?.code).to.equal('MGL_NETNS_PERMISSION');
    state.refusal = null;
    expect([guard.look(), guard.entered]).to.deep.equal([null, '4:1']);
    expect([guard.look(), moves]).to.deep.equal([null, ['enter 4:1']]);
    state.named = id('4:2');
    expect([guard.look(), guard.entered]).to.deep.equal([null, '4:2']);
    expect(moves.splice(0)).to.deep.equal([
      'enter 4:1',
      'leaving: the network namespace was replaced meanwhile',
      'back',
      'enter 4:2',
    ]);
    expect(told).to.deep.equal(['network namespace blue does not exist', 'not allowed', null]);
  });

  it('goes back to where it was when the name is gone, once', () => {
    const { state, guard, moves } = guarded('blue');
    state.named = id('4:1');
    expect(guard.look()).to.equal(null);
    state.named = null;
    expect(guard.look()?.code).to.equal('MGL_NETNS_MISSING');
    expect([guard.look()?.code, guard.entered]).to.deep.equal(['MGL_NETNS_MISSING', null]);
    expect(moves).to.deep.equal(['enter 4:1', 'leaving: network namespace blue does not exist', 'back']);
  });

  it('looks at most every 200 ms when probes start', () => {
    const { clock, state, guard } = guarded('blue');
    state.named = id('4:1');
    expect(guard.trouble()).to.equal(null);
    state.named = null;
    clock.pass(199);
    expect(guard.trouble()).to.equal(null);
    clock.pass(1);
    expect(guard.trouble()?.code).to.equal('MGL_NETNS_MISSING');
  });
});
