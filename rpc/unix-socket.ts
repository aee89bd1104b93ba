import { lstatSync, type Stats } from 'node:fs';
import { lstat, stat, unlink } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { MaglevError } from '../domain/errors.js';
import { type Offered, servedWords } from './served.js';

/** Owner and group may connect: rw-rw----. */
const socketUmask = 0o117;

const anotherPath = (served: Offered) => `choose another path with ${servedWords[served].flag} unix:...`;
const taken = (served: Offered) => `End that process, which \`ss -xlp\` names, or ${anotherPath(served)}.`;

/**
 * Makes `file` free for a new socket: the socket file of a server that has died is removed. Rejects with MGL_LISTEN
 * when a live server listens there, when something else than a socket is there, or when the folder is missing.
 */
export async function claimSocketPath(file: string, served: Offered): Promise<void> {
  const folder = path.dirname(file);
  const found = await orNull(file, served, stat(folder));
  if (!found?.isDirectory()) {
    const advice = `Make the folder, owned by the user of maglevd, or ${anotherPath(served)}.`;
    throw refusal(file, `the folder ${folder} does not exist`, advice);
  }
  const present = await orNull(file, served, lstat(file));
  if (present === null) return;
  if (!present.isSocket()) {
    const advice = `Remove that file if nobody needs it, or ${anotherPath(served)}.`;
    throw refusal(file, 'there is a file of that name which is no socket', advice);
  }
  const outcome = await probe(file);
  if (outcome === null) throw refusal(file, 'another process listens there', taken(served));
  if (outcome.code === 'ENOENT') return;
  if (outcome.code !== 'ECONNREFUSED') {
    throw refusal(
      file,
      `whether another process listens there is unknown: ${outcome.message}`,
      taken(served),
    );
  }
  try {
    // Whoever started meanwhile has another file there.
    if (!isSame(await lstat(file), present))
      throw refusal(file, 'another process listens there', taken(served));
    await unlink(file);
  } catch (cause) {
    if (cause instanceof MaglevError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
    const advice = `Remove it as its owner or as root, or ${anotherPath(served)}.`;
    throw refusal(file, `the socket that a dead process left cannot be removed: ${textOf(cause)}`, advice);
  }
}

/**
 * Remembers the socket file that `server` has just made. What is returned closes the server, and with it the file goes,
 * but only if it is still the same: of one that another process has put in its place, that process must not be robbed.
 * Then the listening socket, which no path leads to any more, stays until this process ends.
 */
export function closerOf(server: net.Server, file: string): () => void {
  const made = lstatSync(file, { throwIfNoEntry: false });
  return () => {
    const present = lstatSync(file, { throwIfNoEntry: false });
    // Node removes whatever lies at the path.
    if (present === undefined || (made !== undefined && isSame(present, made))) server.close();
    else server.unref();
  };
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** Starts to listen so that the file is never, not even for a moment, open to more than owner and group. */
export function listenOnPath(server: net.Server, file: string): void {
  // Node binds a unix socket before listen() returns, so that the mask holds for this file alone.
  const before = process.umask(socketUmask);
  try {
    server.listen({ path: file });
  } finally {
    process.umask(before);
  }
}

/** Null: somebody answers. Otherwise why not. */
function probe(file: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: file });
    socket.once('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.once('error', resolve);
  });
}

async function orNull(file: string, served: Offered, lookup: Promise<Stats>): Promise<Stats | null> {
  try {
    return await lookup;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return null;
    }
    const advice = `Let the user of maglevd reach ${path.dirname(file)}, or ${anotherPath(served)}.`;
    throw refusal(file, textOf(error), advice);
  }
}

function refusal(file: string, reason: string, advice: string): MaglevError {
  return new MaglevError('MGL_LISTEN', `cannot listen on unix:${file}: ${reason}`, { advice });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
