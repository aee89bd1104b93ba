import { rmSync } from 'node:fs';
import { realClock } from '../../clock/real-clock.js';
import { openVpp } from '../../daemon/open-vpp.js';
import { teardownOf } from '../../domain/plan-vip.js';
import type { FreeLogger } from '../../protocol/log.js';
import { type RunningSimulator, startSimulator } from '../simulator.js';

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

export function simulated(socket: string): SomeVpp {
  let running: RunningSimulator | null = null;
  const end = async () => {
    await running?.end();
    running = null;
    rmSync(socket, { force: true });
  };
  const begin = async () => {
    await end();
    running = await startSimulator(socket);
  };
  return { name: 'the simulator', socket, begin, restart: begin, end };
}

/** One that is named: what this bench made in it is taken out again each time. It must be empty at first. */
export async function named(socket: string): Promise<SomeVpp> {
  const found = await vipsOf(socket, false);
  if (found > 0)
    throw new Error(`VPP at ${socket} has ${found} VIPs, and the bench would remove them: empty it first`);
  const empty = async () => {
    await vipsOf(socket, true);
  };
  return { name: `VPP at ${socket}`, socket, begin: empty, restart: null, end: empty };
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
