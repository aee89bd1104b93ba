import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { parseIp } from '../domain/ip.js';
import { formatRpcAddress, type RpcAddress } from './address.js';
import { refuseExposed } from './exposure.js';
import { type Offered, refusal, systemRefusal } from './served.js';
import { claimSocketPath, closerOf, listenOnPath } from './unix-socket.js';

export interface ListenOptions {
  readonly address: RpcAddress;
  readonly served: Offered;
  /** May it be one that other machines can reach? */
  readonly open: boolean;
  readonly onConnection: (socket: net.Socket) => void;
}

/** Open listening sockets. */
export interface Listener {
  /** As bound, in the form that parseRpcAddress reads: port 0 has become the port that was found. */
  readonly address: string;
  /** Takes no more connections, and removes a unix socket's file; open connections are left alone. */
  readonly close: () => void;
}

/** Listens on every IP address that `address` means. Rejects with MGL_LISTEN. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { address, served } = options;
  if (address.kind === 'unix') {
    await claimSocketPath(address.path, served);
    const server = newServer(options);
    await listening(server, { address, served }, () => listenOnPath(server, address.path));
    return { address: formatRpcAddress(address), close: closerOf(server, address.path) };
  }
  const ips = await resolveHost(address);
  if (!options.open) refuseExposed(address, served, ips);
  return listenOnIps(address, ips, options);
}

async function listenOnIps(
  address: RpcAddress & { kind: 'tcp' },
  ips: readonly string[],
  options: ListenOptions,
): Promise<Listener> {
  const servers: net.Server[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  let { port } = address;
  let failure: unknown = null;
  for (const host of ips) {
    const server = newServer(options);
    const found = port;
    try {
      const place = { address: { ...address, host, port }, served: options.served };
      await listening(server, place, () => server.listen({ host, port: found }));
    } catch (error) {
      failure = error;
      // A machine without IPv6 still names ::1; any other failure means that a part would silently be missing.
      if (lacksFamily(error)) continue;
      close();
      throw error;
    }
    servers.push(server);
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') port = bound.port;
    // `::` takes IPv4 as well.
    if (address.host === '') break;
  }
  if (servers.length === 0) throw failure;
  return { address: formatRpcAddress({ ...address, port }), close };
}

function newServer(options: ListenOptions): net.Server {
  return net.createServer({ noDelay: true, keepAlive: true }, options.onConnection);
}

/** Resolves when `server` listens; rejects with MGL_LISTEN in words when it cannot. */
async function listening(
  server: net.Server,
  { address, served }: Pick<ListenOptions, 'address' | 'served'>,
  start: () => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(systemRefusal(address, cause, served));
    });
    server.once('listening', resolve);
    start();
  });
  // From here on an error is one of accepting a single connection, for example too many open files.
  server.removeAllListeners('error');
  server.on('error', () => undefined);
}

function lacksFamily(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
}

/** The IP addresses that a host means, in the order in which they are tried; never none. */
async function resolveHost(address: RpcAddress & { kind: 'tcp' }): Promise<string[]> {
  const { host } = address;
  if (host === '') return ['::', '0.0.0.0'];
  if (parseIp(host) !== null) return [host];
  try {
    const found = await lookup(host, { all: true });
    return [...new Set(found.map((entry) => entry.address))];
  } catch (cause) {
    const advice = 'Write an IP address, or make the name known in DNS or /etc/hosts.';
    throw refusal(address, `${host} has no address`, advice, cause instanceof Error ? cause : undefined);
  }
}
