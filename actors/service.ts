import { asMaglevError } from '../domain/errors.js';
import { type ServiceStatus, statusText } from '../domain/service-status.js';
import type { Address } from '../protocol/address.js';
import type { RoundTripRequest, ServiceManager, ServiceNews } from '../protocol/service.js';
import type { ActorSpec, Context } from './kernel/contract.js';

export interface ServiceOptions {
  readonly manager: ServiceManager;
  readonly root: Address<RoundTripRequest>;
}

type ServiceMessage =
  | ServiceNews
  | { readonly type: 'look' }
  | { readonly type: 'answered'; readonly status: ServiceStatus }
  | { readonly type: 'unanswered'; readonly error: Error };

/** Between two looks at the tree when nobody asks for a sign of life. */
const LOOK_MS = 10_000;
/** So often within the time that the service manager allows, which forgives two that are late. */
const LOOKS_PER_WATCHDOG = 3;

/** How long the tree may take for an answer, and how often it is looked at. */
export function lookEveryMs({ watchdogMs }: Pick<ServiceManager, 'watchdogMs'>): number {
  return watchdogMs === null ? LOOK_MS : Math.min(LOOK_MS, watchdogMs / LOOKS_PER_WATCHDOG);
}

/**
 * Tells the service manager that maglevd is ready, reloads, and how it is. The sign of life is given only when the whole
 * tree has answered: a maglevd whose parts are stuck is ended and started anew, and VPP forwards on meanwhile.
 */
export function serviceActor({ manager, root }: ServiceOptions): ActorSpec<ServiceMessage> {
  return {
    name: 'service',
    start: (context) => {
      const every = lookEveryMs(manager);
      let asked = false;
      manager.notify(['READY=1']);
      context.every(every, { type: 'look' }, { immediate: true });
      return {
        receive: (message) => {
          switch (message.type) {
            case 'look':
              if (asked) return;
              asked = true;
              look(context, root, every);
              break;
            case 'answered':
              asked = false;
              manager.notify(['WATCHDOG=1', `STATUS=${statusText(message.status)}`]);
              break;
            case 'unanswered':
              asked = false;
              withheld(context, message.error);
              manager.notify([`STATUS=stuck: ${message.error.message}`]);
              break;
            case 'reloading':
              // Both are wanted together by systemd 253 and newer.
              manager.notify([
                'RELOADING=1',
                `MONOTONIC_USEC=${Math.floor(context.clock.monotonic() * 1000)}`,
              ]);
              break;
            case 'reloaded':
              manager.notify(['READY=1']);
              break;
          }
        },
      };
    },
  };
}

function look(context: Context<ServiceMessage>, root: Address<RoundTripRequest>, timeoutMs: number): void {
  context.pipe(
    context.ask(root, { type: 'round-trip' }, { timeoutMs }),
    (status) => ({ type: 'answered', status }),
    (error) => ({ type: 'unanswered', error }),
  );
}

function withheld({ log }: Context<ServiceMessage>, error: Error): void {
  const { code, message } = asMaglevError(error);
  log.log('warn', 'service-stuck', { code, error: message });
}
