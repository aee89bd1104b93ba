import { logVerbosity, type MethodDefinition, type ServiceError, setLogVerbosity } from '@grpc/grpc-js';
import type { Clock } from '../protocol/clock.js';
import type { RpcAddress } from './address.js';
import { type ClientTls, openChannel } from './channel.js';
import {
  type BackendInfo,
  type CallerInfo,
  type CheckConfigResponse,
  type ConfigText,
  type Event,
  type ExplainFlowRequest,
  type ExplainFlowResponse,
  type FrontendInfo,
  type GetFailoverDebtsResponse,
  type HealthCheckInfo,
  type ListActorsResponse,
  type ListBackendsResponse,
  type ListEventsResponse,
  type ListFrontendsResponse,
  type ListHealthChecksResponse,
  type ListOverridesResponse,
  type ListSyncsResponse,
  type LogLevelInfo,
  MaglevService,
  type PlanRequest,
  type PlanResponse,
  type ProbesInfo,
  type RecordPiece,
  type ReloadConfigResponse,
  type SetLogLevelRequest,
  type SetWeightRequest,
  type StatusInfo,
  type SyncInfo,
  type SyncVPPLBStateResponse,
  type VersionInfo,
  type VPPInfo,
  type VPPLBCounters,
  type VPPLBState,
  type WatchRequest,
} from './generated/maglev.js';

export interface ClientOptions {
  readonly address: RpcAddress;
  /** Deadline of every call, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** null: without TLS. A unix socket is always without. */
  readonly tls?: ClientTls | null;
  /** Says who calls; null: nothing does but the door. */
  readonly token?: string | null;
}

export type { ClientTls } from './channel.js';

/** Every RPC of maglevd as a function. All reject with an RpcError, and with nothing else. */
export interface MaglevClient {
  readonly checkConfig: () => Promise<CheckConfigResponse>;
  readonly reloadConfig: () => Promise<ReloadConfigResponse>;
  readonly getConfig: () => Promise<ConfigText>;
  readonly getStatus: () => Promise<StatusInfo>;
  readonly getVersion: () => Promise<VersionInfo>;
  readonly listFrontends: () => Promise<ListFrontendsResponse>;
  readonly getFrontend: (name: string) => Promise<FrontendInfo>;
  readonly listBackends: () => Promise<ListBackendsResponse>;
  readonly getBackend: (name: string) => Promise<BackendInfo>;
  readonly getProbes: (name: string) => Promise<ProbesInfo>;
  readonly getCaller: () => Promise<CallerInfo>;
  readonly pauseBackend: (name: string) => Promise<BackendInfo>;
  readonly resumeBackend: (name: string) => Promise<BackendInfo>;
  readonly enableBackend: (name: string) => Promise<BackendInfo>;
  readonly disableBackend: (name: string) => Promise<BackendInfo>;
  readonly setWeight: (request: SetWeightRequest) => Promise<FrontendInfo>;
  readonly listHealthChecks: () => Promise<ListHealthChecksResponse>;
  readonly getHealthCheck: (name: string) => Promise<HealthCheckInfo>;
  readonly getVppInfo: () => Promise<VPPInfo>;
  /** undefined = everything; likewise below. */
  readonly getLbState: (frontendName?: string) => Promise<VPPLBState>;
  readonly syncLbState: (frontendName: string | undefined) => Promise<SyncVPPLBStateResponse>;
  readonly getLbCounters: (frontendName?: string) => Promise<VPPLBCounters>;
  /** '' = the whole tree. */
  readonly listOverrides: () => Promise<ListOverridesResponse>;
  readonly listActors: (path: string) => Promise<ListActorsResponse>;
  /** What was told last, at most so many, oldest first. */
  readonly listEvents: (count: number) => Promise<ListEventsResponse>;
  /** Follows what maglevd tells, until the signal aborts. Rejects with an RpcError when the stream ends. */
  readonly watchEvents: (
    request: WatchRequest,
    signal: AbortSignal,
    hear: (event: Event) => void,
  ) => Promise<void>;
  readonly getLogLevel: () => Promise<LogLevelInfo>;
  readonly setLogLevel: (request: SetLogLevelRequest) => Promise<LogLevelInfo>;
  readonly plan: (request: PlanRequest) => Promise<PlanResponse>;
  readonly planConfigFile: (file: string) => Promise<PlanResponse>;
  /** Of all VIPs, or that of one frontend. */
  readonly getFailoverDebts: (frontendName?: string) => Promise<GetFailoverDebtsResponse>;
  readonly explainFlow: (flow: ExplainFlowRequest) => Promise<ExplainFlowResponse>;
  /** Hands over the record piece by piece, the next one when the last has been taken, and gives its length in bytes. */
  readonly record: (take: (text: string) => Promise<void>) => Promise<number>;
  readonly listSyncs: () => Promise<ListSyncsResponse>;
  readonly getSync: (id: bigint) => Promise<SyncInfo>;
  /** Drops the connection; calls that are under way fail. */
  readonly close: () => void;
}

/** Connects at the first call. */
export function createMaglevClient(options: ClientOptions): MaglevClient {
  // What grpc-js would print of its own accord is in the errors already.
  setLogVerbosity(logVerbosity.NONE);
  const { timeoutMs, address, clock, tls = null, token = null } = options;
  const channel = openChannel({ address, clock, tls, token });
  const call = <Request, Response>(method: MethodDefinition<Request, Response>, request: Request) =>
    channel.call(method, request, { timeoutMs });

  return {
    checkConfig: () => call(MaglevService.checkConfig, {}),
    reloadConfig: () => call(MaglevService.reloadConfig, {}),
    getConfig: () => call(MaglevService.getConfig, {}),
    getStatus: () => call(MaglevService.getStatus, {}),
    getVersion: () => call(MaglevService.getVersion, {}),
    getLogLevel: () => call(MaglevService.getLogLevel, {}),
    setLogLevel: (request) => call(MaglevService.setLogLevel, request),
    listFrontends: () => call(MaglevService.listFrontends, {}),
    getFrontend: (name) => call(MaglevService.getFrontend, { name }),
    listBackends: () => call(MaglevService.listBackends, {}),
    getBackend: (name) => call(MaglevService.getBackend, { name }),
    getProbes: (name) => call(MaglevService.getProbes, { name }),
    getCaller: () => call(MaglevService.getCaller, {}),
    pauseBackend: (name) => call(MaglevService.pauseBackend, { name }),
    resumeBackend: (name) => call(MaglevService.resumeBackend, { name }),
    enableBackend: (name) => call(MaglevService.enableBackend, { name }),
    disableBackend: (name) => call(MaglevService.disableBackend, { name }),
    setWeight: (request) => call(MaglevService.setFrontendPoolBackendWeight, request),
    listHealthChecks: () => call(MaglevService.listHealthChecks, {}),
    getHealthCheck: (name) => call(MaglevService.getHealthCheck, { name }),
    getVppInfo: () => call(MaglevService.getVppInfo, {}),
    getLbState: (frontendName?: string) => call(MaglevService.getVpplbState, { frontendName }),
    syncLbState: (frontendName) => call(MaglevService.syncVpplbState, { frontendName }),
    getLbCounters: (frontendName?: string) => call(MaglevService.getVpplbCounters, { frontendName }),
    listOverrides: () => call(MaglevService.listOverrides, {}),
    listActors: (path) => call(MaglevService.listActors, { path }),
    listEvents: (count) => call(MaglevService.listEvents, { count }),
    watchEvents: (request, signal, hear) =>
      new Promise((resolve, reject) => {
        const stream = channel.stream(MaglevService.watchEvents, request);
        const leave = () => stream.cancel();
        signal.addEventListener('abort', leave, { once: true });
        if (signal.aborted) leave();
        const settle = (run: () => void) => {
          signal.removeEventListener('abort', leave);
          run();
        };
        stream.on('data', hear);
        stream.on('error', (error: ServiceError) =>
          settle(() => (signal.aborted ? resolve() : reject(channel.errorOf(error, timeoutMs)))),
        );
        stream.on('end', () => settle(resolve));
      }),
    plan: (request) => call(MaglevService.plan, request),
    planConfigFile: (file) => call(MaglevService.planConfigFile, { file }),
    getFailoverDebts: (frontendName) => call(MaglevService.getFailoverDebts, { frontendName }),
    explainFlow: (flow) => call(MaglevService.explainFlow, flow),
    record: async (take) => {
      const stream: AsyncIterable<RecordPiece> = channel.stream(MaglevService.record, {}, { timeoutMs });
      let bytes = 0;
      try {
        for await (const { text } of stream) {
          await take(text);
          bytes += Buffer.byteLength(text);
        }
      } catch (error) {
        const ofCall = error instanceof Error && 'metadata' in error;
        throw ofCall ? channel.errorOf(error as ServiceError, timeoutMs) : error;
      }
      return bytes;
    },
    listSyncs: () => call(MaglevService.listSyncs, {}),
    getSync: (id) => call(MaglevService.getSync, { id }),
    close: channel.close,
  };
}
