import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { realClock } from '../../clock/real-clock.js';
import { openVpp } from '../../daemon/open-vpp.js';
import { teardownOf } from '../../domain/plan-vip.js';
import type { FreeLogger } from '../../protocol/log.js';
import { type RunningSimulator, type SimulatorWish, startSimulator } from '../simulator.js';

/** What is synced: a simulator, or a VPP that somebody runs. */
export interface SomeVpp {
  readonly name: string;
  readonly socket: string;
  /** Empty, as after a start. */
  readonly begin: () => Promise<void>;
  /** null: it cannot be restarted from here. */
  readonly restart: (() => Promise<void>) | null;
  readonly end: () => Promise<void>;
}

export function simulated(socket: string, wish: SimulatorWish = {}): SomeVpp {
  let running: RunningSimulator | null = null;
  const end = async () => {
    await running?.end();
    running = null;
    rmSync(socket, { force: true });
  };
  const begin = async () => {
    await end();
    running = await startSimulator(socket, wish);
  };
  return { name: 'the simulator', socket, begin, restart: begin, end };
}

/**
 * One that is named. It must be empty at first. Each time it is restarted by the command, which ends when VPP is there
 * again; without one, what this bench made in it is taken out again.
 */
export async function named(socket: string, command?: string): Promise<SomeVpp> {
  const found = await vipsOf(socket, false);
  if (found > 0)
    throw new Error(`VPP at ${socket} has ${found} VIPs, and the bench would remove them: empty it first`);
  const empty = async () => {
    await vipsOf(socket, true);
  };
  const begin = command === undefined ? empty : () => run(command);
  const restart = command === undefined ? null : begin;
  return { name: `VPP at ${socket}`, socket, begin, restart, end: empty };
}

/** Ends when the command has. Not waited for by a call that blocks: the logs of maglevd are to be read meanwhile. */
function run(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}

const silent: FreeLogger = { enabled: () => false, log: () => {} };

/** How many VIPs it has, or had. */
async function vipsOf(socketPath: string, remove: boolean): Promise<number> {
  const api = await openVpp({ socketPath, clock: realClock, log: silent })(new AbortController().signal);
  try {
    const { vips } = await api.getLbState();
    const operations = remove ? vips.flatMap((vip) => teardownOf(vip, 'bench')) : [];
    await Promise.all(
      operations.map(
        (operation) =>
          new Promise<void>((resolve, reject) => {
            api.send(operation, (error) => (error === null ? resolve() : reject(error)));
          }),
      ),
    );
    return vips.length;
  } finally {
    await api.close();
  }
}
