import { libc, SyscallError } from './libc.js';

/** Ends the watching; must be called before the descriptor is closed. Calling it again does nothing. */
export type Unwatch = () => void;

/**
 * Calls `onReadable` from the event loop as long as the descriptor has something to read (level-triggered), without
 * any polling in between. What it throws surfaces as an uncaught exception. Watching keeps the process alive.
 * Throws MGL_LINUX_UNSUPPORTED.
 */
export function watchReadable(fd: number, onReadable: () => void): Unwatch {
  let watching = true;
  const handle = libc().poll(fd, (status) => {
    // Out of the foreign call first: an exception cannot pass through it.
    setImmediate(() => {
      if (!watching) return;
      if (status < 0) throw new SyscallError(`watch descriptor ${fd}`, status);
      onReadable();
    });
  });
  return () => {
    if (!watching) return;
    watching = false;
    handle.close();
  };
}
