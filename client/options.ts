import { isLeft } from 'fp-ts/lib/Either.js';
import { errorCatalogue } from '../domain/errors.js';
import { tokenRule } from '../domain/token-list.js';
import { parseRpcAddress, type RpcAddress } from '../rpc/address.js';
import type { ClientTls } from '../rpc/channel.js';
import { RpcError } from '../rpc/rpc-error.js';

/** PEM, as it stands in the file. */
export type Pem = string | Uint8Array;

export interface ConnectOptions {
  /** `host:port`, `[IPv6]:port` or `unix:/path`. */
  readonly server: string;
  /**
   * TLS: true = with the authorities that Node brings with it. `ca`: who has signed the certificate of maglevd. `cert` and
   * `key`: who the client is. A unix socket is always without.
   */
  readonly tls?: boolean | { readonly ca?: Pem; readonly cert?: Pem; readonly key?: Pem } | undefined;
  /** Says who calls. Without TLS whoever can read the traffic has it. */
  readonly token?: string | undefined;
  /** Deadline of every call but `watch`, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** A maglevd that is silent for so long while something is asked is asked whether it lives, in milliseconds; default 20,000. */
  readonly keepAliveMs?: number | undefined;
}

export interface ReadOptions {
  readonly address: RpcAddress;
  readonly tls: ClientTls | null;
  readonly token: string | null;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
}

/** Throws an RpcError with MGL_USAGE. */
export function readOptions(options: ConnectOptions): ReadOptions {
  const { server, token = null, timeoutMs = 10_000, keepAliveMs = 20_000 } = options;
  const address = parseRpcAddress(server);
  if (isLeft(address)) throw wrong(`server: ${address.left}`);
  const fault = token === null ? null : tokenRule(token);
  if (fault !== null) throw wrong(`token: it ${fault}`);
  for (const [name, value] of Object.entries({ timeoutMs, keepAliveMs })) {
    if (!(value > 0)) throw wrong(`${name}: ${value} is not a number of milliseconds above 0`);
  }
  return { address: address.right, tls: readTls(options.tls), token, timeoutMs, keepAliveMs };
}

function readTls(tls: ConnectOptions['tls']): ClientTls | null {
  if (tls === undefined || tls === false) return null;
  if (tls === true) return { ca: null, own: null };
  const { ca, cert, key } = tls;
  if ((cert === undefined) !== (key === undefined)) throw wrong('tls: cert and key go together');
  return {
    ca: ca === undefined ? null : Buffer.from(ca),
    own: cert === undefined || key === undefined ? null : { cert: Buffer.from(cert), key: Buffer.from(key) },
  };
}

function wrong(what: string): RpcError {
  return new RpcError('INVALID_ARGUMENT', 'MGL_USAGE', what, errorCatalogue.MGL_USAGE);
}
