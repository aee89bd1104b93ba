import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Clock } from '../../protocol/clock.js';
import type { Bag } from './bag.js';
import type { AskOptions } from './contract.js';
import { calleeStopped, carrying, PendingQuestion, type Question } from './question.js';

const defaultTimeoutMs = 5000;

/**
 * Asks `target` and returns its answer. `asked` collects the open questions of one asker, who can end them all.
 * Rejects with a MaglevError, always; never throws. The timeout is any positive number of milliseconds.
 */
export function ask<Q, R>(
  clock: Clock,
  asked: Bag<Question> | null,
  target: Address<Q>,
  make: (reply: Reply<R>) => Q,
  options: AskOptions | undefined,
): Promise<R> {
  const timeoutMs = options?.timeoutMs ?? defaultTimeoutMs;
  const question = new PendingQuestion<R>(asked);
  if (!(timeoutMs > 0)) {
    question.fail(new MaglevError('MGL_INTERNAL', `an ask of ${target.name} with the timeout ${timeoutMs}`));
    return question.answer;
  }
  try {
    const message = make(question.reply);
    const taken = carrying(question, () => target.tell(message));
    // An actor that refuses says why by failing the question; any other address only returns false.
    if (!taken) question.fail(calleeStopped(target.name));
  } catch (thrown) {
    question.fail(asMaglevError(thrown));
  }
  if (!question.settled) {
    question.endsBy(
      clock.schedule(timeoutMs, () => {
        question.fail(
          new MaglevError(
            'MGL_ASK_TIMEOUT',
            `${target.name} did not answer within ${Math.ceil(timeoutMs)} ms`,
          ),
        );
      }),
    );
  }
  return question.answer;
}
