import { closeSync, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { MaglevError } from '../domain/errors.js';
import { libcFunction, SyscallError, succeeded } from './libc.js';

/** <linux/sched.h> */
const CLONE_NEWNET = 0x40000000;

/** Where `ip netns add` puts namespaces. */
const folder = '/run/netns';

const setns = libcFunction('int setns(int fd, int type)');

/** Tells one network namespace from every other that lives, whatever its name. */
export type NamespaceId = string & { readonly netns: unique symbol };

/** A name as `ip netns` has it, or the absolute path of a namespace, as /proc/1/ns/net. */
export function namespacePath(name: string): string {
  return name.startsWith('/') ? name : `${folder}/${name}`;
}

/** The namespace that has this name now; null if none has. */
export function namespaceNamed(name: string): NamespaceId | null {
  const found = statSync(namespacePath(name), { throwIfNoEntry: false });
  return found === undefined ? null : idOf(found);
}

/**
 * Moves the calling thread into a network namespace: sockets that it makes from now on live there, those that it has
 * stay where they are, and other threads are not affected. Throws MGL_NETNS_MISSING, MGL_NETNS_PERMISSION or
 * MGL_LINUX_UNSUPPORTED; the thread then is where it was.
 */
export function enterNamespace(name: string): NamespaceId {
  const fd = open(name);
  try {
    const result = setns(fd, CLONE_NEWNET);
    if (result >= 0) return idOf(fstatSync(fd));
    throw refusal(name, new SyscallError('setns', result));
  } finally {
    closeSync(fd);
  }
}

/**
 * Remembers where the calling thread is. What is returned brings it back there from wherever it has been moved, and
 * throws a SyscallError if it may not. A descriptor is held for as long as the thread lives.
 */
export function wayBack(): () => void {
  const fd = openSync('/proc/thread-self/ns/net', 'r');
  return () => {
    succeeded('setns', setns(fd, CLONE_NEWNET));
  };
}

function open(name: string): number {
  try {
    return openSync(namespacePath(name), 'r');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new MaglevError('MGL_NETNS_PERMISSION', `may not open ${namespacePath(name)} (${code})`, {
        cause,
      });
    }
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code ?? cause})`;
    throw new MaglevError('MGL_NETNS_MISSING', `network namespace ${name} ${what}`, { cause });
  }
}

function refusal(name: string, error: SyscallError): MaglevError {
  const cause = { cause: error };
  if (error.errno === 'EPERM') {
    const message = `cannot enter network namespace ${name}: CAP_SYS_ADMIN is missing`;
    return new MaglevError('MGL_NETNS_PERMISSION', message, cause);
  }
  if (error.errno === 'EINVAL') {
    const message = `${namespacePath(name)} is not a network namespace`;
    return new MaglevError('MGL_NETNS_MISSING', message, cause);
  }
  return error;
}

function idOf({ dev, ino }: Stats): NamespaceId {
  return `${dev}:${ino}` as NamespaceId;
}
