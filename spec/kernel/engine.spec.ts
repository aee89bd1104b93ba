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
  const nact = new NactEngine(noReport, clock);
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
    const engine = new NactEngine(noReport, clock);
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
    const engine = new NactEngine(noReport, clock);
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

  it('goes on with a worker that was idle for long, while others are awake', async () => {
    const clock = new VirtualClock();
    const engine = new NactEngine(noReport, clock, { most: 2, ms: 0 });
    const turns: number[] = [];
    const workers = [0, 1, 2, 3, 4].map((n) => engine.worker(taker(() => void turns.push(n))));
    for (let round = 0; round < 3; round++) {
      for (const worker of workers) engine.wake(worker);
      await clock.settle();
    }
    expect(turns).deep.equal([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    for (const worker of workers.slice(0, 1)) engine.dismiss(worker);
    for (const worker of workers) engine.wake(worker);
    await clock.settle();
    expect(turns.slice(15)).deep.equal([1, 2, 3, 4]);
  });

  it('reports a turn that throws, and goes on', async () => {
    const clock = new VirtualClock();
    const reported: string[] = [];
    const engine = new NactEngine((error) => reported.push(error.message), clock);
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
