import type { Access } from '../domain/access.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { Address, Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { DebtRequest } from '../protocol/debts.js';
import type { EventsRequest } from '../protocol/events.js';
import type { HealthRequest } from '../protocol/health.js';
import type { Logger } from '../protocol/log.js';
import type { LogLevelRequest } from '../protocol/log-level.js';
import type { OperatorRequest } from '../protocol/operator.js';
import type { PlanRequest } from '../protocol/plan.js';
import type { RecorderRequest } from '../protocol/recorder.js';
import type { ViewRequest } from '../protocol/views.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ActorSpec } from './kernel/contract.js';

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

export interface RpcServer {
  /** As bound: with the port that was chosen for port 0. */
  readonly address: string;
  /** The same of HTTP; '' = it is not served. */
  readonly httpAddress: string;
  /** Who may do what, from now on. */
  readonly setAccess: (access: Access | null) => void;
  /** Looks whether the files that it serves with have changed. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts serving gRPC. Rejects with MGL_LISTEN. */
export type StartRpc = (targets: RpcTargets) => Promise<RpcServer>;

export interface GatewayOptions {
  readonly targets: Omit<RpcTargets, 'ask' | 'log' | 'clock' | 'access' | 'signal'>;
  readonly rpc: StartRpc;
  /** Told when the very first attempt to listen fails: then nothing was served yet, and the process should end. */
  readonly cannotListen: (error: MaglevError) => void;
}

/** What the root passes on. */
export type GatewayMessage = ConfigChanged | { readonly type: 'reload-files' };

/** gRPC requests become messages to the tree; its replies become gRPC responses. */
export function gatewayActor({ targets, rpc, cannotListen }: GatewayOptions): ActorSpec<GatewayMessage> {
  let listened = false;
  return {
    name: 'gateway',
    start: async (context) => {
      const { ask, log, clock, signal } = context;
      const { access } = await ask(targets.config, { type: 'get-config' });
      const server = await rpc({ ...targets, access, ask, log, clock, signal }).catch((error: unknown) => {
        if (listened) throw error;
        cannotListen(asMaglevError(error));
        return null;
      });
      if (server === null) {
        // No bug that a restart could mend: maglevd ends. Whoever starts after the gateway does not start until then.
        await aborted(signal);
        return { receive: () => {} };
      }
      listened = true;
      log.log('info', 'grpc-listening', { address: server.address });
      if (server.httpAddress !== '') log.log('info', 'http-listening', { address: server.httpAddress });
      return {
        receive: (message) => {
          if (message.type === 'config-changed') server.setAccess(message.config.access);
          // It rejects never, or by a bug, which the process tells of.
          else void server.reload();
        },
        stop: () => server.stop(),
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
