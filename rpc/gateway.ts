import type { Address, Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { EventsRequest } from '../protocol/events.js';
import type { Logger, LogLevelRequest } from '../protocol/log.js';
import type { OperatorRequest } from '../protocol/operator.js';
import type { RecorderRequest } from '../protocol/recorder.js';
import type { Connections } from './connections.js';
import type { Doorkeeper } from './doorkeeper.js';
import type { MaglevServer } from './generated/maglev.js';
import { type ActorSources, actorHandlers } from './handlers-actors.js';
import { configHandlers } from './handlers-config.js';
import { eventHandlers } from './handlers-events.js';
import { logHandlers } from './handlers-log.js';
import { operatorHandlers } from './handlers-operator.js';
import { type Planner, planHandlers } from './handlers-plan.js';
import { probeHandlers } from './handlers-probes.js';
import { recordHandlers } from './handlers-record.js';
import { type About, statusHandlers } from './handlers-status.js';
import { tableHandlers } from './handlers-tables.js';
import { type ViewSources, viewHandlers } from './handlers-views.js';
import { vppHandlers } from './handlers-vpp.js';
import { unaryHandlers } from './unary.js';

export interface GatewayOptions extends ViewSources {
  readonly about: About;
  readonly operator: Address<OperatorRequest>;
  readonly planner: Planner;
  readonly events: Address<EventsRequest>;
  readonly logLevel: Address<LogLevelRequest>;
  readonly recorder: Address<RecorderRequest>;
  readonly actors: ActorSources;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly log: Logger;
  /** Requests that may be under way at once, over all clients; default 256. */
  readonly maxInFlight?: number;
  /** Bytes of answers that may wait for clients to take them; default 64 MiB. */
  readonly maxUnsentBytes?: number;
  /** Those of the server that the handlers are for. */
  readonly connections?: Connections;
  /** Knows who makes a call. */
  readonly doorkeeper?: Doorkeeper;
  /** Aborted when the server is to end: ends what would never end by itself. */
  readonly stopping?: AbortSignal;
}

/** Service maglev.Maglev: requests become messages to actors, their replies responses. Nothing is decided here. */
export function createGateway(options: GatewayOptions): MaglevServer {
  const { doorkeeper } = options;
  const unary = unaryHandlers({
    ...options,
    maxInFlight: options.maxInFlight ?? 256,
    maxUnsentBytes: options.maxUnsentBytes ?? 64 * 1024 * 1024,
    connections: options.connections ?? null,
    callerOf: doorkeeper === undefined ? null : (call) => doorkeeper.callerOf(call),
    roleOf: doorkeeper === undefined ? null : (call) => doorkeeper.roleOf(call),
  });
  return {
    ...configHandlers(unary, options.config),
    ...viewHandlers(unary, options),
    ...probeHandlers(unary, options),
    ...operatorHandlers(unary, options.operator, options),
    ...vppHandlers(unary, options),
    ...statusHandlers(unary, options),
    ...tableHandlers(unary, options.vpp, options.views),
    ...planHandlers(unary, options.planner),
    ...actorHandlers(unary, options.actors),
    ...logHandlers(unary, options.logLevel),
    ...recordHandlers(options),
    ...eventHandlers(unary, {
      ...options,
      connections: options.connections ?? null,
      stopping: options.stopping ?? null,
    }),
  };
}
