import { writeFileSync } from 'node:fs';

/**
 * Gives this process the name of its program, for `ps`, `top` and `pgrep` say `node` otherwise. The arguments stay
 * behind it, because they tell one maglevd from another.
 */
export function nameProcess(program: string, args: readonly string[] = process.argv.slice(2)): void {
  process.title = [program, ...args].join(' ');
  try {
    // The title has become the short name as well, cut within the arguments.
    writeFileSync('/proc/self/comm', program);
  } catch {
    // Not Linux, or no /proc: the title is all there is.
  }
}
