import { asMaglevError } from '../domain/errors.js';
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
  { ask }: Pick<Context<never>, 'ask'>,
  { config, events, logLevel, views, operator, health, vpp }: Parts,
  timeoutMs: number,
): Promise<ServiceStatus> {
  const limit = { timeoutMs };
  const connected = vpp === null ? null : ask(vpp, { type: 'get-info' }, limit).then(() => true, isAway);
  const [frontends, isConnected] = await Promise.all([
    ask(views, { type: 'list-frontends' }, limit),
    connected,
    ask(config, { type: 'get-config' }, limit),
    ask(events, { type: 'list-events', count: 1 }, limit),
    ask(logLevel, { type: 'get-log-level' }, limit),
    ask(operator, { type: 'get-effective' }, limit),
    ask(health, { type: 'list-states' }, limit),
  ]);
  const down = frontends.filter((frontend) => frontend.state === 'down');
  const state = isConnected === null ? 'disabled' : isConnected ? 'connected' : 'away';
  return { vpp: state, frontends: frontends.length, frontendsDown: down.length };
}

/** A VPP that is away is an answer; anything else is thrown. Always false. */
function isAway(thrown: unknown): false {
  if (asMaglevError(thrown).code.startsWith('MGL_VPP_')) return false;
  throw thrown;
}
