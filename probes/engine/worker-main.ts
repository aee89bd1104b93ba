import { parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../../clock/real-clock.js';
import { openReactor } from '../open-reactor.js';
import { OwnWay } from '../own-way.js';
import { Pace } from '../pace.js';
import { Pinger } from '../pinger.js';
import { Trust } from '../trust.js';
import { Board } from './board.js';
import { LagMeter } from './lag-meter.js';
import type { Step, WorkerOrder, WorkerReport } from './messages.js';
import { NamespaceGuard } from './namespace-guard.js';
import { packResults } from './packed-results.js';
import { Runner } from './runner.js';

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
    runner.abandon(why);
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
  board.beat(lag.recent(), runner.underWay, runner.waiting);
};
const lag = new LagMeter(realClock, beat);
const runner = new Runner({
  around: {
    clock: realClock,
    pinger,
    pace,
    reactor,
    ledger: board,
    trust: new Trust(order.trust),
  },
  workFor: (number) => board.workFor(number),
  guard,
  ownWay,
  lag,
  maxUnderWay: order.maxUnderWay,
  maxWaiting: order.maxWaiting,
  report: (results) => report({ type: 'results', results: packResults(results) }),
});

beat();
port.on('message', (steps: readonly Step[]) => {
  for (const step of steps) {
    if (step.type === 'stop') stop();
    else runner.take(step);
  }
});

/** Those that live in a network namespace and outlast a probe. */
function closeSockets(): void {
  pinger.close();
  ownWay.close();
}

/** With nothing left to wait for, the thread ends by itself. */
function stop(): void {
  runner.stop();
  closeSockets();
  if (reactor !== null) {
    board.closed(reactor.fd);
    reactor.close();
  }
  lag.stop();
  port?.close();
}
