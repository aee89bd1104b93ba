import { createHash } from 'node:crypto';
import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';

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
