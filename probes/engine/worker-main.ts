import { parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../../clock/real-clock.js';
import { openReactor } from '../open-reactor.js';
import { OwnWay } from '../own-way.js';
import { Pace } from '../pace.js';
import { Pinger } from '../pinger.js';
import { Trust } from '../trust.js';
import { Board } from './board.js';
import { Judge } from './judge.js';
import { LagMeter } from './lag-meter.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';
import { NamespaceGuard } from './namespace-guard.js';
import { NodeDriver } from './node-driver.js';
import { ProbingThread } from './thread.js';
import { TimerTurns } from './timer-turns.js';

const port = parentPort;
if (port === null) throw new Error('this program runs in a worker of the probe engine only');
const order: WorkerOrder = workerData;
const report = (message: WorkerReport) => port.postMessage(message);

const board = new Board(order.board);
const pinger = new Pinger(realClock, board);
const ownWay = new OwnWay(realClock, pinger, board);
const guard = new NamespaceGuard({
  name: order.netns,
  clock: realClock,
  leaving: (why) => {
    thread.abandon(why);
    closeSockets();
  },
  changed: (trouble) => {
    const told = trouble && { code: trouble.code, error: trouble.message, advice: trouble.advice };
    report({ type: 'trouble', trouble: told });
  },
});
const reactor = openReactor(board);
const pace = new Pace(realClock, () => [reactor?.turn() === true, pinger.turn()].includes(true));
const beat = () => {
  // Also when nothing is probed: a namespace that is gone must be let go.
  guard.trouble();
  const { underWay, waiting, through } = thread.schedule;
  board.beat(lag.recent(), underWay, waiting);
  board.cameThrough(through);
};
const lag = new LagMeter(realClock, beat);
const around = { clock: realClock, pinger, pace, reactor, ledger: board, trust: new Trust(order.trust) };
const thread = new ProbingThread({
  clock: realClock,
  makeDriver: (ended, onItsBehalf) => new NodeDriver(around, onItsBehalf, ended),
  judge: new Judge({ guard, ownWay, lag }),
  guard,
  maxUnderWay: order.maxUnderWay,
  report,
  workFor: (number) => board.workFor(number),
  stirred: () => turns.stir(),
});
const turns = new TimerTurns(realClock, thread);

beat();
port.on('message', (steps: readonly Step[]) => {
  for (const step of steps) {
    if (step.type === 'stop') stop();
    else thread.take(step);
  }
});

/** Those that live in a network namespace and outlast a probe. */
function closeSockets(): void {
  pinger.close();
  ownWay.close();
}

/** With nothing left to wait for, the thread ends by itself. */
function stop(): void {
  turns.stop();
  thread.stop();
  closeSockets();
  if (reactor !== null) {
    board.closed(reactor.fd);
    reactor.close();
  }
  lag.stop();
  port?.close();
}
