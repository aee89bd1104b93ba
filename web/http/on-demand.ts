import { MaglevError } from '../../domain/errors.js';

/** Questions to one maglevd that may be under way at once for those who look. */
const MOST_AT_ONCE = 16;

/**
 * What is asked of a maglevd only when somebody wants to see it. Those who ask the same at the same time have the same
 * answer, and whoever asks a lot keeps maglevd from nothing.
 */
export class OnDemand {
  readonly #underWay = new Map<string, Map<string, Promise<object>>>();

  /** `question`: the same one has the same answer. Rejects as `ask` does, and with MGL_MAILBOX_FULL. */
  answer(maglevd: string, question: string, ask: () => Promise<object>): Promise<object> {
    const own = this.#underWay.get(maglevd) ?? new Map<string, Promise<object>>();
    this.#underWay.set(maglevd, own);
    const same = own.get(question);
    if (same !== undefined) return same;
    if (own.size >= MOST_AT_ONCE) {
      const text = `${own.size} questions to this maglevd are under way already`;
      return Promise.reject(new MaglevError('MGL_MAILBOX_FULL', text, { advice: 'Try again in a moment.' }));
    }
    const answer = ask().finally(() => own.delete(question));
    own.set(question, answer);
    return answer;
  }
}
