import { readFileSync } from 'node:fs';

/** The least that a kernel gives a process by itself. */
const USUAL_LIMIT = 1024;

/** How many descriptors this process may have open (RLIMIT_NOFILE, the soft limit, which Node raises to the hard one). */
export function mostOpenFiles(): number {
  try {
    return openFilesOf(readFileSync('/proc/self/limits', 'latin1')) ?? USUAL_LIMIT;
  } catch {
    return USUAL_LIMIT;
  }
}

/** Of a file /proc/<pid>/limits (proc(5)); null = that is not in it. */
export function openFilesOf(limits: string): number | null {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
