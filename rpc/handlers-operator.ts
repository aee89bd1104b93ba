import type { BackendAction } from '../domain/operator.js';
import type { Override } from '../domain/overrides.js';
import type { Address } from '../protocol/address.js';
import type { OperatorAnswer, OperatorRequest } from '../protocol/operator.js';
import { checkedName, checkedWeight } from './checked-fields.js';
import type { ChangeOutcome, MaglevServer, OverrideInfo } from './generated/maglev.js';
import { backendInfo, frontendInfo, type ViewSources } from './handlers-views.js';
import { limitMs } from './limits.js';
import { nanoseconds } from './nanoseconds.js';
import type { Unary } from './unary.js';

type OperatorHandlers = Pick<
  MaglevServer,
  | 'pauseBackend'
  | 'resumeBackend'
  | 'enableBackend'
  | 'disableBackend'
  | 'setFrontendPoolBackendWeight'
  | 'listOverrides'
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
      const answer = await ask(operator, { type: 'act-on-backend', name, action, peer });
      return { ...(await backendInfo(sources, ask, name)), ...answerFields(answer) };
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
      const answer = await ask(operator, { type: 'set-weight', change, flush, peer });
      return { ...(await frontendInfo(sources, ask, change.frontend)), ...answerFields(answer) };
    }),
    listOverrides: unary(limitMs.view, async (_request, ask) => {
      const overrides = await ask(operator, { type: 'list-overrides' });
      return { overrides: overrides.map(overrideInfo) };
    }),
  };
}

function overrideInfo({ frontend, pool, at, peer, dormantSince, ...rest }: Override): OverrideInfo {
  return {
    ...rest,
    frontend: frontend ?? undefined,
    pool: pool ?? undefined,
    atNs: at === null ? undefined : nanoseconds(at),
    peer: peer ?? undefined,
    dormantSinceNs: dormantSince === null ? undefined : nanoseconds(dormantSince),
    frontends: [...rest.frontends],
  };
}

function answerFields({ summary, warning, applied, tookMs }: OperatorAnswer) {
  const outcome: ChangeOutcome = {
    summary,
    frontends: applied.map(({ frontend, acknowledged, weights, flushed, pending }) => ({
      frontend,
      acknowledged,
      weights,
      flushed: [...flushed],
      pending: pending?.why,
      reason: pending?.text,
      code: pending?.error?.code,
    })),
    durationNs: nanoseconds(tookMs),
  };
  return { warning: warning ?? undefined, outcome };
}
