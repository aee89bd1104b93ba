import { MaglevError } from '../domain/errors.js';
import type { ServiceStatus } from '../domain/service-status.js';
import type { Address } from '../protocol/address.js';
import type { RpcTargets } from '../protocol/rpc.js';
import type { VppControl } from '../protocol/vpp.js';
import type { Context } from './kernel/contract.js';

type Parts = Pick<RpcTargets, 'config' | 'events' | 'logLevel' | 'views' | 'operator' | 'health'> & {
  readonly vpp: Address<VppControl> | null;
};

/**
 * Asks every part of the tree something that it answers from memory. An actor that is stuck in one message answers none
 * behind it, and this rejects with MGL_ASK_TIMEOUT. `timeoutMs` is for each of them; all are asked at once.
 */
export async function roundTrip(
  context: Pick<Context<never>, 'ask'>,
  { config, events, logLevel, views, operator, health, vpp }: Parts,
  timeoutMs: number,
): Promise<ServiceStatus> {
  const limit = { timeoutMs };
  const [frontends, state] = await Promise.all([
    context.ask(views, { type: 'list-frontends' }, limit),
    vpp === null ? ('disabled' as const) : vppState(context, vpp, timeoutMs),
    context.ask(config, { type: 'get-config' }, limit),
    context.ask(events, { type: 'list-events', count: 1 }, limit),
    context.ask(logLevel, { type: 'get-log-level' }, limit),
    context.ask(operator, { type: 'get-effective' }, limit),
    context.ask(health, { type: 'list-states' }, limit),
  ]);
  const down = frontends.filter((frontend) => frontend.state === 'down');
  return { vpp: state, frontends: frontends.length, frontendsDown: down.length };
}

/** A VPP that is away is an answer. */
async function vppState(
  context: Pick<Context<never>, 'ask'>,
  vpp: Address<VppControl>,
  timeoutMs: number,
): Promise<'connected' | 'away'> {
  return context.ask(vpp, { type: 'get-info' }, { timeoutMs }).then(
    () => 'connected' as const,
    (error: unknown) => {
      if (error instanceof MaglevError && error.code.startsWith('MGL_VPP_')) return 'away' as const;
      throw error;
    },
  );
}
