import { once } from 'node:events';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { ConfigChanged } from '../protocol/config.js';
import type { RpcTargets, StartRpc } from '../protocol/rpc.js';
import type { ActorSpec } from './kernel/contract.js';

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
      const listening = rpc({ ...targets, access, ask, log, clock, signal });
      const server = await context
        .outside(listening, (late) => void late.stop())
        .catch((error: unknown) => {
          if (listened) throw error;
          cannotListen(asMaglevError(error));
          return null;
        });
      if (server === null) {
        // No bug that a restart could mend: maglevd ends. Whoever starts after the gateway does not start until then.
        if (!signal.aborted) await once(signal, 'abort');
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
