import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import { MaglevError } from '../domain/errors.js';
import { libcFunction } from './libc.js';

// <sys/file.h>
const LOCK_EX = 2;
const LOCK_NB = 4;

const flock = libcFunction('int flock(int fd, int operation)');

/** A lock that ends with the process, however that ends. */
export interface FileLock {
  /** Is it still what lies at that path? A file that was removed and made anew is another one. */
  readonly isAt: (path: string) => boolean;
  readonly release: () => void;
}

/** 'busy': another process, or this one by another call, holds it. null: such a lock cannot be had here. */
export type FileLockOutcome = FileLock | 'busy' | null;

/** Locks a folder that is there. Nothing is written, and it suffices to be allowed to read it. */
export function lockFolder(path: string): FileLockOutcome {
  const fd = opened(path, constants.O_RDONLY | constants.O_DIRECTORY);
  return fd === null ? null : locked(fd);
}

/**
 * Locks a file that holds nothing, and makes it when it is missing; then it gets that group, where that is allowed,
 * because to lock it one must be able to read it. It is never removed: whoever waits for it would wait for another one.
 */
export function lockFile(path: string, gid: number): FileLockOutcome {
  // A pipe that somebody put there must not hold us up.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const present = opened(path, flags);
  if (present !== null) {
    if (fstatSync(present).isFile()) return locked(present);
    closeSync(present);
    return null;
  }
  const fd = opened(path, flags | constants.O_CREAT);
  if (fd === null) return null;
  try {
    // Whatever the umask says: the group has to read it.
    fchmodSync(fd, 0o640);
    fchownSync(fd, -1, gid);
  } catch {
    // Not a member of the group: then it stays our own.
  }
  return locked(fd);
}

function locked(fd: number): FileLockOutcome {
  const result = attempt(fd);
  if (result < 0) {
    closeSync(fd);
    return result === -os.errno.EWOULDBLOCK ? 'busy' : null;
  }
  const { dev, ino } = fstatSync(fd);
  return {
    isAt: (path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.dev === dev && found.ino === ino;
    },
    release: () => closeSync(fd),
  };
}

function attempt(fd: number): number {
  try {
    return flock(fd, LOCK_EX | LOCK_NB);
  } catch (thrown) {
    // A machine on which libc cannot be called.
    if (thrown instanceof MaglevError) return -os.errno.ENOSYS;
    throw thrown;
  }
}

function opened(path: string, flags: number): number | null {
  try {
    return openSync(path, flags, 0o640);
  } catch {
    return null;
  }
}
