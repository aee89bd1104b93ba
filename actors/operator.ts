import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { type InForce, notApplied } from '../domain/applied.js';
import { type AskedChange, changeOf, changeSummary, changeWarnings } from '../domain/change-text.js';
import type { MaglevConfig } from '../domain/config.js';
import { usersOf } from '../domain/deciding.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { FieldsOf } from '../domain/events.js';
import { type IntentReview, reviewIntents } from '../domain/intent-review.js';
import {
  type Asked,
  actOnBackend,
  backendSubjects,
  type Effective,
  effective,
  type Intents,
  mergeIntents,
  type Subject,
  sameIntents,
  setWeight,
  subjectOf,
} from '../domain/operator.js';
import { overridesOf } from '../domain/overrides.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigConsidered, ConfigControl, WordsReviewed } from '../protocol/config.js';
import type { Hypothesis } from '../protocol/decision.js';
import type { IntentMemory, IntentRequest, IntentsFound } from '../protocol/intents.js';
import type {
  AwaitIntents,
  EffectiveChanged,
  OperatorAnswer,
  OperatorRequest,
  Touched,
  WhatIfRequest,
} from '../protocol/operator.js';
import { PATIENCE_MS } from './intent-keeper.js';
import type { ActorSpec, Context } from './kernel/contract.js';

export interface OperatorOptions {
  /** Asked for the running config at every start. */
  readonly config: Address<ConfigControl>;
  /** Told when the config as it counts changes; both answer when that is in force. */
  readonly health: Address<EffectiveChanged>;
  readonly decision: Address<EffectiveChanged<InForce>>;
  /** Remembers the intents over a crash, and keeps them over a restart of maglevd. */
  readonly keeper: Address<IntentRequest>;
}

export type OperatorMessage =
  | OperatorRequest
  | WhatIfRequest
  | ConfigChanged
  | ConfigConsidered
  | IntentsFound
  | AwaitIntents
  /** What looking for them brought to light, for somebody who waits for it. */
  | { readonly type: 'looked'; readonly found: Intents | null; readonly reply: Reply<void> };

/**
 * Holds what operators asked for, and works it into the config. It survives reloads and, with the keeper, a restart: an
 * operator who took a server out must not find it back in because something was restarted.
 */
export function operatorActor(options: OperatorOptions): ActorSpec<OperatorMessage> {
  let lives = 0;
  return {
    name: 'operator',
    capacity: 1000,
    start: async (context) => {
      const { ask } = context;
      const memory = await ask(options.keeper, { type: 'recall-intents' });
      const found = memory.whole ? null : await lookFor(context, options);
      const config = await ask(options.config, { type: 'get-config' });
      const operator = new Operator(context, options, memory, config);
      if (found !== null) operator.found(found);
      else operator.review();
      // The last incarnation may have failed between a change and telling of it. At first everybody asks by himself.
      if (lives++ > 0) operator.tellAll();
      return operator;
    },
  };
}

/** What an earlier process kept; null when that cannot be read soon. */
function lookFor({ ask }: Context<OperatorMessage>, { keeper }: OperatorOptions): Promise<Intents | null> {
  return ask(keeper, { type: 'look-for-intents' }, { timeoutMs: PATIENCE_MS }).catch(() => null);
}

const words = { pause: 'paused', resume: 'resumed', enable: 'enabled', disable: 'disabled' } as const;

type AskedFor = Pick<
  FieldsOf<'operator-action'>,
  'backend' | 'action' | 'frontend' | 'pool' | 'weight' | 'flush'
>;

/** Something that an operator asked for. */
interface Request extends AskedChange {
  /** What he asked for, for the log. */
  readonly fields: AskedFor;
  readonly peer: string | undefined;
  readonly subjects: readonly Subject[];
  readonly touched: Touched;
  readonly reply: Reply<OperatorAnswer>;
}

class Operator {
  readonly #context: Context<OperatorMessage>;
  readonly #options: OperatorOptions;
  #memory: IntentMemory;
  #config: MaglevConfig;
  /** The last change after which anything may be another is in force everywhere. */
  #allTold: Promise<unknown> = Promise.resolve();

  constructor(
    context: Context<OperatorMessage>,
    options: OperatorOptions,
    memory: IntentMemory,
    config: MaglevConfig,
  ) {
    this.#context = context;
    this.#options = options;
    this.#memory = memory;
    this.#config = config;
  }

  receive(message: OperatorMessage): void {
    switch (message.type) {
      case 'get-effective':
        message.reply.ok(effective(this.#memory.intents, this.#config));
        break;
      case 'list-overrides':
        message.reply.ok(overridesOf(this.#memory.intents, this.#config));
        break;
      case 'await-intents': {
        const { reply } = message;
        if (this.#memory.whole) void this.#allTold.then(() => reply.ok());
        else {
          const looked = lookFor(this.#context, this.#options);
          this.#context.pipe(
            looked,
            (found) => ({ type: 'looked', found, reply }),
            () => ({ type: 'looked', found: null, reply }),
          );
        }
        break;
      }
      case 'what-if':
        this.#suppose(message.hypothesis, message.reply);
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
        message.reply.ok(
          wordsOf(reviewIntents(this.#memory.intents, message.config, this.#context.clock.now())),
        );
        break;
      case 'intents-found':
        this.#foundLater(message.intents);
        break;
      case 'looked':
        if (message.found !== null) this.#foundLater(message.found);
        void this.#allTold.then(() => message.reply.ok());
        break;
      case 'act-on-backend': {
        const { name, action, peer, reply } = message;
        this.#change(actOnBackend(this.#memory.intents, this.#config, name, action, this.#by(peer)), {
          fields: { backend: name, action },
          peer,
          subjects: backendSubjects(name),
          touched: { kind: 'backend', backend: name },
          done: words[action],
          lowers: action === 'disable' || action === 'pause',
          cutFollows: true,
          reply,
        });
        break;
      }
      case 'set-weight': {
        const { change, flush, peer, reply } = message;
        const { frontend, backend, weight } = change;
        this.#change(setWeight(this.#memory.intents, this.#config, change, this.#by(peer)), {
          fields: { action: 'weight', ...change, flush },
          peer,
          subjects: [subjectOf({ kind: 'weight', ...change })],
          touched: { kind: 'weight', frontend, backend, flush },
          done: `weight ${weight}`,
          lowers: weight === 0,
          cutFollows: false,
          reply,
        });
        break;
      }
    }
  }

  #suppose(hypothesis: Hypothesis, reply: Reply<Effective>): void {
    if (hypothesis.kind === 'nothing') {
      reply.ok(effective(this.#memory.intents, this.#config));
      return;
    }
    if (hypothesis.kind === 'config') {
      const { config } = hypothesis;
      const { intents } = reviewIntents(this.#memory.intents, config, this.#context.clock.now());
      reply.ok(effective(intents, config));
      return;
    }
    const outcome =
      hypothesis.kind === 'backend'
        ? actOnBackend(this.#memory.intents, this.#config, hypothesis.name, hypothesis.action)
        : setWeight(this.#memory.intents, this.#config, hypothesis.change);
    if (isLeft(outcome)) reply.fail(outcome.left);
    else reply.ok(effective(outcome.right, this.#config));
  }

  /** Asks which intents hold under this config, and tells of those that do no more: nothing goes without a word. */
  review(): IntentReview {
    const { log, clock } = this.#context;
    const review = reviewIntents(this.#memory.intents, this.#config, clock.now());
    for (const one of review.dropped) log.log('warn', 'operator-intent-dropped', { ...one });
    for (const one of review.fellDormant) log.log('warn', 'operator-intent-dormant', { ...one });
    for (const one of review.woke) log.log('warn', 'operator-intent-back', { ...one });
    if (this.#hold(review.intents)) void this.#kept();
    return review;
  }

  /** Works in what an earlier process kept. */
  found(found: Intents): void {
    const { intents, said } = this.#memory;
    const merged = mergeIntents(found, intents, said);
    // The keeper knows what it found by what it is: that is not written again.
    this.#memory = { intents: sameIntents(merged, found) ? found : merged, whole: true, said: new Set() };
    const held = this.#memory;
    this.review();
    if (this.#memory === held) void this.#kept();
  }

  #foundLater(found: Intents): void {
    if (this.#memory.whole) return;
    this.found(found);
    this.tellAll();
  }

  /** Tells of a change after which anything may be another. Nobody who asked for something waits for it. */
  tellAll(): void {
    this.#allTold = this.#announce({ kind: 'all' }).catch(() => {});
  }

  /** Resolves when it is in force everywhere, and in VPP if that can be. */
  async #announce(touched: Touched): Promise<InForce> {
    const { health, decision } = this.#options;
    const now = effective(this.#memory.intents, this.#config);
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
    const flush = touched.kind === 'weight' && touched.flush;
    const text = 'a part of maglevd failed and was restarted meanwhile';
    const frontends = frontendsOf(touched, this.#config);
    return {
      ...nothingKnown,
      applied: frontends.map((frontend) => notApplied(frontend, 'failed', text, error)),
      uncut: flush ? frontends : [],
    };
  }

  /** In force at once, and kept beside: a disk that fails or hangs must not keep a server in service. */
  #change(outcome: Either<MaglevError, Intents>, request: Request): void {
    const { reply, subjects, touched } = request;
    if (isLeft(outcome)) {
      const { code } = outcome.left;
      this.#note(request, { outcome: 'refused', code });
      reply.fail(outcome.left);
      return;
    }
    const { whole, said } = this.#memory;
    if (!whole) this.#memory = { ...this.#memory, said: new Set([...said, ...subjects]) };
    this.#hold(outcome.right);
    Promise.all([this.#announce(touched), this.#kept()]).then(
      ([inForce, notKept]) => this.#answer(request, inForce, notKept),
      (thrown: unknown) => {
        const error = asMaglevError(thrown);
        this.#note(request, { outcome: 'done', code: error.code, error: error.message });
        reply.fail(error);
      },
    );
  }

  #answer(request: Request, inForce: InForce, notKept: string | null): void {
    const change = changeOf(request, inForce);
    const { operations, weights, flushed, pending, tookMs } = change;
    const vppMs = Math.round(tookMs * 10) / 10;
    const rest = pending.length === 0 ? {} : { pending: pending[0]?.why, reason: pending[0]?.text };
    this.#note(request, { outcome: 'done', acknowledged: operations, weights, flushed, vppMs, ...rest });
    const warnings = [...changeWarnings(change), ...(notKept === null ? [] : [notKept])];
    const warning = warnings.length === 0 ? null : warnings.join('; ');
    request.reply.ok({ summary: changeSummary(change), warning, applied: inForce.applied, tookMs });
  }

  /** What somebody asked for and what became of it: one record, when that is known. */
  #note({ fields, peer }: Request, result: Omit<FieldsOf<'operator-action'>, keyof AskedFor | 'peer'>): void {
    const from = peer === undefined ? {} : { peer };
    this.#context.log.log('info', 'operator-action', { ...fields, ...result, ...from });
  }

  /** Are they others than before? */
  #hold(intents: Intents): boolean {
    if (sameIntents(intents, this.#memory.intents)) return false;
    this.#memory = { ...this.#memory, intents };
    return true;
  }

  /** Has it kept; resolves when it is, or when nobody waits any longer: null, or what is not as it should be. */
  async #kept(): Promise<string | null> {
    const keep = () =>
      this.#context.ask(
        this.#options.keeper,
        { type: 'keep-intents', memory: this.#memory },
        { timeoutMs: PATIENCE_MS },
      );
    const onceMore = (error: unknown) => {
      if (asMaglevError(error).code !== 'MGL_ACTOR_CRASHED') throw error;
      return keep();
    };
    return keep()
      .catch(onceMore)
      .catch(() => notYet);
  }

  #by(peer: string | undefined): Asked {
    return { at: this.#context.clock.now(), peer: peer ?? null };
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

const notYet = 'in force, but not kept yet: it is not on disk after 2 s; a restart of maglevd may forget it';

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
