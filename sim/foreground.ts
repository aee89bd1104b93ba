import type { Clock } from '../protocol/clock.js';
import type { FreeLogger } from '../protocol/log.js';
import type { Death } from './server/api-server.js';
import { type SimulatorOptions, startSimulator } from './simulator.js';
import type { SimulatorFlags } from './simulator-flags.js';

/** What a shell reports of a process that SIGABRT ended, which is how VPP dies. */
const ABORTED = 134;

/** Makes this process a VPP until it is told to end, or dies. Resolves when it listens; rejects as startSimulator does. */
export async function runInForeground(flags: SimulatorFlags, clock: Clock, log: FreeLogger): Promise<void> {
  const simulator = await startSimulator({
    clock,
    socketPath: flags.socket,
    seed: flags.seed ?? Math.floor(clock.random() * 2 ** 31),
    personality: flags.personality,
    faults: flags.faults,
    ...(flags.versionString === null ? {} : { version: flags.versionString }),
    workers: flags.workers,
    heapBytes: flags.heapBytes,
    forward: flags.forward,
    ...statsOf(flags),
    log,
    onDeath: die,
  });
  const stop = () => {
    simulator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { socketPath: socket, statsSocketPath } = simulator;
  const ready = { event: 'ready', socket, statsSocket: statsSocketPath ?? undefined, pid: process.pid };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function statsOf({ statsSocket, statsInterval }: SimulatorFlags): Pick<SimulatorOptions, 'stats'> {
  if (statsSocket === null) return {};
  const interval = statsInterval === null ? {} : { updateIntervalMs: statsInterval };
  return { stats: { socketPath: statsSocket, ...interval } };
}

/** VPP is gone, and so is this process, unless a fault starts it again: nothing of it may answer any more. */
function die(death: Death): void {
  if (death.kind === 'restarting') return;
  if (death.kind === 'killed') {
    process.kill(process.pid, 'SIGKILL');
    return;
  }
  process.stderr.write(`maglev-vppsim: VPP would have died here: ${death.crash.message}\n`);
  process.exit(ABORTED);
}
