import type { Either } from 'fp-ts/lib/Either.js';
import { type InForce, notApplied } from './applied.js';
import type { AskedChange } from './change-text.js';
import type { MaglevConfig } from './config.js';
import { nothingExplained, usersOf } from './deciding.js';
import type { MaglevError } from './errors.js';
import type { FieldsOf } from './events.js';
import {
  type Asked,
  actionSubjects,
  actOnBackend,
  type BackendAction,
  type Intents,
  type Subject,
  setWeight,
  subjectOf,
  type WeightChange,
} from './operator.js';

/** Something that an operator asks for. */
export type Wish =
  | { readonly kind: 'backend'; readonly name: string; readonly action: BackendAction }
  /** `flush`: the flows of that server are to be cut now. */
  | { readonly kind: 'weight'; readonly change: WeightChange; readonly flush: boolean };

/** What of the config is another now. */
export type Touched =
  /** By a reload, or nobody knows: anything may be. */
  | { readonly kind: 'all' }
  /** By an operator: whether this backend is enabled or paused. */
  | { readonly kind: 'backend'; readonly backend: string }
  /** By an operator: the weight of this backend in this frontend. `flush`: its flows are to be cut now. */
  | { readonly kind: 'weight'; readonly frontend: string; readonly backend: string; readonly flush: boolean };

/** What is asked for, as the log has it. */
export type WishFields = Pick<
  FieldsOf<'operator-action'>,
  'backend' | 'action' | 'frontend' | 'pool' | 'weight' | 'flush'
>;

/** A wish, and what follows from it whatever becomes of it. */
export interface StatedWish extends AskedChange {
  readonly fields: WishFields;
  readonly subjects: readonly Subject[];
  readonly touched: Touched;
}

const done = { pause: 'paused', resume: 'resumed', enable: 'enabled', disable: 'disabled' } as const;

export function stated(wish: Wish): StatedWish {
  if (wish.kind === 'backend') {
    const { name, action } = wish;
    return {
      fields: { backend: name, action },
      subjects: actionSubjects(name, action),
      touched: { kind: 'backend', backend: name },
      done: done[action],
      lowers: action === 'disable' || action === 'pause',
      cutFollows: true,
    };
  }
  const { change, flush } = wish;
  const { frontend, backend, weight } = change;
  return {
    fields: { action: 'weight', ...change, flush },
    subjects: [subjectOf({ kind: 'weight', ...change })],
    touched: { kind: 'weight', frontend, backend, flush },
    done: `weight ${weight}`,
    lowers: weight === 0,
    cutFollows: false,
  };
}

/** What it leaves of the intents; or why it is refused. */
export function granted(
  wish: Wish,
  intents: Intents,
  config: MaglevConfig,
  asked?: Asked,
): Either<MaglevError, Intents> {
  return wish.kind === 'backend'
    ? actOnBackend(intents, config, wish.name, wish.action, asked)
    : setWeight(intents, config, wish.change, asked);
}

/** What decides failed meanwhile: VPP gets all of it anew, and nobody knows what it had before. */
export function cutShort(touched: Touched, config: MaglevConfig, error: MaglevError): InForce {
  const text = 'a part of maglevd failed and was restarted meanwhile';
  const frontends = frontendsOf(touched, config);
  return {
    applied: frontends.map((frontend) => notApplied(frontend, 'failed', text, error)),
    tookMs: 0,
    uncut: touched.kind === 'weight' && touched.flush ? frontends : [],
    ...nothingExplained,
  };
}

/** Those that it is about; of a change of everything none in particular. */
function frontendsOf(touched: Touched, config: MaglevConfig): readonly string[] {
  switch (touched.kind) {
    case 'all':
      return [];
    case 'weight':
      return [touched.frontend];
    case 'backend':
      return usersOf(config).get(touched.backend) ?? [];
  }
}
