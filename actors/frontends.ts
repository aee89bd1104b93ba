import type { MaglevConfig } from '../domain/config.js';
import { decide } from '../domain/desired.js';
import { MaglevError } from '../domain/errors.js';
import type { BackendState } from '../domain/health.js';
import { viewBackend, viewFrontend } from '../domain/views.js';
import type { Address } from '../protocol/address.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { DecisionChanged, DecisionRequest } from '../protocol/decision.js';
import type { ViewRequest } from '../protocol/views.js';
import { ask, untilAnswered } from './ask.js';
import type { ActorSpec } from './kernel/contract.js';

export interface FrontendsOptions {
  /** Asked for the running config at every start. */
  readonly config: Address<ConfigControl>;
  /** Told of every new decision. */
  readonly report: Address<DecisionChanged>;
}

type FrontendsMessage = ConfigChanged | DecisionRequest | ViewRequest;

/** Turns the config and the backends' states into the decision, and explains it. */
export function frontendsActor(options: FrontendsOptions): ActorSpec<FrontendsMessage> {
  return {
    name: 'frontends',
    start: async (context) => {
      let config = await ask(context, options.config, { type: 'get-config' }, untilAnswered);
      let states = statesOf(config);
      const report = () => options.report.tell({ type: 'decision', decision: decide(config, states) });
      // After a restart the decision may be another: the change that this actor failed on is in the config by now.
      report();
      return {
        receive: (message) => {
          switch (message.type) {
            case 'config-changed':
              config = message.config;
              states = statesOf(config);
              report();
              break;
            case 'get-decision':
              message.reply.ok(decide(config, states));
              break;
            case 'list-frontends':
              message.reply.ok(
                [...config.frontends.values()].map((frontend) => viewFrontend(frontend, states)),
              );
              break;
            case 'get-frontend': {
              const frontend = config.frontends.get(message.name);
              if (frontend !== undefined) message.reply.ok(viewFrontend(frontend, states));
              else message.reply.fail(unknown('MGL_FRONTEND_UNKNOWN', 'frontend', message.name));
              break;
            }
            case 'list-backends':
              message.reply.ok(
                [...config.backends.values()].map((backend) => viewBackend(backend, config, states)),
              );
              break;
            case 'get-backend': {
              const backend = config.backends.get(message.name);
              if (backend !== undefined) message.reply.ok(viewBackend(backend, config, states));
              else message.reply.fail(unknown('MGL_BACKEND_UNKNOWN', 'backend', message.name));
              break;
            }
          }
        },
      };
    },
  };
}

/** Every enabled backend counts as up: nothing is probed. */
function statesOf(config: MaglevConfig): ReadonlyMap<string, BackendState> {
  return new Map(
    [...config.backends.values()].map(({ name, enabled }) => [name, enabled ? 'up' : 'disabled'] as const),
  );
}

function unknown(
  code: 'MGL_FRONTEND_UNKNOWN' | 'MGL_BACKEND_UNKNOWN',
  kind: string,
  name: string,
): MaglevError {
  return new MaglevError(code, `${kind} "${name}" is not in the config`);
}
