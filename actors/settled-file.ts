import { isDeepStrictEqual } from 'node:util';
import type { ConfigVerdict, Frontend, MaglevConfig } from '../domain/config.js';

/** Between two readings of a file that may still be written. */
export const REREAD_MS = 1000;

/** How many times it is read again at most. */
export const REREADS = 10;

export interface FileReading {
  /** How the file is called, for messages. */
  readonly file: string;
  readonly load: () => Promise<ConfigVerdict>;
  readonly running: () => MaglevConfig;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Reads the file; when it would remove a frontend or a server, until two readings one after the other are the same.
 * The first half of a file is often a valid one: what is written slowly, or was cut off and is about to be written
 * anew, must not take services down. What removes nothing does not wait.
 */
export async function readSettled({ file, load, running, wait }: FileReading): Promise<ConfigVerdict> {
  const harmless = (verdict: ConfigVerdict) => verdict.ok && !removes(running(), verdict.config);
  let last = await load();
  if (!last.ok || harmless(last)) return last;
  for (let i = 0; i < REREADS; i++) {
    await wait(REREAD_MS);
    const next = await load();
    if (harmless(next) || isDeepStrictEqual(next, last)) return next;
    last = next;
  }
  const seconds = (REREADS * REREAD_MS) / 1000;
  const message = `the file is still being written: it changed again and again for ${seconds} s, and it would remove frontends or servers`;
  const issue = { place: { file, line: 0, column: 0 }, path: '', message };
  return { ok: false, stage: 'read', issues: [issue], warnings: [] };
}

function removes(running: MaglevConfig, next: MaglevConfig): boolean {
  for (const [name, frontend] of running.frontends) {
    const after = next.frontends.get(name);
    if (after === undefined) return true;
    const left = serversOf(after);
    for (const server of serversOf(frontend)) if (!left.has(server)) return true;
  }
  return false;
}

function serversOf({ pools }: Frontend): Set<string> {
  return new Set(pools.flatMap(({ backends }) => backends.map(({ name }) => name)));
}
