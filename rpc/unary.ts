import { type StatusObject, status } from '@grpc/grpc-js';
import type { Role } from '../domain/access.js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import { sizeOfSent } from './answer-size.js';
import type { UnaryCall, UnaryHandler } from './call.js';
import { Places, type PlacesOptions } from './places.js';
import { grpcStatusOf } from './status.js';

export interface UnaryContext extends PlacesOptions {
  readonly ask: Ask;
  readonly log: Logger;
  /** Who makes a call, for the log; null: by its address. */
  readonly callerOf: ((call: UnaryCall<unknown>) => string) | null;
  /** What whoever makes a call may do; null: nobody knows. */
  readonly roleOf: ((call: UnaryCall<unknown>) => Role | null) | null;
}

/**
 * Makes the handler of one RPC. `limitMs`: the longest wait, for clients that set no deadline or a late one; `ask` keeps
 * to both. `peer` is who asks, for the log: `uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known;
 * `role` is what he may do.
 */
export type Unary = <Request, Response>(
  limitMs: number,
  answer: (request: Request, ask: Ask, peer: string, role: Role | null) => Promise<Response>,
) => UnaryHandler<Request, Response>;

/**
 * What all unary RPCs share: the client's deadline bounds the questions, a cancelled call is forgotten at once, and
 * whatever is thrown becomes a status.
 *
 * A question cannot be taken back from the actor that works on it. It therefore counts as under way until it has
 * ended, even if its call was cancelled: a client cannot flood the actors by calling and hanging up. An answer counts
 * until it has been sent: a client cannot fill the memory by asking and not reading.
 */
export function unaryHandlers(context: UnaryContext): Unary {
  const { ask, clock, log } = context;
  const callerOf = context.callerOf ?? ((call: UnaryCall<unknown>) => call.getPeer());
  const places = new Places(context);

  return (limitMs, answer) => (call, callback) => {
    const began = clock.monotonic();
    const timeoutMs = Math.min(limitMs, remainingMs(call, clock));
    let finish: typeof callback | null = callback;
    const fail = (failure: StatusObject) => {
      log.log('debug', 'grpc-call', {
        method: call.getPath(),
        peer: callerOf(call),
        status: status[failure.code],
        message: failure.details,
        ms: clock.monotonic() - began,
      });
      finish?.(failure);
    };

    if (timeoutMs <= 0) {
      fail(grpcStatusOf(tooLate(), status.DEADLINE_EXCEEDED));
      return;
    }
    const refusal = places.refusal();
    if (refusal !== null) {
      fail(grpcStatusOf(refusal));
      return;
    }
    const place = places.take(call.getPeer());
    // gRPC says so of every call: when its answer was sent as well as when the client has gone.
    call.once('cancelled', () => {
      finish = null;
      place.sent();
    });
    // Of several questions in turn each has the time that the others left.
    const bounded: Ask = (target, question, { timeoutMs: own = timeoutMs } = {}) => {
      const left = Math.max(1, timeoutMs - (clock.monotonic() - began));
      return ask(target, question, { timeoutMs: Math.min(own, left) });
    };
    // In a promise, so that a synchronous throw of a handler is caught as well.
    Promise.resolve()
      .then(() => answer(call.request, bounded, callerOf(call), context.roleOf?.(call) ?? null))
      .then(
        (response) => {
          if (log.enabled('debug')) {
            log.log('debug', 'grpc-call', {
              method: call.getPath(),
              peer: callerOf(call),
              status: 'OK',
              ms: clock.monotonic() - began,
            });
          }
          place.answered(sizeOfSent(() => finish?.(null, response)));
        },
        (thrown: unknown) => {
          const error = asMaglevError(thrown);
          if (error.code === 'MGL_INTERNAL') {
            log.log('error', 'grpc-error', {
              method: call.getPath(),
              error: error.message,
              stack: stackOf(error),
            });
          }
          // A timer may fire some milliseconds before the wall clock agrees.
          const expired = error.code === 'MGL_ASK_TIMEOUT' && remainingMs(call, clock) <= TIMER_EARLY_MS;
          fail(expired ? grpcStatusOf(error, status.DEADLINE_EXCEEDED) : grpcStatusOf(error));
          place.sent();
        },
      )
      .finally(place.questionEnded);
  };
}

/** Whole milliseconds are what timers count, from when the event loop last looked at the clock. */
const TIMER_EARLY_MS = 5;

/** Milliseconds until the client's deadline; Infinity when it set none. */
function remainingMs(call: UnaryCall<unknown>, clock: Clock): number {
  const deadline = call.getDeadline();
  return (typeof deadline === 'number' ? deadline : deadline.getTime()) - clock.now();
}

function tooLate(): MaglevError {
  return new MaglevError('MGL_ASK_TIMEOUT', 'the deadline of the request had passed when it arrived');
}

function stackOf(error: MaglevError): string | null {
  const origin = error.cause instanceof Error ? error.cause : error;
  return origin.stack ?? null;
}
