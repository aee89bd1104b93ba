import { parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../../clock/real-clock.js';
import { napUntil } from '../../linux/nap.js';
import { openReactor } from '../../linux/reactor.js';
import { OwnWay } from '../own-way.js';
import { Pace } from '../pace.js';
import { Pinger } from '../pinger.js';
import { Trust } from '../trust.js';
import { Board } from './board.js';
import { Judge } from './judge.js';
import { openKernelIo } from './kernel-io.js';
import { KernelTurns } from './kernel-turns.js';
import { LagMeter } from './lag-meter.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';
import { NamespaceGuard } from './namespace-guard.js';
import { NodeDriver } from './node-driver.js';
import { ProbingThread, type ThreadOptions } from './thread.js';
import { TimerTurns } from './timer-turns.js';

const port = parentPort;
if (port === null) throw new Error('this program runs in a worker of the probe engine only');
const order: WorkerOrder = workerData;
const report = (message: WorkerReport) => port.postMessage(message);
const clock = realClock;

/** How this thread probes, and how its time passes. */
interface Way {
  readonly pinger: Pinger;
  readonly makeDriver: ThreadOptions['makeDriver'];
  readonly turns: { readonly stir: () => void; readonly stop: () => void };
  readonly lag: { readonly worstSince: (since: number) => number; readonly recent: () => number };
  /** Closes what lives in a network namespace and outlasts a probe. */
  readonly leave: () => void;
  readonly close: () => void;
}

const board = new Board(order.board);
const way = (order.io === 'kernel' ? kernelWay() : null) ?? nodeWay();
const ownWay = new OwnWay(clock, way.pinger, board);
const guard = new NamespaceGuard({
  name: order.netns,
  clock,
  leaving: (why) => {
    thread.abandon(why);
    leave();
  },
  changed: (trouble) => {
    const told = trouble && { code: trouble.code, error: trouble.message, advice: trouble.advice };
    report({ type: 'trouble', trouble: told });
  },
});
const thread = new ProbingThread({
  clock,
  makeDriver: way.makeDriver,
  judge: new Judge({ guard, ownWay, lag: way.lag }),
  guard,
  maxUnderWay: order.maxUnderWay,
  recent: order.recent,
  firstTicket: order.firstTicket,
  report,
  workFor: (number) => board.workFor(number),
  stirred: () => way.turns.stir(),
});

beat();
let heard = 0;
port.on('message', (steps: readonly Step[]) => {
  heard = (heard + 1) | 0;
  for (const step of steps) {
    if (step.type === 'stop') stop();
    else thread.take(step);
  }
});

function kernelWay(): Way | null {
  const io = openKernelIo(clock, board);
  if (io === null) return null;
  const turns = new KernelTurns({
    clock,
    thread: () => thread,
    called: () => board.posted !== heard,
    begin: (most) => io.begin(most),
    look: () => io.look(),
    napUntil,
    waitFor: (ms) => io.wait(ms),
    beat,
  });
  return {
    pinger: io.pinger,
    makeDriver: (ended, behalf) => io.driver(ended, behalf),
    turns,
    lag: turns,
    leave: () => io.leave(),
    close: () => io.close(),
  };
}

function nodeWay(): Way {
  const pinger = new Pinger(clock, board);
  const reactor = openReactor(board);
  const pace = new Pace(clock, () => [reactor?.turn() === true, pinger.turn()].includes(true));
  const lag = new LagMeter(clock, beat);
  const around = { clock, pinger, pace, reactor, ledger: board, trust: new Trust(order.trust) };
  let turns: TimerTurns | null = null;
  let driver: NodeDriver | null = null;
  return {
    pinger,
    makeDriver: (ended, behalf) => {
      driver = new NodeDriver(around, behalf, ended);
      return driver;
    },
    turns: {
      stir: () => {
        turns ??= new TimerTurns(clock, thread);
        turns.stir();
      },
      stop: () => turns?.stop(),
    },
    lag,
    leave: () => {
      driver?.leave();
      pinger.close();
    },
    close: () => {
      lag.stop();
      pinger.close();
      if (reactor === null) return;
      board.closed(reactor.fd);
      reactor.close();
    },
  };
}

function beat(): void {
  // Also when nothing is probed: a namespace that is gone must be let go.
  guard.trouble();
  const { underWay, waiting, through } = thread.schedule;
  board.beat(way.lag.recent(), underWay, waiting);
  board.cameThrough(through);
}

function leave(): void {
  way.leave();
  ownWay.close();
}

/** With nothing left to wait for, the thread ends by itself. */
function stop(): void {
  way.turns.stop();
  thread.stop();
  way.close();
  ownWay.close();
  port?.close();
}
