import { closeSync, ftruncateSync } from 'node:fs';
import { libcFunction, succeeded } from './libc.js';

// <linux/memfd.h> and <linux/fcntl.h>: the same on every architecture.
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const F_SEAL_SHRINK = 2;

const memfdCreate = libcFunction('int memfd_create(str name, unsigned int flags)');
// fcntl is variadic in C, but both ABIs pass an int the same way.
const addSeals = libcFunction('int fcntl(int fd, int command, int seals)');

/**
 * Anonymous memory as a file: `size` bytes of zeros that nobody can make smaller any more, so that a process which
 * maps them is never killed by reading. `name` shows in /proc/<pid>/fd. Returns a descriptor; the caller closes it.
 * Throws a SyscallError.
 */
export function createMemfd(name: string, size: number): number {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const fd = succeeded(`memfd_create "${name}"`, memfdCreate(name, flags));
  try {
    ftruncateSync(fd, size);
    succeeded(`seal "${name}"`, addSeals(fd, F_ADD_SEALS, F_SEAL_SHRINK));
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
  return fd;
}
