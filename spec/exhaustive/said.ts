import type { BackendAction } from '../../domain/operator.js';

/** What operators have said and not taken back, reckoned in a way of its own: `paused b`, `disabled b`, `weight web b`. */
export type Said = ReadonlySet<string>;

export type Word = BackendAction | 'weight 0';

/** After one more word, of which the config says the opposite. Whoever disables a server has ended its pause. */
export function afterWord(said: Said, backend: string, word: Word): Said {
  const after = new Set(said);
  const [paused, disabled] = [`paused ${backend}`, `disabled ${backend}`];
  switch (word) {
    case 'weight 0':
      return after.add(`weight web ${backend}`);
    case 'pause':
      after.delete(disabled);
      return after.add(paused);
    case 'disable':
      after.delete(paused);
      return after.add(disabled);
    case 'resume':
    case 'enable':
      after.delete(paused);
      after.delete(disabled);
      return after;
  }
}
