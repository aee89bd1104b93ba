import { libcFunction } from './libc.js';

const close = libcFunction('int close(int fd)');

/**
 * Closes a descriptor that no part of Node knows; Node's own closeSync warns about those in a worker thread. Errors
 * are of no use: the descriptor is closed whatever close() says.
 */
export function closeDescriptor(fd: number): void {
  close(fd);
}
