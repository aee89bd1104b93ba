import {
  type ChannelCredentials,
  Client,
  credentials,
  logVerbosity,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  setLogVerbosity,
} from '@grpc/grpc-js';
import type { Clock } from '../protocol/clock.js';
import { formatRpcAddress, type RpcAddress } from './address.js';
import { rpcErrorOf } from './explain.js';
import {
  type BackendInfo,
  type CheckConfigResponse,
  type ConfigText,
  type Event,
  type ExplainFlowRequest,
  type ExplainFlowResponse,
  type FrontendInfo,
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

/** In PEM. */
export interface ClientTls {
  /** null: the authorities that Node brings with it. */
  readonly ca: Buffer | null;
  /** Who the client is; null: it shows no certificate. */
  readonly own: { readonly cert: Buffer; readonly key: Buffer } | null;
}

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
  readonly explainFlow: (flow: ExplainFlowRequest) => Promise<ExplainFlowResponse>;
  readonly listSyncs: () => Promise<ListSyncsResponse>;
  readonly getSync: (id: bigint) => Promise<SyncInfo>;
  /** Drops the connection; calls that are under way fail. */
  readonly close: () => void;
}

const channelOptions = {
  // The state of thousands of VIPs is larger than the 4 MiB that gRPC takes by default.
  'grpc.max_receive_message_length': 256 * 1024 * 1024,
  // An operator's http_proxy is not for the daemon next to him.
  'grpc.enable_http_proxy': 0,
  // No DNS query for settings that nobody publishes.
  'grpc.service_config_disable_resolution': 1,
};

/** Connects at the first call. */
export function createMaglevClient(options: ClientOptions): MaglevClient {
  // What grpc-js would print of its own accord is in the errors already.
  setLogVerbosity(logVerbosity.NONE);
  const { clock, timeoutMs, address, token = null } = options;
  const tls = address.kind === 'unix' ? null : (options.tls ?? null);
  const client = new Client(targetOf(address), credentialsOf(tls), channelOptions);
  const secure = tls !== null;
  const metadata = new Metadata();
  if (token !== null) metadata.set('authorization', `Bearer ${token}`);
  const server = formatRpcAddress(options.address);

  const call = <Request, Response>(method: MethodDefinition<Request, Response>, request: Request) =>
    new Promise<Response>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline: clock.now() + timeoutMs },
        (error, response) => {
          if (error === null && response !== undefined) resolve(response);
          else reject(rpcErrorOf(error, { server, timeoutMs, secure }));
        },
      );
    });

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
        const { path, requestSerialize, responseDeserialize } = MaglevService.watchEvents;
        const stream = client.makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
        );
        const leave = () => stream.cancel();
        signal.addEventListener('abort', leave, { once: true });
        if (signal.aborted) leave();
        const settle = (run: () => void) => {
          signal.removeEventListener('abort', leave);
          run();
        };
        stream.on('data', hear);
        stream.on('error', (error: ServiceError) =>
          settle(() =>
            signal.aborted ? resolve() : reject(rpcErrorOf(error, { server, timeoutMs, secure })),
          ),
        );
        stream.on('end', () => settle(resolve));
      }),
    plan: (request) => call(MaglevService.plan, request),
    explainFlow: (flow) => call(MaglevService.explainFlow, flow),
    listSyncs: () => call(MaglevService.listSyncs, {}),
    getSync: (id) => call(MaglevService.getSync, { id }),
    close: () => client.close(),
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
