import { libcFunction } from './libc.js';

const exit = libcFunction('void _exit(int status)');

/**
 * Ends the process at once: nothing is flushed or released, and nobody is waited for. Where libc cannot be called,
 * by SIGKILL, which tells another code.
 */
export function exitNow(code: number): void {
  try {
    exit(code);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
