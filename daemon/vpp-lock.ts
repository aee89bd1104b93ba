import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OpenVpp } from '../actors/vpp/api.js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import { type HeldName, holderOf, holdName } from '../linux/abstract-name.js';
import { type FileLock, lockFile } from '../linux/file-lock.js';
import type { Clock } from '../protocol/clock.js';

export interface VppLockOptions {
  /** Path of VPP's API socket. */
  readonly socketPath: string;
  /** What another maglevd is told about this one. */
  readonly words: string;
  readonly clock: Pick<Clock, 'schedule'>;
}

/** The right to govern one VPP. It is kept from the first `take` on, also while VPP is away, and dies with the process. */
export interface VppLock {
  /**
   * Resolves when this process has it. Without an API socket nothing is taken: there is nothing to govern. Rejects with
   * MGL_VPP_GOVERNED.
   */
  readonly take: () => Promise<void>;
  readonly release: () => void;
}

interface Held {
  readonly id: string;
  readonly name: HeldName | null;
  file: FileLock | null;
}

/**
 * Two maglevds on one VPP would undo each other for ever. The lock is keyed by the folder of the API socket (device and
 * inode, which stay when VPP is restarted, and are the same in every container that mounts it) and the socket's name.
 * It is held twice, because neither way reaches everywhere: as an abstract socket, which needs no permission but is
 * seen in one network namespace only; and as a lock on a file beside the socket, where that may be made or is there.
 * See docs/adr/0010.
 */
export function vppLock({ socketPath, words, clock }: VppLockOptions): VppLock {
  let held: Held | null = null;
  let underWay: Promise<void> | null = null;

  const release = () => {
    held?.name?.release();
    held?.file?.release();
    held = null;
  };

  const acquire = async () => {
    const place = await placeOf(socketPath);
    if (place === null) return;
    if (held?.id !== place.id) {
      // VPP's folder was made anew, or the path leads to another VPP.
      release();
      const name = `vpp-maglev-${createHash('sha256').update(place.id).digest('hex').slice(0, 32)}`;
      const outcome = await holdName(name, words);
      if (outcome === 'taken') throw governed(socketPath, await holderOf(name, clock));
      held = { id: place.id, name: outcome, file: null };
    }
    if (held.file?.isAt(place.file)) return;
    held.file?.release();
    held.file = null;
    const file = lockFile(place.file, place.gid);
    if (file === 'busy') {
      release();
      throw governed(socketPath, `it has locked ${place.file}`);
    }
    held.file = file;
  };

  return {
    take: () => {
      underWay ??= acquire().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    release,
  };
}

/** Connects as `open` does, but only to a VPP that this process may govern, and when it is `ready` to do so. */
export function governing(lock: Pick<VppLock, 'take'>, ready: () => Promise<void>, open: OpenVpp): OpenVpp {
  return async (signal) => {
    await lock.take();
    await ready();
    const api = await open(signal);
    try {
      // Again: only now it is certain that the socket is there, and in which folder.
      await lock.take();
    } catch (thrown) {
      await api.close(asMaglevError(thrown));
      throw thrown;
    }
    return api;
  };
}

interface Place {
  readonly id: string;
  readonly file: string;
  readonly gid: number;
}

async function placeOf(socketPath: string): Promise<Place | null> {
  try {
    const real = await realpath(socketPath);
    const { dev, ino, gid } = await stat(path.dirname(real));
    return { id: `${dev}:${ino}/${path.basename(real)}`, file: `${real}.maglevd-lock`, gid };
  } catch {
    // Connecting to it says why.
    return null;
  }
}

function governed(socketPath: string, who: string): MaglevError {
  const about = who === '' ? '' : ` (${who})`;
  return new MaglevError('MGL_VPP_GOVERNED', `another maglevd${about} governs the VPP at ${socketPath}`);
}
