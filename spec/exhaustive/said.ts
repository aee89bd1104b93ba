import type { BackendAction } from '../../domain/operator.js';

/** What operators have said and not taken back, reckoned in a way of its own: `paused b`, `disabled b`, `weight web b`. */
export type Said = ReadonlySet<string>;

export type Word = BackendAction | 'weight 0';

/**
 * After one more word, of which the config says the opposite. Whoever disables a server has ended its pause;
 * that it is disabled is not ended by who resumes it, which may be asked for only while that is not known.
 */
export function afterWord(said: Said, backend: string, word: Word): Said {
  const after = new Set(said);
  const [paused, disabled] = [`paused ${backend}`, `disabled ${backend}`];
  switch (word) {
    case 'weight 0':
      return after.add(`weight web ${backend}`);
    case 'pause':
      return after.add(paused);
    case 'disable':
      after.delete(paused);
      return after.add(disabled);
    case 'resume':
      after.delete(paused);
      return after;
    case 'enable':
      after.delete(paused);
      after.delete(disabled);
      return after;
  }
}
