import type { BackendLife, Transition } from '../domain/backend-life.js';
import type { RiseFall } from '../domain/rise-fall.js';
import type { BackendView } from '../protocol/decision.js';
import type { BackendDetail } from '../protocol/health.js';
import type { BackendInfo, DoubtInfo, ProbeInfo, TransitionRecord } from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';

/** A backend as lists have it. */
export function backendMessage(view: BackendView): BackendInfo {
  return {
    name: view.name,
    address: view.address,
    healthcheck: view.healthcheck,
    enabled: view.enabled,
    state: view.state,
    frontends: [...view.frontends],
    stateSinceNs: undefined,
    counter: undefined,
    rise: undefined,
    fall: undefined,
    lastProbe: undefined,
    doubt: undefined,
    transitions: [],
    givenUp: undefined,
    outcome: undefined,
    override: '',
    standing: undefined,
  };
}

/**
 * A backend with all that is known of its health. `rules` are those of its health check, null when it has none: its
 * counter means nothing then.
 */
export function backendDetailMessage(
  view: BackendView,
  { life, givenUp }: BackendDetail,
  rules: RiseFall | null,
): BackendInfo {
  return {
    ...backendMessage(view),
    // Not the view's: it goes with the history.
    state: life.state,
    stateSinceNs: nanoseconds(life.since),
    counter: rules === null ? undefined : life.standing.counter,
    rise: rules?.rise,
    fall: rules?.fall,
    lastProbe: life.last === null ? undefined : probeMessage(life.last),
    doubt: life.doubt === null ? undefined : doubtMessage(life.doubt),
    transitions: life.history.map(transitionMessage),
    givenUp,
  };
}

function probeMessage({ at, result }: NonNullable<BackendLife['last']>): ProbeInfo {
  const { verdict, code, detail, durationMs } = result;
  return { timeNs: nanoseconds(at), verdict, code, detail, durationNs: nanoseconds(durationMs) };
}

export function doubtMessage({ since, result }: NonNullable<BackendLife['doubt']>): DoubtInfo {
  return { sinceNs: nanoseconds(since), code: result.code, detail: result.detail };
}

export function transitionMessage({ from, to, at, result, reason }: Transition): TransitionRecord {
  return {
    from,
    to,
    timeNs: nanoseconds(at),
    code: result?.code ?? '',
    detail: result?.detail ?? '',
    reason,
  };
}
