import type net from 'node:net';

/** The descriptor of a socket of Node, which has no public name for it; null: it is closed. */
export function descriptorOf(socket: net.Socket): number | null {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null } & net.Socket;
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}
