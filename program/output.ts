import { getSystemErrorMap } from 'node:util';
import { errorCatalogue } from '../domain/errors.js';

/** The two streams that a person or another program reads. */
export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const FAILED = 1;

/**
 * For a program that runs on without its readers, as a daemon does: whoever read its log, or the terminal that it was
 * started from, may go away, and the disk behind them may be full.
 */
export function outliveReaders({ stdout, stderr }: OutputStreams = process): void {
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
}

/**
 * Runs a program that prints and ends, and gives its exit code once all that it printed has been taken. A reader that
 * has seen enough, as in `maglevc show frontends | head -1`, is no error. Output that was lost, as on a full disk, is
 * told on standard error, and the exit code is 1 then unless it says already that something failed.
 */
export async function runPrinting(
  program: string,
  run: () => Promise<number> | number,
  { stdout, stderr }: OutputStreams = process,
): Promise<number> {
  let lost: string | null = null;
  const listen = (stream: NodeJS.WriteStream, name: string) => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || lost !== null) return;
      lost = `cannot write to ${name}: ${reasonOf(error)}`;
    });
  };
  listen(stdout, 'standard output');
  listen(stderr, 'standard error');

  const exitCode = await run();
  await written(stdout);
  await written(stderr);
  if (lost === null) return exitCode;
  stderr.write(`${program}: ${lost}\n${errorCatalogue.MGL_OUTPUT} [MGL_OUTPUT]\n`);
  await written(stderr);
  return exitCode === 0 ? FAILED : exitCode;
}

/** `ENOSPC (no space left on device)`: the name for programs, the words for people. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const words = getSystemErrorMap().get(error.errno ?? 0)?.[1];
  return error.code === undefined || words === undefined ? error.message : `${error.code} (${words})`;
}

/** Resolves when everything that was written to the stream so far has been taken, or has failed and been told. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // A stream tells its listeners of an error after whoever wrote, so one turn of the loop later.
    stream.write('', () => setImmediate(resolve));
  });
}
