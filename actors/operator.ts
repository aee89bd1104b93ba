import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { type Change, changeSummary, changeWarnings } from '../domain/change-text.js';
import type { MaglevConfig } from '../domain/config.js';
import { usersOf } from '../domain/deciding.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { FieldsOf } from '../domain/events.js';
import { backendSubject, type Subject, weightSubject } from '../domain/intent-merge.js';
import { type IntentReview, reviewIntents } from '../domain/intent-review.js';
import { actOnBackend, effective, type Intents, sameIntents, setWeight } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigConsidered, ConfigControl, WordsReviewed } from '../protocol/config.js';
import type {
  EffectiveChanged,
  InForce,
  OperatorAnswer,
  OperatorRequest,
  Touched,
} from '../protocol/operator.js';
import { type IntentCell, IntentKeeping, type KeepingMessage } from './intent-keeping.js';
import { logReview } from './intent-log.js';
import type { IntentStore } from './intent-store.js';
import type { ActorSpec, Context } from './kernel/contract.js';

export interface OperatorOptions {
  /** Asked for the running config at every start. */
  readonly config: Address<ConfigControl>;
  /** Told when the config as it counts changes; both answer when that is in force. */
  readonly health: Address<EffectiveChanged>;
  readonly decision: Address<EffectiveChanged<InForce>>;
  readonly store: IntentStore;
  readonly cell: IntentCell;
}

export type OperatorMessage = OperatorRequest | ConfigChanged | ConfigConsidered | KeepingMessage;

/**
 * Holds what operators asked for, and works it into the config. It survives reloads and, in the store, a restart: an
 * operator who took a server out must not find it back in because something was restarted.
 */
export function operatorActor(options: OperatorOptions): ActorSpec<OperatorMessage> {
  let lives = 0;
  return {
    name: 'operator',
    mailbox: { kind: 'reject', capacity: 1000 },
    start: async (context) => {
      const keeping = new IntentKeeping(context, options.store, options.cell);
      const intents = await keeping.open();
      const config = await context.ask(options.config, { type: 'get-config' });
      const operator = new Operator(context, options, keeping, intents, config);
      operator.review();
      // The last incarnation may have failed between a change and telling of it. At first everybody asks by himself.
      if (lives++ > 0) operator.tellAll();
      return operator;
    },
  };
}

const words = { pause: 'paused', resume: 'resumed', enable: 'enabled', disable: 'disabled' } as const;

type Asked = Pick<
  FieldsOf<'operator-action'>,
  'backend' | 'action' | 'frontend' | 'pool' | 'weight' | 'flush'
>;

/** Something that an operator asked for. */
interface Request {
  /** What he asked for, for the log. */
  readonly fields: Asked;
  readonly peer: string | undefined;
  readonly subject: Subject;
  readonly touched: Touched;
  /** As done. */
  readonly word: string;
  /** It takes new flows away. */
  readonly lowers: boolean;
  /** Flows that are not cut now are cut when VPP gets the weights. */
  readonly cutFollows: boolean;
  readonly reply: Reply<OperatorAnswer>;
}

class Operator {
  readonly #context: Context<OperatorMessage>;
  readonly #options: OperatorOptions;
  readonly #keeping: IntentKeeping;
  #intents: Intents;
  #config: MaglevConfig;

  constructor(
    context: Context<OperatorMessage>,
    options: OperatorOptions,
    keeping: IntentKeeping,
    intents: Intents,
    config: MaglevConfig,
  ) {
    this.#context = context;
    this.#options = options;
    this.#keeping = keeping;
    this.#intents = intents;
    this.#config = config;
  }

  receive(message: OperatorMessage): void {
    switch (message.type) {
      case 'get-effective':
        message.reply.ok(effective(this.#intents, this.#config));
        break;
      case 'config-changed': {
        // The config-keeper tells of it at its start, too.
        const known = message.config === this.#config;
        this.#config = message.config;
        message.reply.ok(wordsOf(this.review()));
        if (!known) this.tellAll();
        break;
      }
      case 'config-considered':
        message.reply.ok(wordsOf(reviewIntents(this.#intents, message.config, this.#context.clock.now())));
        break;
      case 'store-done':
      case 'keep-again': {
        const found = this.#keeping.receive(message);
        if (found === null) break;
        this.#intents = found;
        this.review();
        this.tellAll();
        break;
      }
      case 'act-on-backend': {
        const { name, action, peer, reply } = message;
        this.#change(actOnBackend(this.#intents, this.#config, name, action), {
          fields: { backend: name, action },
          peer,
          subject: backendSubject(name),
          touched: { kind: 'backend', backend: name },
          word: words[action],
          lowers: action === 'disable' || action === 'pause',
          cutFollows: true,
          reply,
        });
        break;
      }
      case 'set-weight': {
        const { change, flush, peer, reply } = message;
        const { frontend, backend, weight } = change;
        this.#change(setWeight(this.#intents, this.#config, change), {
          fields: { action: 'weight', ...change, flush },
          peer,
          subject: weightSubject(change),
          touched: { kind: 'weight', frontend, backend, flush },
          word: `weight ${weight}`,
          lowers: weight === 0,
          cutFollows: false,
          reply,
        });
        break;
      }
    }
  }

  stop(): Promise<void> {
    return this.#keeping.close();
  }

  /** Asks which intents hold under this config, and tells of those that do no more. */
  review(): IntentReview {
    const review = reviewIntents(this.#intents, this.#config, this.#context.clock.now());
    logReview(this.#context.log, review);
    this.#hold(review.intents);
    return review;
  }

  /** Tells of a change after which anything may be another. Nobody waits for it. */
  tellAll(): void {
    this.#announce({ kind: 'all' }).catch(() => {});
  }

  /** Resolves when it is in force everywhere, and in VPP if that can be. */
  async #announce(touched: Touched): Promise<InForce> {
    const { health, decision } = this.#options;
    const now = effective(this.#intents, this.#config);
    const tell = (touched: Touched) => ({ type: 'effective-changed', effective: now, touched }) as const;
    const { ask } = this.#context;
    const everything = tell({ kind: 'all' });
    // What was restarted has asked for what is in force by itself; but whoever waits is to be answered.
    const [inForce] = await Promise.all([
      ask(decision, tell(touched)).catch(async (thrown: unknown) => {
        const error = failed(thrown);
        await ask(decision, everything);
        return this.#cutShort(touched, error);
      }),
      ask(health, tell(touched)).catch((thrown: unknown) => {
        failed(thrown);
        return ask(health, everything);
      }),
    ]);
    return inForce;
  }

  /** The decision failed meanwhile: VPP gets all of it anew, and nobody knows what it had before. */
  #cutShort(touched: Touched, error: MaglevError): InForce {
    if (touched.kind === 'all') return { ...nothingKnown, applied: [] };
    const flush = touched.kind === 'weight' && touched.flush;
    const restarted = 'a part of maglevd failed and was restarted meanwhile';
    const text = flush ? `${restarted}, and may not have cut flows` : restarted;
    const users = usersOf(this.#config);
    const frontends = touched.kind === 'weight' ? [touched.frontend] : (users.get(touched.backend) ?? []);
    const pending = { why: 'full-sync', text, error } as const;
    const none = { acknowledged: 0, weights: 0, flushed: [], pending };
    return { ...nothingKnown, applied: frontends.map((frontend) => ({ frontend, ...none })) };
  }

  /** In force at once, and kept beside: a disk that fails or hangs must not keep a server in service. */
  #change(outcome: Either<MaglevError, Intents>, request: Request): void {
    const { reply, subject, touched } = request;
    if (isLeft(outcome)) {
      const { code } = outcome.left;
      this.#note(request, { outcome: 'refused', code });
      reply.fail(outcome.left);
      return;
    }
    this.#keeping.spokeOf(subject);
    this.#hold(outcome.right);
    Promise.all([this.#announce(touched), this.#keeping.settled()]).then(
      ([inForce, notKept]) => this.#answer(request, inForce, notKept),
      (thrown: unknown) => {
        const error = asMaglevError(thrown);
        this.#note(request, { outcome: 'done', code: error.code, error: error.message });
        reply.fail(error);
      },
    );
  }

  #answer(request: Request, inForce: InForce, notKept: string | null): void {
    const { applied, tookMs, deserted } = inForce;
    const change: Change = {
      ...inForce,
      done: request.word,
      frontends: applied.filter(({ acknowledged }) => acknowledged > 0).length,
      operations: sum(applied.map(({ acknowledged }) => acknowledged)),
      weights: sum(applied.map(({ weights }) => weights)),
      flushed: sum(applied.map(({ flushed }) => flushed.length)),
      pending: applied.flatMap(({ frontend, pending }) =>
        pending === null ? [] : [{ frontend, ...pending }],
      ),
      cutFollows: request.cutFollows,
      deserted: request.lowers ? deserted : [],
    };
    const { operations, weights, flushed, pending } = change;
    const vppMs = Math.round(tookMs * 10) / 10;
    const rest = pending.length === 0 ? {} : { pending: pending[0]?.why, reason: pending[0]?.text };
    this.#note(request, { outcome: 'done', acknowledged: operations, weights, flushed, vppMs, ...rest });
    const warnings = [...changeWarnings(change), ...(notKept === null ? [] : [notKept])];
    const warning = warnings.length === 0 ? null : warnings.join('; ');
    request.reply.ok({ summary: changeSummary(change), warning, applied, tookMs });
  }

  /** What somebody asked for and what became of it: one record, when that is known. */
  #note({ fields, peer }: Request, result: Omit<FieldsOf<'operator-action'>, keyof Asked | 'peer'>): void {
    const from = peer === undefined ? {} : { peer };
    this.#context.log.log('info', 'operator-action', { ...fields, ...result, ...from });
  }

  #hold(intents: Intents): void {
    if (sameIntents(intents, this.#intents)) return;
    this.#intents = intents;
    this.#keeping.keep(intents);
  }
}

function wordsOf({ dropped, fellDormant, woke }: IntentReview): WordsReviewed {
  return { dropped, fellDormant, woke };
}

const nothingKnown: Omit<InForce, 'applied'> = {
  tookMs: 0,
  uncut: [],
  waits: null,
  deserted: [],
  undecided: [],
};

/** Only of an actor that failed: it comes back. Throws anything else. */
function failed(thrown: unknown): MaglevError {
  const error = asMaglevError(thrown);
  if (error.code !== 'MGL_ACTOR_CRASHED' && error.code !== 'MGL_ACTOR_STOPPED') throw error;
  return error;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
