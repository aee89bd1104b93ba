import type net from 'node:net';
import { libcFunction } from './libc.js';

const close = libcFunction('int close(int fd)');

/**
 * Closes a descriptor that no part of Node knows; Node's own closeSync warns about those in a worker thread. Errors
 * are of no use: the descriptor is closed whatever close() says.
 */
export function closeDescriptor(fd: number): void {
  close(fd);
}

/** The descriptor of a socket of Node, which has no public name for it; null: it is closed. */
export function descriptorOf(socket: net.Socket): number | null {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null } & net.Socket;
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

/** Told of every descriptor that neither the garbage collector nor the end of a thread closes. */
export interface DescriptorLedger {
  readonly opened: (fd: number) => void;
  readonly closed: (fd: number) => void;
}
