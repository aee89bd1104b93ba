import { exitNow } from '../linux/exit-now.js';

/** What a thread of Node's pool works on: files and names. */
const pooled = /^(?:FSReq|CloseReq|GetAddrInfo|GetNameInfo)/;

/**
 * Ends the process. Node's own exit waits for the threads of its pool, and one that waits for a disk which hangs never
 * ends: then the process is ended without it.
 */
export function endProcess(code: number): void {
  if (process.getActiveResourcesInfo().some((kind) => pooled.test(kind))) exitNow(code);
  else process.exit(code);
}
