import { expect } from 'chai';
import { Bag } from '../../actors/kernel/bag.js';
import { Cell } from '../../actors/kernel/cell.js';
import { IncarnationContext } from '../../actors/kernel/context.js';
import type { ActorSpec } from '../../actors/kernel/contract.js';
import { Family } from '../../actors/kernel/family.js';
import { Incarnation } from '../../actors/kernel/incarnation.js';
import { NactEngine, type Worker } from '../../actors/kernel/nact-engine.js';
import { type HeldAs, PendingQuestion, type Question } from '../../actors/kernel/question.js';
import { DeadLetters, type Services } from '../../actors/kernel/services.js';
import { defaultSupervision } from '../../actors/kernel/supervision.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { recordingLog } from '../support/recording-log.js';
import { gate } from '../support/stage.js';

const noReport = (error: Error): never => {
  throw error;
};

const taker = (turn: Worker['owner']['turn']): Worker['owner'] => ({ turn });

/** A cell on an engine that counts the workers which were not stopped. */
function bench<M>(spec: ActorSpec<M>) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const nact = new NactEngine(clock, noReport);
  const live = new Set<object>();
  const engine: Services['engine'] = {
    worker: (owner) => {
      const worker = nact.worker(owner);
      live.add(worker);
      return worker;
    },
    wake: (worker) => nact.wake(worker),
    dismiss: (worker) => {
      live.delete(worker);
      nact.dismiss(worker);
    },
  };
  const services = { clock, log, engine, deadLetters: new DeadLetters(log) };
  const family = new Family({ path: '', escalate: () => {} }, defaultSupervision, clock, log);
  const cell = new Cell(spec, '', family, services);
  return { clock, live, services, family, cell };
}

describe('kernel/engine', () => {
  it('gives one turn for any number of calls before it begins, and another for a call during it', async () => {
    const clock = new VirtualClock();
    const turns: string[] = [];
    const engine = new NactEngine(clock, noReport);
    const worker = engine.worker(
      taker(async () => {
        turns.push('begins');
        if (turns.length === 1) engine.wake(worker);
        await Promise.resolve();
        turns.push('ends');
      }),
    );
    engine.wake(worker);
    engine.wake(worker);
    engine.wake(worker);
    await clock.settle();
    expect(turns).deep.equal(['begins', 'ends', 'begins', 'ends']);
  });

  it('begins no turn after stop, not even one that was asked for', async () => {
    const clock = new VirtualClock();
    let turns = 0;
    const engine = new NactEngine(clock, noReport);
    const worker = engine.worker(
      taker(() => {
        turns += 1;
      }),
    );
    engine.wake(worker);
    engine.dismiss(worker);
    engine.wake(worker);
    engine.dismiss(worker);
    await clock.settle();
    expect(turns).equal(0);
  });

  for (const [what, turnMs, most] of [
    ['some turns, however many wait', 0, 32],
    ['a millisecond of turns', 0.3, 4],
    ['one turn that took longer', 5, 1],
  ] as const) {
    it(`lets the event loop look at everything else after ${what}, and forgets nobody`, async () => {
      let now = 0;
      const engine = new NactEngine({ monotonic: () => now }, noReport);
      const order: (number | 'loop')[] = [];
      const turn = (n: number) => () => {
        order.push(n);
        now += turnMs;
      };
      const workers = Array.from({ length: 100 }, (_, n) => engine.worker(taker(turn(n))));
      for (const worker of workers) engine.wake(worker);
      while (order.filter((one) => one !== 'loop').length < 100) {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('loop');
      }
      const turns = order
        .join(' ')
        .split('loop')
        .map((some) => some.trim().split(' ').filter(Boolean).length);
      expect(Math.max(...turns)).equal(most);
      expect(order.filter((one) => one !== 'loop')).deep.equal(Array.from({ length: 100 }, (_, n) => n));
    });
  }

  it('lets what a turn promises come before the turns of others, and begins none when it was stopped', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const engine = new NactEngine(clock, noReport);
    const worker = (name: string, turn: () => void | Promise<void>) =>
      engine.worker(
        taker(() => {
          order.push(name);
          return turn();
        }),
      );
    const lasting = worker('lasting', () => Promise.resolve().then(() => void order.push('settled')));
    const stopping = worker('stopping', () => engine.stop());
    for (const one of [lasting, stopping, worker('never', () => {})]) engine.wake(one);
    await clock.settle();
    expect(order).deep.equal(['lasting', 'settled', 'stopping']);
  });

  it('is not held up by turns that last, and never gives one worker two at once', async () => {
    const clock = new VirtualClock();
    const engine = new NactEngine(clock, noReport);
    const gates = Array.from({ length: 100 }, gate);
    const underWay = new Array<number>(100).fill(0);
    const done = new Array<number>(100).fill(0);
    const workers = gates.map(({ opened }, n) =>
      engine.worker(
        taker(async () => {
          underWay[n] = (underWay[n] ?? 0) + 1;
          expect(underWay[n]).equal(1);
          await opened;
          underWay[n] = 0;
          done[n] = (done[n] ?? 0) + 1;
        }),
      ),
    );
    for (let round = 0; round < 2; round++) {
      for (const worker of workers) engine.wake(worker);
      await clock.settle();
    }
    expect(underWay).deep.equal(new Array<number>(100).fill(1));
    for (const { open } of gates.slice(1)) open();
    await clock.settle();
    expect(done).deep.equal([0, ...new Array<number>(99).fill(2)]);
  });

  it('goes on when those that wait for their turn are dismissed, and when one hangs', async () => {
    const clock = new VirtualClock();
    const engine = new NactEngine(clock, noReport);
    const turns: number[] = [];
    const hung = gate();
    const worker = (n: number) =>
      engine.worker(
        taker(() => {
          turns.push(n);
          return n === 0 ? hung.opened : undefined;
        }),
      );
    const first = worker(0);
    const others = Array.from({ length: 59 }, (_, n) => worker(n + 1));
    for (const one of [first, ...others]) engine.wake(one);
    for (const one of others.slice(0, 49)) engine.dismiss(one);
    await clock.settle();
    engine.dismiss(first);
    hung.open();
    const late = worker(60);
    engine.wake(late);
    await clock.settle();
    expect(turns).deep.equal([0, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
  });

  it('reports a turn that throws, and goes on', async () => {
    const clock = new VirtualClock();
    const reported: string[] = [];
    const engine = new NactEngine(clock, (error) => reported.push(error.message));
    const worker = engine.worker(
      taker(() => {
        throw new Error('impossible');
      }),
    );
    for (let n = 0; n < 2; n += 1) {
      engine.wake(worker);
      await clock.settle();
    }
    expect(reported).deep.equal(['impossible', 'impossible']);
  });

  it('loses its workers with the incarnations, also the abandoned ones', async () => {
    const { clock, live, family, cell } = bench<'crash' | 'hang'>({
      name: 'a',
      start: () => ({
        receive: (message) => {
          if (message === 'crash') throw new Error('crash');
          return gate().opened;
        },
      }),
    });
    family.add(cell);
    for (let n = 0; n < 3; n += 1) {
      cell.ref.tell('crash');
      await clock.advance(3000);
      expect(live.size).equal(1);
    }
    cell.ref.tell('hang');
    const ended = family.stop(cell);
    await clock.advance(5000);
    await ended;
    expect(live.size).equal(0);
  });
});

describe('kernel/what is kept', () => {
  it('a question is forgotten by its asker and by its callee when it is settled', () => {
    const [asked, open] = [new Bag<HeldAs, Question>(), new Bag<HeldAs, Question>()];
    const question = new PendingQuestion<string>(asked);
    question.deliveredTo(open);
    expect([asked.size, open.size]).deep.equal([1, 1]);
    question.ok('yes');
    expect([asked.size, open.size]).deep.equal([0, 0]);
    question.deliveredTo(open);
    expect(open.size).equal(0);
  });

  it('a watch is forgotten when it has fired', async () => {
    const { clock, services, family, cell } = bench<string>({
      name: 'a',
      start: () => ({ receive: () => {} }),
    });
    family.add(cell);
    await clock.settle();
    const watcher = new Cell<string>(
      { name: 'b', start: () => ({ receive: () => {} }) },
      '',
      family,
      services,
    );
    const incarnation = new Incarnation(watcher, services, 1);
    new IncarnationContext(incarnation, services).watch(cell.ref, () => 'ended');
    expect(incarnation.belongings.size).equal(1);
    await family.stop(cell);
    expect(incarnation.belongings.size).equal(0);
    incarnation.end({ kind: 'stopped', error: null, reason: null });
  });
});
