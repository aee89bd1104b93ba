import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { Address, Answer, AskOptions, Question as QuestionOf, Reply } from '../../protocol/address.js';
import type { Clock } from '../../protocol/clock.js';
import type { Bag } from './bag.js';
import { calleeStopped, PendingQuestion, type Question } from './question.js';

/**
 * Asks `target` and returns its answer. `asked` collects the open questions of one asker, who can end them all.
 * Rejects with a MaglevError, always; never throws.
 */
export function ask<Q, K extends QuestionOf<Q> & { readonly type: string }>(
  clock: Clock,
  asked: Bag<Question> | null,
  target: Address<Q>,
  question: K,
  options: AskOptions = {},
): Promise<Answer<Q, K['type']>> {
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  const pending = new PendingQuestion<Answer<Q, K['type']>>(asked);
  if (!(timeoutMs > 0)) {
    pending.fail(new MaglevError('MGL_INTERNAL', `an ask of ${target.name} with the timeout ${timeoutMs}`));
    return pending.answer;
  }
  try {
    // An actor that refuses says why by failing the question; any other address only returns false.
    // With its reply the question is a message: what Question<Q> left out is put back.
    const message = { ...question, reply: pending.reply };
    if (!(target as Address<unknown>).tell(message)) pending.fail(calleeStopped(target.name));
  } catch (thrown) {
    pending.fail(asMaglevError(thrown));
  }
  if (!pending.settled && timeoutMs < Number.POSITIVE_INFINITY) {
    pending.endsBy(
      clock.schedule(timeoutMs, () => {
        pending.fail(
          new MaglevError(
            'MGL_ASK_TIMEOUT',
            `${target.name} did not answer within ${Math.ceil(timeoutMs)} ms`,
          ),
        );
      }),
    );
  }
  return pending.answer;
}

/** Answers a question with what comes of a promise, whether or not the actor handles other messages meanwhile. */
export function answerWith<R>(promise: Promise<R>, reply: Reply<R>): void {
  promise.then(
    (value) => reply.ok(value),
    (thrown: unknown) => reply.fail(asMaglevError(thrown)),
  );
}
