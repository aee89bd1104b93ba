import { asMaglevError } from '../domain/errors.js';
import { lookEveryMs, type ServiceStatus, statusText } from '../domain/service-status.js';
import type { Address } from '../protocol/address.js';
import type { RoundTripRequest, ServiceManager, ServiceNews } from '../protocol/service.js';
import type { ActorSpec } from './kernel/contract.js';
import { byType } from './life.js';

export interface ServiceOptions {
  readonly manager: ServiceManager;
  readonly root: Address<RoundTripRequest>;
}

type ServiceMessage =
  | ServiceNews
  | { readonly type: 'look' }
  | { readonly type: 'answered'; readonly status: ServiceStatus }
  | { readonly type: 'unanswered'; readonly error: Error };

/**
 * Tells the service manager that maglevd is ready, reloads, and how it is. The sign of life is given only when the whole
 * tree has answered: a maglevd whose parts are stuck is ended and started anew, and VPP forwards on meanwhile.
 */
export function serviceActor({ manager, root }: ServiceOptions): ActorSpec<ServiceMessage> {
  return {
    name: 'service',
    start: (context) => {
      const every = lookEveryMs(manager.watchdogMs);
      let asked = false;
      manager.notify(['READY=1']);
      context.every(every, { type: 'look' }, { immediate: true });
      return {
        receive: byType<ServiceMessage>({
          look: () => {
            if (asked) return;
            asked = true;
            context.pipe(
              context.ask(root, { type: 'round-trip' }, { timeoutMs: every }),
              (status) => ({ type: 'answered', status }),
              (error) => ({ type: 'unanswered', error }),
            );
          },
          answered: ({ status }) => {
            asked = false;
            manager.notify(['WATCHDOG=1', `STATUS=${statusText(status)}`]);
          },
          unanswered: (message) => {
            const { code, message: error } = asMaglevError(message.error);
            asked = false;
            context.log.log('warn', 'service-stuck', { code, error });
            manager.notify([`STATUS=stuck: ${error}`]);
          },
          reloading: () => {
            const usec = Math.floor(context.clock.monotonic() * 1000);
            // Both are wanted together by systemd 253 and newer.
            manager.notify(['RELOADING=1', `MONOTONIC_USEC=${usec}`]);
          },
          reloaded: () => manager.notify(['READY=1']),
        }),
      };
    },
  };
}
