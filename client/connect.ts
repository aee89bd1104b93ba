import { realClock } from '../clock/real-clock.js';
import type { Clock } from '../protocol/clock.js';
import { type Channel, openChannel } from '../rpc/channel.js';
import { MaglevService } from '../rpc/generated/maglev.js';
import { type ConnectOptions, readOptions } from './options.js';
import { record } from './record.js';
import { type WatchFilter, type WatchItem, type WatchOptions, watch } from './watch.js';

type Service = typeof MaglevService;

/** The RPCs that are answered once. */
type Unary = {
  [K in keyof Service]: Service[K]['responseStream'] extends false ? K : never;
}[keyof Service];

/** As the .proto file has it, with a small first letter: `getVPPInfo`. */
type NameOf<K extends Unary> = Service[K]['path'] extends `/maglev.Maglev/${infer Name}`
  ? Uncapitalize<Name>
  : never;

export interface CallOptions {
  /** Deadline of this call, in milliseconds, instead of the one that `connect` was given. */
  readonly timeoutMs?: number | undefined;
  /** Ends the call when it aborts, which then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For which user of the program it is: the log of maglevd has him beside the program. He needs no role there; the program
   * needs operator or admin. Letters, digits and `. _ @ = , -` and spaces, at most 64; anything else is not taken note of.
   */
  readonly onBehalfOf?: string | undefined;
}

/**
 * Every RPC that is answered once, by its name. Fields of the request that are left out are as proto3 has them: empty,
 * 0 or absent. Rejects with an RpcError.
 */
export type MaglevCalls = {
  readonly [K in Unary as NameOf<K>]: (
    request?: Partial<Parameters<Service[K]['requestSerialize']>[0]>,
    options?: CallOptions,
  ) => Promise<ReturnType<Service[K]['responseDeserialize']>>;
};

/** One maglevd. */
export interface Maglev extends MaglevCalls {
  /**
   * Follows what maglevd tells, for as long as it is iterated, over restarts of maglevd and broken connections: where it
   * can, it goes on behind the last event, and where it cannot, it says so. Throws an RpcError for what another attempt
   * would not mend: a request that cannot be right, credentials that maglevd does not accept.
   */
  readonly watch: (
    request?: WatchFilter,
    options?: WatchOptions,
  ) => AsyncGenerator<WatchItem, void, undefined>;
  /** The record of the last minutes in pieces of whole lines: put together they are the file that docs/flight-recorder.md explains. */
  readonly record: (options?: CallOptions) => AsyncGenerator<string, void, undefined>;
  /** Drops the connection: calls that are under way fail, and everything that is watched ends. */
  readonly close: () => void;
}

/** A record is of many megabytes, and comes as quickly as it is taken; a call is over sooner. */
const RECORD_MS = 600_000;

/**
 * A client of the maglevd at `options.server`. It connects at the first call, and again whenever that is needed. Throws an
 * RpcError with MGL_USAGE for options that cannot be right.
 */
export function connect(options: ConnectOptions): Maglev {
  return connectWith(options, realClock);
}

/** The same by another clock. */
export function connectWith(options: ConnectOptions, clock: Clock): Maglev {
  const { timeoutMs, ...where } = readOptions(options);
  const channel = openChannel({ ...where, clock });
  const closing = new AbortController();
  // One for each: Node warns of a signal that many listen to.
  const endingWith = (signal: AbortSignal | undefined) =>
    AbortSignal.any(signal === undefined ? [closing.signal] : [signal, closing.signal]);
  return {
    ...callsOf(channel, timeoutMs),
    watch: (request = {}, { signal, ...rest } = {}) =>
      watch({ channel, clock, request, ...rest, signal: endingWith(signal) }),
    record: ({ timeoutMs: patienceMs = RECORD_MS, signal } = {}) =>
      record({ channel, timeoutMs: patienceMs, signal: endingWith(signal) }),
    close: () => {
      closing.abort();
      channel.close();
    },
  };
}

function callsOf(channel: Channel, patienceMs: number): MaglevCalls {
  const unary = Object.values(MaglevService).filter(({ responseStream }) => !responseStream);
  const calls = unary.map((method) => {
    const { path, requestDeserialize } = method as UnaryMethod;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const call = (request: object = {}, { timeoutMs = patienceMs, signal, onBehalfOf }: CallOptions = {}) =>
      channel.call(
        method as UnaryMethod,
        { ...requestDeserialize(Buffer.alloc(0)), ...request },
        { timeoutMs, signal, onBehalfOf },
      );
    return [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, call];
  });
  // Made from the same table as the type.
  return Object.fromEntries(calls);
}

/** A method whose messages are known to the table only. */
interface UnaryMethod {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: false;
  readonly requestSerialize: (value: object) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => object;
  readonly responseSerialize: (value: object) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => object;
}
