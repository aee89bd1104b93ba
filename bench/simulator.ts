import { spawn } from 'node:child_process';
import path from 'node:path';

const program = path.resolve(import.meta.dirname, '../bin/maglev-vppsim.js');

export interface RunningSimulator {
  readonly end: () => Promise<void>;
}

export interface SimulatorWish {
  /** Absent: it leaves the CPU to what is measured when both want it, for VPP has cores of its own. */
  readonly prompt?: true;
}

/** An empty simulator in a process of its own. The same seed gives the same message ids. */
export async function startSimulator(
  socketPath: string,
  { prompt }: SimulatorWish = {},
): Promise<RunningSimulator> {
  const command = [process.execPath, program, '--socket', socketPath, '--seed', '1'];
  const nice = prompt === true ? '0' : '19';
  const child = spawn('nice', ['-n', nice, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('"ready"') && resolve());
    void ended.then(() => reject(new Error('the simulator ended early')));
  });
  return {
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
