import { isLeft } from 'fp-ts/lib/Either.js';
import type { InForce } from '../domain/applied.js';
import { changeOf, changeSummary, changeWarnings } from '../domain/change-text.js';
import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { FieldsOf } from '../domain/events.js';
import { effectiveIf } from '../domain/hypothesis.js';
import { type IntentMemory, reviewed, withFound, withSaid } from '../domain/intent-desk.js';
import { effective, type Intents } from '../domain/operator.js';
import {
  cutShort,
  granted,
  type StatedWish,
  stated,
  type Touched,
  type Wish,
  type WishFields,
} from '../domain/operator-wish.js';
import { overridesOf } from '../domain/overrides.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigConsidered, ConfigControl, WordsReviewed } from '../protocol/config.js';
import type { IntentRequest, IntentsFound } from '../protocol/intents.js';
import type {
  AwaitIntents,
  EffectiveChanged,
  OperatorAnswer,
  OperatorRequest,
  WhatIfRequest,
} from '../protocol/operator.js';
import { PATIENCE_MS } from './intent-keeper.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { byType, Life } from './life.js';
import { tellNews } from './news.js';

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
  return {
    name: 'operator',
    capacity: 1000,
    start: async (context) => {
      const { ask } = context;
      const memory = await ask(options.keeper, { type: 'recall-intents' });
      const found = memory.whole ? null : await lookFor(context, options);
      const running = await ask(options.config, { type: 'get-config' });
      const operator = new Operator(context, { ...options, memory, running });
      if (found !== null) operator.found(found);
      else operator.review();
      // The last incarnation may have failed between a change and telling of it. At first everybody asks by himself.
      if (context.isRestart) operator.tellAll();
      return operator;
    },
  };
}

/** What an earlier process kept; null when that cannot be read soon. */
function lookFor({ ask }: Context<OperatorMessage>, { keeper }: OperatorOptions): Promise<Intents | null> {
  return ask(keeper, { type: 'look-for-intents' }, { timeoutMs: PATIENCE_MS }).catch(() => null);
}

/** What it knows. An older config is held by nobody: one of thousands of backends is large. */
interface Known {
  memory: IntentMemory;
  running: MaglevConfig;
}

/** What somebody asked for. */
interface Request {
  readonly wish: StatedWish;
  readonly peer: string | undefined;
  readonly reply: Reply<OperatorAnswer>;
}

class Operator extends Life<OperatorMessage, OperatorOptions & Known> {
  readonly #known: Known = this.options;
  /** The last change after which anything may be another is in force everywhere. */
  #allTold: Promise<unknown> = Promise.resolve();

  readonly receive = byType<OperatorMessage>({
    'get-effective': ({ reply }) => reply.ok(effective(this.#known.memory.intents, this.#known.running)),
    'list-overrides': ({ reply }) => reply.ok(overridesOf(this.#known.memory.intents, this.#known.running)),
    'await-intents': ({ reply }) => this.#await(reply),
    looked: ({ found, reply }) => {
      if (found !== null) this.#foundLater(found);
      void this.#allTold.then(() => reply.ok());
    },
    'intents-found': ({ intents }) => this.#foundLater(intents),
    'what-if': ({ hypothesis, reply }) => {
      const { memory, running } = this.#known;
      const would = effectiveIf(hypothesis, memory.intents, running, this.context.clock.now());
      if (isLeft(would)) reply.fail(would.left);
      else reply.ok(would.right);
    },
    'config-changed': ({ config, reply }) => {
      // The config-keeper tells of it at its start, too.
      const known = config === this.#known.running;
      this.#known.running = config;
      reply.ok(this.review());
      if (!known) this.tellAll();
    },
    'config-considered': ({ config, reply }) =>
      reply.ok(reviewed(this.#known.memory, config, this.context.clock.now()).review),
    'act-on-backend': ({ name, action, peer, reply }) =>
      this.#asked({ kind: 'backend', name, action }, peer, reply),
    'set-weight': ({ change, flush, peer, reply }) =>
      this.#asked({ kind: 'weight', change, flush }, peer, reply),
  });

  #await(reply: Reply<void>): void {
    if (this.#known.memory.whole) void this.#allTold.then(() => reply.ok());
    else {
      this.context.pipe(
        lookFor(this.context, this.options),
        (found) => ({ type: 'looked', found, reply }),
        () => ({ type: 'looked', found: null, reply }),
      );
    }
  }

  /** Asks which intents hold under this config, and tells of those that do no more. */
  review(): WordsReviewed {
    const { log, clock } = this.context;
    const { memory, review, news } = reviewed(this.#known.memory, this.#known.running, clock.now());
    tellNews(log, news);
    if (memory !== this.#known.memory) {
      this.#known.memory = memory;
      void this.#kept();
    }
    return review;
  }

  /** Works in what an earlier process kept. */
  found(found: Intents): void {
    this.#known.memory = withFound(this.#known.memory, found);
    const held = this.#known.memory;
    this.review();
    if (this.#known.memory === held) void this.#kept();
  }

  #foundLater(found: Intents): void {
    if (this.#known.memory.whole) return;
    this.found(found);
    this.tellAll();
  }

  /** Tells of a change after which anything may be another. Nobody who asked for something waits for it. */
  tellAll(): void {
    this.#allTold = this.#announce({ kind: 'all' }).catch(() => {});
  }

  /** Resolves when it is in force everywhere, and in VPP if that can be. */
  async #announce(touched: Touched): Promise<InForce> {
    const { health, decision } = this.options;
    const { ask } = this.context;
    const config = this.#known.running;
    const now = effective(this.#known.memory.intents, config);
    const tell = (touched: Touched) => ({ type: 'effective-changed', effective: now, touched }) as const;
    const everything = tell({ kind: 'all' });
    // What was restarted has asked for what is in force by itself; but whoever waits is to be answered.
    const [inForce] = await Promise.all([
      ask(decision, tell(touched)).catch(async (thrown: unknown) => {
        const error = failed(thrown);
        await ask(decision, everything);
        return cutShort(touched, config, error);
      }),
      ask(health, tell(touched)).catch((thrown: unknown) => {
        failed(thrown);
        return ask(health, everything);
      }),
    ]);
    return inForce;
  }

  /** In force at once, and kept beside: a disk that fails or hangs must not keep a server in service. */
  #asked(wish: Wish, peer: string | undefined, reply: Reply<OperatorAnswer>): void {
    const asked = { at: this.context.clock.now(), peer: peer ?? null };
    const outcome = granted(wish, this.#known.memory.intents, this.#known.running, asked);
    const request = { wish: stated(wish), peer, reply };
    if (isLeft(outcome)) {
      this.#note(request, { outcome: 'refused', code: outcome.left.code });
      reply.fail(outcome.left);
      return;
    }
    const { subjects, touched } = request.wish;
    this.#known.memory = withSaid(this.#known.memory, outcome.right, subjects);
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
    const change = changeOf(request.wish, inForce);
    const { operations, weights, flushed, pending, tookMs } = change;
    const vppMs = Math.round(tookMs * 10) / 10;
    const rest = pending.length === 0 ? {} : { pending: pending[0]?.why, reason: pending[0]?.text };
    this.#note(request, { outcome: 'done', acknowledged: operations, weights, flushed, vppMs, ...rest });
    const warnings = [...changeWarnings(change), ...(notKept === null ? [] : [notKept])];
    const warning = warnings.length === 0 ? null : warnings.join('; ');
    request.reply.ok({ summary: changeSummary(change), warning, applied: inForce.applied, tookMs });
  }

  /** What somebody asked for and what became of it: one record, when that is known. */
  #note({ wish, peer }: Request, result: Omit<FieldsOf<'operator-action'>, keyof WishFields | 'peer'>): void {
    const from = peer === undefined ? {} : { peer };
    this.context.log.log('info', 'operator-action', { ...wish.fields, ...result, ...from });
  }

  /** Has it kept; resolves when it is, or when nobody waits any longer: null, or what is not as it should be. */
  async #kept(): Promise<string | null> {
    const keep = () => {
      const question = { type: 'keep-intents', memory: this.#known.memory } as const;
      return this.context.ask(this.options.keeper, question, { timeoutMs: PATIENCE_MS });
    };
    const onceMore = (error: unknown) => {
      if (asMaglevError(error).code !== 'MGL_ACTOR_CRASHED') throw error;
      return keep();
    };
    return keep()
      .catch(onceMore)
      .catch(() => notYet);
  }
}

/** Only of an actor that failed: it comes back. Throws anything else. */
function failed(thrown: unknown): MaglevError {
  const error = asMaglevError(thrown);
  if (error.code !== 'MGL_ACTOR_CRASHED' && error.code !== 'MGL_ACTOR_STOPPED') throw error;
  return error;
}

const notYet = 'in force, but not kept yet: it is not on disk after 2 s; a restart of maglevd may forget it';
