import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { Address } from '../protocol/address.js';
import type { ConfigControl } from '../protocol/config.js';
import type { Logger } from '../protocol/log.js';
import type { ViewRequest } from '../protocol/views.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** Whom the gateway asks to answer a request. */
export interface RpcTargets {
  readonly config: Address<ConfigControl>;
  readonly views: Address<ViewRequest>;
  /** null: VPP is disabled. */
  readonly vpp: Address<VppControl> | null;
  readonly ask: Context<never>['ask'];
  readonly log: Logger;
}

export interface RpcServer {
  /** As bound: with the port that was chosen for port 0. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export interface GatewayOptions {
  readonly targets: Omit<RpcTargets, 'ask' | 'log'>;
  /** Starts serving gRPC. Rejects with MGL_LISTEN. */
  readonly rpc: (targets: RpcTargets) => Promise<RpcServer>;
  /** Told when the very first attempt to listen fails: then nothing was served yet, and the process should end. */
  readonly cannotListen: (error: MaglevError) => void;
}

/** gRPC requests become messages to the tree; its replies become gRPC responses. */
export function gatewayActor({ targets, rpc, cannotListen }: GatewayOptions): ActorSpec<never> {
  let listened = false;
  return {
    name: 'gateway',
    start: async (context) => {
      const server = await rpc({ ...targets, ask: context.ask, log: context.log }).catch((error: unknown) => {
        if (!listened) cannotListen(asMaglevError(error));
        throw error;
      });
      listened = true;
      context.log.log('info', 'grpc-listening', { address: server.address });
      return { receive: () => {}, stop: () => server.stop() };
    },
  };
}
