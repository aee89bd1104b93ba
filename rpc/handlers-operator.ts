import type { BackendAction } from '../domain/operator.js';
import type { Address } from '../protocol/address.js';
import type { OperatorAnswer, OperatorRequest } from '../protocol/operator.js';
import { checkedName, checkedWeight } from './checked-fields.js';
import type { MaglevServer } from './generated/maglev.js';
import { backendInfo, frontendInfo, type ViewSources } from './handlers-views.js';
import { limitMs } from './limits.js';
import type { Unary } from './unary.js';

type OperatorHandlers = Pick<
  MaglevServer,
  'pauseBackend' | 'resumeBackend' | 'enableBackend' | 'disableBackend' | 'setFrontendPoolBackendWeight'
>;

/** What operators do: each is answered, when it is in force, with what is true then. */
export function operatorHandlers(
  unary: Unary,
  operator: Address<OperatorRequest>,
  sources: ViewSources,
): OperatorHandlers {
  const actionOf = (action: BackendAction) =>
    unary(limitMs.operator, async (request: { readonly name: string }, ask, peer) => {
      const name = checkedName('name', request.name);
      const { warning } = await ask<OperatorRequest, OperatorAnswer>(operator, (reply) => ({
        type: 'act-on-backend',
        name,
        action,
        peer,
        reply,
      }));
      return { ...(await backendInfo(sources, ask, name)), warning: warning ?? undefined };
    });
  return {
    pauseBackend: actionOf('pause'),
    resumeBackend: actionOf('resume'),
    enableBackend: actionOf('enable'),
    disableBackend: actionOf('disable'),
    setFrontendPoolBackendWeight: unary(limitMs.operator, async (request, ask, peer) => {
      const change = {
        frontend: checkedName('frontend', request.frontend),
        pool: checkedName('pool', request.pool),
        backend: checkedName('backend', request.backend),
        weight: checkedWeight('weight', request.weight),
      };
      const { flush } = request;
      const { warning } = await ask<OperatorRequest, OperatorAnswer>(operator, (reply) => ({
        type: 'set-weight',
        change,
        flush,
        peer,
        reply,
      }));
      return { ...(await frontendInfo(sources, ask, change.frontend)), warning: warning ?? undefined };
    }),
  };
}
