import { spawn } from 'node:child_process';
import path from 'node:path';

const program = path.resolve(import.meta.dirname, '../bin/maglev-vppsim.js');

export interface RunningSimulator {
  readonly end: () => Promise<void>;
}

/**
 * An empty simulator in a process of its own. The same seed gives the same message ids. It leaves the CPU to what is
 * measured when both want it: VPP has cores of its own.
 */
export async function startSimulator(socketPath: string): Promise<RunningSimulator> {
  const command = [process.execPath, program, '--socket', socketPath, '--seed', '1'];
  const child = spawn('nice', ['-n', '19', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
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
