import {
  type ChannelCredentials,
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { userNameOf } from '../domain/access.js';
import type { Clock } from '../protocol/clock.js';
import { formatRpcAddress, type RpcAddress } from './address.js';
import { rpcErrorOf } from './explain.js';
import { onBehalfOfKey } from './on-behalf-of.js';
import { RpcError } from './rpc-error.js';

/** In PEM. */
export interface ClientTls {
  /** null: the authorities that Node brings with it. */
  readonly ca: Buffer | null;
  /** Who the client is; null: it shows no certificate. */
  readonly own: { readonly cert: Buffer; readonly key: Buffer } | null;
}

export interface ChannelOptions {
  readonly address: RpcAddress;
  readonly clock: Clock;
  /** null: without TLS. A unix socket is always without. */
  readonly tls: ClientTls | null;
  /** Says who calls; null: nothing does but the door. */
  readonly token: string | null;
  /** A server that is silent for so long is asked whether it lives, in milliseconds; default: it never is. */
  readonly keepAliveMs?: number;
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** For which user of its own the caller acts; told as `userNameOf` has it. */
  readonly onBehalfOf?: string | undefined;
}

/** The way to one maglevd. */
export interface Channel {
  /** Rejects with an RpcError, or with the reason of a signal that aborts. */
  readonly call: <Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    limits: CallLimits,
  ) => Promise<Response>;
  readonly stream: <Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    /** Default: it may go on for ever. */
    limits?: { readonly timeoutMs: number },
  ) => ClientReadableStream<Response>;
  /** What the error of a stream means; null: it ended without one. */
  readonly errorOf: (error: ServiceError | null, timeoutMs: number) => RpcError;
  /** Drops the connection; calls that are under way fail. */
  readonly close: () => void;
}

const settings = {
  // The state of thousands of VIPs is larger than the 4 MiB that gRPC takes by default.
  'grpc.max_receive_message_length': 256 * 1024 * 1024,
  // An operator's http_proxy is not for the daemon next to him.
  'grpc.enable_http_proxy': 0,
  // No DNS query for settings that nobody publishes.
  'grpc.service_config_disable_resolution': 1,
  // Whoever asks for a channel of his own has one: of streams that share a connection only so many are served.
  'grpc.use_local_subchannel_pool': 1,
  // A maglevd that comes back after an hour is found as fast as one that comes back after a second.
  'grpc.initial_reconnect_backoff_ms': 250,
  'grpc.min_reconnect_backoff_ms': 250,
  'grpc.max_reconnect_backoff_ms': 2000,
};

/** What it takes a server at most to say that it lives, in milliseconds. */
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** Connects at the first call. */
export function openChannel({ address, clock, token, keepAliveMs, ...options }: ChannelOptions): Channel {
  const tls = address.kind === 'unix' ? null : options.tls;
  const secure = tls !== null;
  const server = formatRpcAddress(address);
  const alive =
    keepAliveMs === undefined
      ? {}
      : {
          'grpc.keepalive_time_ms': keepAliveMs,
          'grpc.keepalive_timeout_ms': Math.min(keepAliveMs, KEEPALIVE_TIMEOUT_MS),
        };
  const client = new Client(targetOf(address), credentialsOf(tls), { ...settings, ...alive });
  const metadata = new Metadata();
  if (token !== null) metadata.set('authorization', `Bearer ${token}`);
  let closed = false;
  const errorOf = (error: ServiceError | null, timeoutMs: number) =>
    rpcErrorOf(error, { server, timeoutMs, secure });

  return {
    errorOf,
    call: ({ path, requestSerialize, responseDeserialize }, request, { timeoutMs, signal, onBehalfOf }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        if (closed) {
          const text = `the connection to ${server} was closed by this program`;
          reject(new RpcError('CANCELLED', 'MGL_SERVER_UNREACHABLE', text, ''));
          return;
        }
        const deadline = clock.now() + timeoutMs;
        const leave = () => call.cancel();
        // Not every name is fit for a header.
        const user = onBehalfOf === undefined ? null : userNameOf(onBehalfOf);
        const own = user === null ? metadata : metadata.clone();
        if (user !== null) own.set(onBehalfOfKey, user);
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          own,
          { deadline },
          (error, response) => {
            signal?.removeEventListener('abort', leave);
            if (error === null && response !== undefined) resolve(response);
            else if (signal?.aborted === true) reject(signal.reason);
            else reject(errorOf(error, timeoutMs));
          },
        );
        signal?.addEventListener('abort', leave, { once: true });
      }),
    stream: ({ path, requestSerialize, responseDeserialize }, request, limits) => {
      const deadline = limits === undefined ? {} : { deadline: clock.now() + limits.timeoutMs };
      const options = [path, requestSerialize, responseDeserialize, request, metadata, deadline] as const;
      return client.makeServerStreamRequest(...options);
    },
    close: () => {
      closed = true;
      client.close();
    },
  };
}

function credentialsOf(tls: ClientTls | null): ChannelCredentials {
  if (tls === null) return credentials.createInsecure();
  return credentials.createSsl(tls.ca, tls.own?.key ?? null, tls.own?.cert ?? null);
}

/** The name of an address in gRPC's naming scheme. A host name is tried with all its addresses, IPv4 and IPv6. */
function targetOf(address: RpcAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host === '' ? 'localhost' : address.host;
  if (host.includes(':')) return `ipv6:[${host}]:${address.port}`;
  return /^[\d.]+$/.test(host) ? `ipv4:${host}:${address.port}` : `dns:${host}:${address.port}`;
}
