import { spawn } from 'node:child_process';
import path from 'node:path';

const program = path.resolve(import.meta.dirname, '../bin/maglev-vppsim.js');

export interface RunningSimulator {
  readonly end: () => Promise<void>;
}

/** An empty simulator in a process of its own. The same seed gives the same message ids. */
export async function startSimulator(socketPath: string): Promise<RunningSimulator> {
  const child = spawn(process.execPath, [program, '--socket', socketPath, '--seed', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
