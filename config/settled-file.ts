import { isDeepStrictEqual } from 'node:util';
import type { ConfigVerdict, Frontend, MaglevConfig } from '../domain/config.js';

/** Between two readings of a file that may still be written. */
export const REREAD_MS = 1000;

/** How many times it is read again at most. */
export const REREADS = 10;

/** A file that was written to within this is read twice at a start: some file systems keep whole seconds. */
export const RECENT_MS = 2 * REREAD_MS;

export interface FileReading {
  /** How the file is called, for messages. */
  readonly file: string;
  readonly load: () => Promise<ConfigVerdict>;
  /** null: nothing runs yet. */
  readonly running: () => MaglevConfig | null;
  readonly wait: (ms: number) => Promise<void>;
  /** How many milliseconds ago the file was written to. */
  readonly sinceChangeMs: () => Promise<number>;
  /** Called once, before the first wait. */
  readonly waits?: () => void;
}

/**
 * Reads the file; when what it says would count, until two readings one after the other are the same. The first part of
 * a file is often a valid one, which lacks servers or has a port, a weight or an interval that is cut off: what
 * is still being written must not take services down. What cannot be used changes nothing, and is told at once.
 */
export async function readSettled(reading: FileReading): Promise<ConfigVerdict> {
  const { file, load, wait } = reading;
  let last = await load();
  if (!last.ok || !(await isToSettle(last, reading))) return last;
  reading.waits?.();
  for (let i = 0; i < REREADS; i++) {
    await wait(REREAD_MS);
    const next = await load();
    if (saysTheSame(next, last) || (next.ok && !(await isToSettle(next, reading)))) return next;
    last = next;
  }
  const seconds = (REREADS * REREAD_MS) / 1000;
  const message = `the file is still being written: it changed again and again for ${seconds} s`;
  const issue = { place: { file, line: 0, column: 0 }, path: '', message };
  // Nothing runs yet: a VPP that nobody governs is worse than what was read last.
  if (last.ok && reading.running() === null) return { ...last, warnings: [...last.warnings, issue] };
  return { ok: false, stage: 'read', issues: [issue], warnings: [] };
}

/** Warnings do not count: some are about what VPP has in use at that moment. */
function saysTheSame(a: ConfigVerdict, b: ConfigVerdict): boolean {
  return isDeepStrictEqual({ ...a, warnings: [] }, { ...b, warnings: [] });
}

/** Is one reading of it not enough? */
async function isToSettle(
  verdict: Extract<ConfigVerdict, { ok: true }>,
  { running, sinceChangeMs }: FileReading,
): Promise<boolean> {
  if (verdict.cutOff === true) return true;
  const config = running();
  // What begins to run has nothing to be compared with: whoever wrote a moment ago may write more.
  if (config === null) return (await sinceChangeMs()) < RECENT_MS;
  return !isDeepStrictEqual(essence(config), essence(verdict.config));
}

/** All of a config that has to do with traffic and with verdicts: what is left out does no harm when it is cut off. */
function essence({ healthchecker, lb, frontends, ...rest }: MaglevConfig): unknown {
  return {
    ...rest,
    healthchecker: { ...healthchecker, transitionHistory: 0 },
    lb: { ...lb, syncInterval: 0, statsInterval: 0 },
    frontends: new Map([...frontends].map(([name, frontend]) => [name, undescribed(frontend)])),
  };
}

function undescribed(frontend: Frontend): Frontend {
  return { ...frontend, description: '' };
}
