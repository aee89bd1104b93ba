import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { realClock } from '../../clock/real-clock.js';
import type { Access } from '../../domain/access.js';
import { MaglevError } from '../../domain/errors.js';
import type { Address, Ask } from '../../protocol/address.js';
import type { Clock } from '../../protocol/clock.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { ViewRequest } from '../../protocol/decision.js';
import type { EventsRequest } from '../../protocol/events.js';
import type { HealthRequest } from '../../protocol/health.js';
import type { LogLevelRequest } from '../../protocol/log.js';
import type { OperatorRequest } from '../../protocol/operator.js';
import type { DebtRequest, PlanRequest } from '../../protocol/plan.js';
import type { RecorderRequest } from '../../protocol/recorder.js';
import type { RpcServer } from '../../protocol/rpc.js';
import type { VppControl } from '../../protocol/vpp.js';
import { parseRpcAddress } from '../../rpc/address.js';
import type { CallTally } from '../../rpc/call-tally.js';
import { createMaglevClient, type MaglevClient } from '../../rpc/client.js';
import { Connections } from '../../rpc/connections.js';
import { Doorkeeper } from '../../rpc/doorkeeper.js';
import { createGateway } from '../../rpc/gateway.js';
import type { MaglevServer } from '../../rpc/generated/maglev.js';
import type { ActorSources } from '../../rpc/handlers-actors.js';
import { type KeepAlive, type RpcServerOptions, startRpcServer } from '../../rpc/server.js';
import type { TlsFiles } from '../../rpc/tls-material.js';
import { type RecordingLog, recordingLog } from './recording-log.js';
import { anyConfig } from './rpc-samples.js';

/** An actor that is played by a function. */
export function mailbox<M>(name: string, receive: (message: M) => void): Address<M> {
  return {
    name,
    tell: (message) => {
      receive(message);
      return true;
    },
  };
}

/** Asks as an actor's context does: the answer, the callee's error, or MGL_ASK_TIMEOUT. */
export const realAsk: Ask = (target, question, options) =>
  new Promise((resolve, reject) => {
    const timeoutMs = options?.timeoutMs ?? 5000;
    const timer = Number.isFinite(timeoutMs)
      ? setTimeout(
          () =>
            reject(
              new MaglevError('MGL_ASK_TIMEOUT', `${target.name} did not answer within ${timeoutMs} ms`),
            ),
          timeoutMs,
        )
      : undefined;
    const settle = (run: () => void) => {
      clearTimeout(timer);
      run();
      return true;
    };
    const reply = {
      ok: (value: Parameters<typeof resolve>[0]) => settle(() => resolve(value)),
      fail: (error: MaglevError) => settle(() => reject(error)),
    };
    const taken = (target as Address<unknown>).tell({ ...question, reply });
    if (!taken)
      settle(() => reject(new MaglevError('MGL_MAILBOX_FULL', `the mailbox of ${target.name} is full`)));
  });

export interface Callees {
  readonly actors?: ActorSources;
  readonly events?: (message: EventsRequest) => void;
  readonly logLevel?: (message: LogLevelRequest) => void;
  readonly recorder?: (message: RecorderRequest) => void;
  readonly views?: (message: ViewRequest) => void;
  readonly health?: (message: HealthRequest) => void;
  readonly operator?: (message: OperatorRequest) => void;
  readonly config?: (message: ConfigControl) => void;
  readonly planner?: (message: PlanRequest | DebtRequest) => void;
  readonly vpp?: ((message: VppControl) => void) | null;
}

export interface Fixture {
  readonly server: RpcServer;
  readonly handlers: MaglevServer;
  readonly client: MaglevClient;
  readonly log: RecordingLog;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

export interface FixtureOptions {
  /** The function gets the folder of the fixture. */
  readonly address?: string | ((folder: string) => string);
  /** Of HTTP; absent: it is not served. */
  readonly httpAddress?: string | ((folder: string) => string);
  readonly timeoutMs?: number;
  readonly maxInFlight?: number;
  readonly maxUnsentBytes?: number;
  readonly maxConnections?: number;
  /** Of the handlers and of what bounds the connections. */
  readonly clock?: Clock;
  readonly drainMs?: number;
  readonly keepAlive?: KeepAlive;
  readonly calls?: CallTally;
  readonly reflection?: boolean;
  readonly ask?: Ask;
  readonly stopping?: AbortSignal;
  readonly access?: Access | null;
  readonly ownUid?: number | null;
  readonly uidOf?: RpcServerOptions['uidOf'];
  readonly tls?: (folder: string) => TlsFiles;
}

/** The maglevd that it plays. */
export const about = {
  version: '1.2.3',
  commit: 'abc123',
  date: '2026-11-01T00:00:00Z',
  startedAt: Date.UTC(2026, 10, 22, 10, 0),
  pid: 42,
};

/** A whole server with played actors behind it, on a unix socket unless told otherwise, and a client of it. */
export async function startFixture(callees: Callees, options: FixtureOptions = {}): Promise<Fixture> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-rpc-'));
  const log = recordingLog();
  const nobody = (message: { readonly type: string }) => {
    throw new Error(`nobody expected ${message.type}`);
  };
  const unknownHealth = (message: HealthRequest) =>
    message.type === 'list-details' ? message.reply.ok([]) : nobody(message);
  const emptyConfig = (message: ConfigControl) =>
    message.type === 'get-config' ? message.reply.ok(anyConfig) : nobody(message);
  const awayVpp = (message: VppControl) => {
    const vpp = { state: 'disabled' } as const;
    if (message.type === 'list-standings')
      message.reply.ok({ vpp, conf: null, compared: false, frontends: [] });
    else nobody(message);
  };
  const connections = new Connections({
    clock: options.clock ?? realClock,
    log,
    ...(options.maxConnections === undefined ? {} : { max: options.maxConnections }),
  });
  const clock = options.clock ?? realClock;
  const { access = null, ownUid = null } = options;
  const doorkeeper = new Doorkeeper({ clock, log, connections, access, ownUid });
  const handlers = createGateway({
    about,
    doorkeeper,
    connections,
    events: mailbox('events', callees.events ?? nobody),
    logLevel: mailbox('log-level', callees.logLevel ?? nobody),
    recorder: mailbox('recorder', callees.recorder ?? nobody),
    ...(options.stopping === undefined ? {} : { stopping: options.stopping }),
    actors: callees.actors ?? { describe: () => null, deadLetters: () => 0 },
    views: mailbox('views', callees.views ?? nobody),
    health: mailbox('health', callees.health ?? unknownHealth),
    operator: mailbox('operator', callees.operator ?? nobody),
    config: mailbox('config', callees.config ?? emptyConfig),
    planner: mailbox('planner', callees.planner ?? nobody),
    vpp: callees.vpp === null ? null : mailbox('vpp', callees.vpp ?? awayVpp),
    ask: options.ask ?? realAsk,
    clock: options.clock ?? realClock,
    log,
    ...(options.maxUnsentBytes === undefined ? {} : { maxUnsentBytes: options.maxUnsentBytes }),
    ...(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight }),
  });
  const placed = (address: string | ((folder: string) => string)) =>
    typeof address === 'string' ? address : address(folder);
  const server = await startRpcServer({
    address: placed(options.address ?? `unix:${folder}/grpc.sock`),
    httpAddress: placed(options.httpAddress ?? ''),
    handlers,
    connections,
    reflection: options.reflection ?? true,
    insecure: false,
    doorkeeper,
    log,
    tls: options.tls?.(folder) ?? null,
    uidOf: options.uidOf ?? (() => null),
    clock,
    drainMs: options.drainMs ?? 1000,
    ...(options.keepAlive === undefined ? {} : { keepAlive: options.keepAlive }),
    ...(options.calls === undefined ? {} : { calls: options.calls }),
  });
  const client = clientOf(server.address.split(',')[0] ?? '', options.timeoutMs);
  return {
    server,
    handlers,
    client,
    log,
    folder,
    stop: async () => {
      client.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export function clientOf(address: string, timeoutMs = 5000): MaglevClient {
  const parsed = parseRpcAddress(address);
  if (isLeft(parsed)) throw new Error(parsed.left);
  return createMaglevClient({ address: parsed.right, timeoutMs, clock: realClock });
}
