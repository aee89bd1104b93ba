import type { Access } from '../domain/access.js';
import type { Address, Ask } from './address.js';
import type { Clock } from './clock.js';
import type { ConfigControl } from './config.js';
import type { ViewRequest } from './decision.js';
import type { EventsRequest } from './events.js';
import type { HealthRequest } from './health.js';
import type { Logger, LogLevelRequest } from './log.js';
import type { OperatorRequest } from './operator.js';
import type { DebtRequest, PlanRequest } from './plan.js';
import type { RecorderRequest } from './recorder.js';
import type { VppControl } from './vpp.js';

/** Whom the gateway asks to answer a request. */
export interface RpcTargets {
  readonly config: Address<ConfigControl>;
  readonly events: Address<EventsRequest>;
  readonly logLevel: Address<LogLevelRequest>;
  readonly recorder: Address<RecorderRequest>;
  readonly views: Address<ViewRequest>;
  readonly operator: Address<OperatorRequest>;
  readonly health: Address<HealthRequest>;
  readonly planner: Address<PlanRequest | DebtRequest>;
  /** null: VPP is disabled. */
  readonly vpp: Address<VppControl> | null;
  readonly ask: Ask;
  readonly log: Logger;
  readonly clock: Clock;
  /** Who may do what; null: the config does not say. */
  readonly access: Access | null;
  /** Aborted when the gateway is to end. */
  readonly signal: AbortSignal;
}

/** What serves gRPC and HTTP. */
export interface RpcServer {
  /** As bound, several with commas between: with the port that was found when the port asked for was 0. */
  readonly address: string;
  /** The same of HTTP; '' = it is not served. */
  readonly httpAddress: string;
  /** Who may do what, from now on. */
  readonly setAccess: (access: Access | null) => void;
  /** Looks at once whether the files of TLS have changed. */
  readonly reload: () => Promise<void>;
  /**
   * Takes no more calls, ends the streams, lets the other calls finish for drainMs, then cuts what is left. Never
   * rejects; every call returns the same promise.
   */
  readonly stop: () => Promise<void>;
}

/** Starts serving gRPC. Rejects with MGL_LISTEN. */
export type StartRpc = (targets: RpcTargets) => Promise<RpcServer>;
