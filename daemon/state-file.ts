import { createHash } from 'node:crypto';
import { constants, type FileHandle, mkdir, open, readlink, realpath, rename } from 'node:fs/promises';
import path from 'node:path';

/** Far more than any state has. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The text of a file; null when there is none. Rejects when it cannot be read, or is no regular file: to open a pipe
 * would wait for ever without O_NONBLOCK, and to read one makes no sense.
 */
export async function readStateFile(file: string): Promise<string | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > MAX_BYTES) throw new Error(`it has ${stats.size} bytes: at most ${MAX_BYTES} are read`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Writes beside the file and moves into place: a crash leaves the old one or the new one, never half of one. */
export async function writeStateFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW, 0o640);
  try {
    if (!(await handle.stat()).isFile()) throw new Error(`${fresh} is not a regular file`);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
  await syncFolder(path.dirname(file));
}

/** Makes a folder, and those above it. Not by Node's own `recursive`, which tries for ever in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  const mode = 0o750;
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    const above = path.dirname(folder);
    if (!isErrno(error, 'ENOENT') || above === folder) throw error;
    await makeFolder(above);
    await mkdir(folder, { mode });
  }
}

/** A renamed file is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Links that are followed at most, as Linux does. */
const MOST_LINKS = 40;

export interface StateKey {
  /** A folder's name. */
  readonly name: string;
  /** The API socket that it stands for, links followed; '' = no VPP. */
  readonly vpp: string;
}

/**
 * Which folder has the state that concerns a VPP: one for each API socket, whatever path leads to it, and whether VPP
 * is there or not. The lock on VPP goes by device and inode, which a restart of the machine changes; this must not
 * change.
 */
export async function stateKey(socketPath: string): Promise<StateKey> {
  if (socketPath === '') return { name: 'no-vpp', vpp: '' };
  const vpp = await resolved(path.resolve(socketPath), MOST_LINKS);
  const words = vpp.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+/, '');
  // Words are for people, and the same for different paths.
  const digest = createHash('sha256').update(vpp).digest('hex').slice(0, 12);
  return { name: `vpp-${words.slice(-80)}-${digest}`, vpp };
}

/** As realpath, also where the path ends in what is not there yet, or in a link to that. */
async function resolved(file: string, links: number): Promise<string> {
  const real = await realpath(file).catch(() => null);
  const above = path.dirname(file);
  if (real !== null || above === file || links === 0) return real ?? file;
  const folder = await resolved(above, links - 1);
  const target = await readlink(file).catch(() => null);
  return target === null
    ? path.join(folder, path.basename(file))
    : resolved(path.resolve(folder, target), links - 1);
}
