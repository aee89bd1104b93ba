import { type Either, map, right } from 'fp-ts/lib/Either.js';
import type { MaglevConfig } from './config.js';
import { type Heard, hear } from './deciding.js';
import type { MaglevError } from './errors.js';
import { reviewIntents } from './intent-review.js';
import { type Effective, effective, type Intents } from './operator.js';
import { granted, type Wish } from './operator-wish.js';

/** Something that might count, and does not. */
export type Hypothesis =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'config';
      readonly config: MaglevConfig;
      /** Backends whose verdict would begin anew. */
      readonly begunAnew: readonly string[];
    }
  | Wish;

/** The config as it would count, at `now` (wall time, ms). What an operator could not ask for is refused as it would be. */
export function effectiveIf(
  hypothesis: Hypothesis,
  intents: Intents,
  config: MaglevConfig,
  now: number,
): Either<MaglevError, Effective> {
  switch (hypothesis.kind) {
    case 'nothing':
      return right(effective(intents, config));
    case 'config':
      return right(effective(reviewIntents(intents, hypothesis.config, now).intents, hypothesis.config));
    default:
      return map((after: Intents) => effective(after, config))(granted(hypothesis, intents, config));
  }
}

/** What would be known of the backends: as it is, but of one that would be taken out or probed again. */
export function heardIf(
  hypothesis: Hypothesis,
  effective: Effective,
  heard: ReadonlyMap<string, Heard>,
): ReadonlyMap<string, Heard> {
  const would = new Map(heard);
  if (hypothesis.kind === 'backend') {
    const { name } = hypothesis;
    const known = would.get(name);
    if (known !== undefined) would.set(name, hear({ name, ...known }, effective));
  }
  if (hypothesis.kind === 'config') for (const name of hypothesis.begunAnew) would.delete(name);
  return would;
}
