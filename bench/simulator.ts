import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
  readonly prompt?: boolean;
  /** With `prompt`: one core, as VPP's main thread has, and no other: neither more beside a loop that only waits, nor less beside maglevd. */
  readonly oneCore?: boolean;
}

/** The last one of those on which this process may run. */
function lastCore(): string {
  const allowed = /^Cpus_allowed_list:\s*(?:.*[,-])?(\d+)$/m.exec(
    readFileSync('/proc/self/status', 'latin1'),
  );
  return allowed?.[1] ?? '0';
}

/** An empty simulator in a process of its own. The same seed gives the same message ids. */
export async function startSimulator(
  socketPath: string,
  { prompt = false, oneCore = false }: SimulatorWish = {},
): Promise<RunningSimulator> {
  const [nice, flags] = prompt ? ['0', nodeFlags] : ['19', []];
  const node = [process.execPath, ...flags];
  const command = [...(oneCore ? ['taskset', '-c', lastCore()] : []), ...node, program];
  command.push('--socket', socketPath, '--seed', '1');
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
