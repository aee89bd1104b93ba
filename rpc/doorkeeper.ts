import { type Metadata, status } from '@grpc/grpc-js';
import {
  type Access,
  type Judgement,
  judgeCall,
  type Peer,
  type Role,
  speakingFor,
} from '../domain/access.js';
import { MaglevError } from '../domain/errors.js';
import { clip, plain } from '../domain/text.js';
import { hashOfToken } from '../domain/token-list.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import type { Call, StreamHandler, UnaryHandler } from './call.js';
import type { Connections } from './connections.js';
import { type MaglevServer, MaglevService } from './generated/maglev.js';
import { methodRoles } from './generated/roles.js';
import { onBehalfOfKey } from './on-behalf-of.js';
import { Refusals } from './refusals.js';
import type { Served } from './served.js';
import { errorCodeKey, grpcStatusOf } from './status.js';

export interface DoorkeeperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  /** null: the config has no `maglev.access`. */
  readonly access: Access | null;
  /** User id of maglevd; null: not known. */
  readonly ownUid: number | null;
}

type AnyCall = Omit<Call<unknown>, 'once'>;

/** The service behind this door, by the names of its methods. */
export interface Guarded {
  readonly unary: Readonly<Record<string, UnaryHandler<unknown, unknown>>>;
  readonly streams: Readonly<Record<string, StreamHandler<unknown, unknown>>>;
}

/** A stream that goes on: who follows it may lose the right to. */
interface OpenStream {
  readonly call: AnyCall;
  readonly cut: (error: MaglevError) => void;
}

interface Caller {
  readonly who: string;
  readonly role: Role | null;
}

/** Whoever's connection is gone already, is nobody. */
const nobody: Peer = {
  door: 'tls',
  address: 'unknown',
  uid: null,
  certificate: null,
  certificateFault: null,
};

/** Longest text of a request in the log, in characters. */
const LONGEST_REQUEST = 300;

/**
 * Stands before the service: it lets a call through whose caller has the role that the call needs, as the .proto file
 * says, and tells of what it refuses, and of whatever changes something.
 */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #refusals: Refusals;
  readonly #streams = new Set<OpenStream>();
  readonly #callers = new WeakMap<object, Caller>();
  #access: Access | null;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
    this.#access = options.access;
    this.#refusals = new Refusals(options.clock, options.log);
  }

  /** Tells what has not been told yet. */
  end(): void {
    this.#refusals.end();
  }

  /** From now on. Streams of those who lose the right to follow them are ended. */
  setAccess(access: Access | null): void {
    this.#access = access;
    for (const { call, cut } of [...this.#streams]) {
      const refusal = this.#judge(call);
      if (refusal !== null) cut(refusal);
    }
  }

  /** Who made a call that was let through: `uid:1000`, `token:ci`, `cert:CN=ci`, or an address. */
  callerOf(call: AnyCall): string {
    return this.#callers.get(call)?.who ?? this.#peerOf(call).address;
  }

  /** What he may do; null: nothing, or nobody asked yet. */
  roleOf(call: AnyCall): Role | null {
    return this.#callers.get(call)?.role ?? null;
  }

  /** The same service behind this door. Throws for an RPC without a role: it would be open to everybody. */
  guard(handlers: MaglevServer): Guarded {
    const unary: Record<string, UnaryHandler<unknown, unknown>> = {};
    const streams: Record<string, StreamHandler<unknown, unknown>> = {};
    for (const [name, { path, requestStream, responseStream }] of Object.entries(MaglevService)) {
      const handler = handlers[name];
      if (requestStream || handler === undefined) throw new Error(`nobody guards ${path}`);
      roleOf(path);
      // Their type is that of gRPC; unaryHandlers and eventHandlers make them for less.
      if (responseStream) streams[name] = this.#stream(handler as StreamHandler<unknown, unknown>);
      else unary[name] = this.#unary(handler as UnaryHandler<unknown, unknown>);
    }
    return { unary, streams };
  }

  /** The refusal of a call that a browser made for a page which is not ours; it is told. */
  refuseOrigin(call: AnyCall, why: string): MaglevError {
    const peer = this.#peerOf(call);
    const method = call.getPath();
    const error = new MaglevError('MGL_ORIGIN', `the call is refused: ${why}`);
    const stranger = { who: peer.address, role: null, known: false, allowed: false, kind: 'origin' } as const;
    const judgement = { ...stranger, why, advice: error.advice };
    this.#refusals.tell({ judgement, peer, via: this.#viaOf(call), method, needs: roleOf(method) });
    return error;
  }

  #unary(handler: UnaryHandler<unknown, unknown>): UnaryHandler<unknown, unknown> {
    return (call, callback) => {
      const refusal = this.#judge(call);
      if (refusal !== null) {
        callback(grpcStatusOf(refusal));
        return;
      }
      if (roleOf(call.getPath()) === 'viewer') {
        handler(call, callback);
        return;
      }
      const tell = this.#witness(call, call.request);
      // Whoever asks and hangs up may have changed something all the same.
      call.once('cancelled', () => tell(status.CANCELLED, null));
      handler(call, (error, value, trailer, flags) => {
        const code = error?.metadata?.get(errorCodeKey)[0]?.toString() ?? null;
        tell(error?.code ?? (error === null ? status.OK : status.UNKNOWN), code);
        callback(error, value, trailer, flags);
      });
    };
  }

  #stream(handler: StreamHandler<unknown, unknown>): StreamHandler<unknown, unknown> {
    return (call) => {
      const refusal = this.#judge(call);
      if (refusal !== null) {
        call.emit('error', grpcStatusOf(refusal));
        return;
      }
      const stream: OpenStream = { call, cut: (error) => call.emit('error', grpcStatusOf(error)) };
      this.#streams.add(stream);
      // gRPC says so however a call ends.
      call.once('cancelled', () => this.#streams.delete(stream));
      // A stream goes on for as long as its client wants: it is told of when it begins.
      if (roleOf(call.getPath()) !== 'viewer') this.#witness(call, call.request)(status.OK, null);
      handler(call);
    };
  }

  /** Null: it may be made. Otherwise why not, which has been told. */
  #judge(call: AnyCall): MaglevError | null {
    const peer = this.#peerOf(call);
    const method = call.getPath();
    const needs = roleOf(method);
    const rules = { access: this.#access, ownUid: this.#options.ownUid };
    const judgement = judgeCall(rules, { peer, tokenHash: tokenHashOf(call.metadata), needs });
    const who = speakingFor(judgement, userOf(call.metadata));
    this.#callers.set(call, { who, role: judgement.role });
    if (judgement.allowed) return null;
    this.#refusals.tell({ judgement, peer, via: this.#viaOf(call), method, needs });
    return refusalOf(judgement, method);
  }

  #witness(call: AnyCall, request: unknown): (code: status, errorCode: string | null) => void {
    const { clock, log } = this.#options;
    const began = clock.monotonic();
    const method = call.getPath();
    const peer = this.#peerOf(call);
    let told = false;
    return (code, errorCode) => {
      if (told) return;
      told = true;
      log.log('info', 'api-change', {
        who: this.callerOf(call),
        peer: peer.address,
        door: peer.door,
        via: this.#viaOf(call),
        method,
        request: clip(JSON.stringify(request, plain) ?? '', LONGEST_REQUEST),
        status: status[code] ?? 'UNKNOWN',
        code: errorCode ?? undefined,
        ms: Math.round(clock.monotonic() - began),
      });
    };
  }

  #viaOf(call: AnyCall): Served {
    return this.#options.connections.of(call.getPeer())?.via ?? 'grpc';
  }

  #peerOf(call: AnyCall): Peer {
    return this.#options.connections.of(call.getPeer())?.facts ?? nobody;
  }
}

/** Throws when the .proto file says nothing of it. */
function roleOf(path: string): Role {
  const known: Readonly<Record<string, Role>> = methodRoles;
  const role = known[path];
  if (role === undefined) throw new Error(`${path} has no role`);
  return role;
}

/** As RFC 6750 writes it: `authorization: Bearer <token>`. */
function tokenHashOf(metadata: Metadata): string | null {
  const [header] = metadata.get('authorization');
  const token = /^Bearer +(\S+)$/i.exec(header?.toString().trim() ?? '')?.[1];
  return token === undefined ? null : hashOfToken(token);
}

/** For whom the caller says that he acts; null: for himself. */
function userOf(metadata: Metadata): string | null {
  return metadata.get(onBehalfOfKey)[0]?.toString() ?? null;
}

function refusalOf(
  { kind, why, advice }: Extract<Judgement, { allowed: false }>,
  method: string,
): MaglevError {
  const name = method.slice(method.lastIndexOf('/') + 1);
  const code = kind === 'unknown' ? 'MGL_UNAUTHENTICATED' : 'MGL_DENIED';
  return new MaglevError(code, `${name} is refused: ${why}`, { advice });
}
