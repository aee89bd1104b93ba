import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { parseIp } from '../domain/ip.js';

/** Where gRPC is served: a TCP port, or a unix socket. */
export type RpcAddress =
  | {
      readonly kind: 'tcp';
      /** A name, or an IP address in canonical form without brackets; '' = every address of the machine. */
      readonly host: string;
      /** 0..65535; 0 = any free port, which only a server can ask for. */
      readonly port: number;
    }
  | {
      readonly kind: 'unix';
      /** Absolute. */
      readonly path: string;
    };

/** What fits into `sun_path` of Linux with its closing zero byte. */
const LONGEST_SOCKET_PATH = 107;

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Reads `host:port`, `[::1]:port`, `:port` or `unix:/path`. Left: one sentence of what is wrong. */
export function parseRpcAddress(text: string): Either<string, RpcAddress> {
  return text.startsWith('unix:') ? parseUnix(text) : parseTcp(text);
}

/** Where a server listens. `plain`: without TLS, even when there is a certificate. */
export interface ListenAddress {
  readonly address: RpcAddress;
  readonly plain: boolean;
}

/** Reads one or several addresses, with commas between them, each with `plain:` before it or not. */
export function parseListenAddresses(text: string): Either<string, readonly ListenAddress[]> {
  const found: ListenAddress[] = [];
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    const plain = trimmed.startsWith('plain:');
    const address = parseRpcAddress(plain ? trimmed.slice('plain:'.length) : trimmed);
    if (isLeft(address)) return address;
    found.push({ address: address.right, plain });
  }
  return right(found);
}

/** The text that parseRpcAddress reads back as the same address. */
export function formatRpcAddress(address: RpcAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

function parseUnix(text: string): Either<string, RpcAddress> {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
  if (!path.startsWith('/'))
    return left(`'${text}' must name a socket by its absolute path, as in unix:/run/x.sock`);
  if (path.includes('\0')) return left('the path of a unix socket cannot contain a zero byte');
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    return left(`the path of a unix socket has at most ${LONGEST_SOCKET_PATH} bytes, '${path}' has more`);
  }
  return right({ kind: 'unix', path });
}

function parseTcp(text: string): Either<string, RpcAddress> {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return left(`'${text}' has no port; write host:port, [IPv6]:port, :port or unix:/path`);
  const port = text.slice(colon + 1);
  if (!/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65535) {
    return left(`'${port}' in '${text}' is not a port, which is a number from 0 to 65535`);
  }
  const host = parseHost(text.slice(0, colon));
  return host === null
    ? left(`'${text}' has no valid host; write host:port, [IPv6]:port, :port or unix:/path`)
    : right({ kind: 'tcp', host, port: Number(port) });
}

function parseHost(text: string): string | null {
  if (text === '') return '';
  const bracketed = /^\[(.*)\]$/.exec(text);
  if (bracketed !== null) {
    const ip = parseIp(bracketed[1] ?? '');
    return ip?.includes(':') ? ip : null;
  }
  // Only digits and dots: it was meant as an IPv4 address, and must be one.
  if (/^[\d.]+$/.test(text)) return parseIp(text);
  return hostName.test(text) ? text : null;
}
