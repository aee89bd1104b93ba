#!/usr/bin/env node
import { realClock } from '../actors/kernel/real-clock.js';
import { asMaglevError } from '../domain/errors.js';
import { productVersion } from '../domain/version.js';
import { lineLog } from '../sim/line-log.js';
import { runRemoteCommand } from '../sim/remote-command.js';
import type { Death } from '../sim/server/api-server.js';
import { type SimulatorOptions, startSimulator } from '../sim/simulator.js';
import { parseSimulatorFlags, type SimulatorFlags, simulatorHelp } from '../sim/simulator-flags.js';

/** What a shell reports of a process that SIGABRT ended, which is how VPP dies. */
const ABORTED = 134;

try {
  const flags = parseSimulatorFlags(process.argv.slice(2));
  if (flags.help) process.stdout.write(simulatorHelp);
  else if (flags.showVersion) process.stdout.write(`maglev-vppsim ${productVersion}\n`);
  else if (flags.command !== null) await command(flags.socket, flags.command);
  else await run(flags);
} catch (thrown) {
  const error = asMaglevError(thrown);
  process.stderr.write(`maglev-vppsim: ${error.message}\n${error.advice} (${error.code})\n`);
  process.exitCode = error.code === 'MGL_USAGE' ? 2 : 1;
}

async function command(socket: string, text: string): Promise<void> {
  const { retval, reply } = await runRemoteCommand(socket, text, realClock);
  process.stdout.write(reply);
  if (retval !== 0) process.exitCode = 1;
}

async function run(flags: SimulatorFlags): Promise<void> {
  const simulator = await startSimulator({
    clock: realClock,
    socketPath: flags.socket,
    seed: flags.seed ?? Math.floor(realClock.random() * 2 ** 31),
    personality: flags.personality,
    faults: flags.faults,
    ...(flags.versionString === null ? {} : { version: flags.versionString }),
    workers: flags.workers,
    ...statsOf(flags),
    log: lineLog(flags.logLevel, realClock, (line) => process.stderr.write(line)),
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
