import { spawn } from 'node:child_process';
import path from 'node:path';
import { nodeFlags } from '../program/node-flags.js';

const program = path.resolve(import.meta.dirname, '../bin/maglev-vppsim.js');

export interface RunningSimulator {
  readonly end: () => Promise<void>;
}

export interface SimulatorWish {
  /**
   * Its replies are waited for: it runs as maglevd does, without threads that compile and collect on the cores of what is measured, as VPP
   * has none. Absent: it leaves the CPU to what is measured when both want it, for VPP has cores of its own.
   */
  readonly prompt?: true;
}

/** An empty simulator in a process of its own. The same seed gives the same message ids. */
export async function startSimulator(
  socketPath: string,
  { prompt }: SimulatorWish = {},
): Promise<RunningSimulator> {
  const [nice, flags] = prompt === true ? ['0', nodeFlags] : ['19', []];
  const command = [process.execPath, ...flags, program, '--socket', socketPath, '--seed', '1'];
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
