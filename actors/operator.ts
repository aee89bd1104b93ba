import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import { reviewIntents } from '../domain/intent-review.js';
import { actOnBackend, effective, type Intents, noIntents, setWeight } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { LogFields } from '../protocol/log.js';
import type { EffectiveChanged, OperatorRequest, Touched } from '../protocol/operator.js';
import { ask, untilAnswered } from './ask.js';
import { logReview } from './intent-log.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** Keeps what operators asked for over a restart of maglevd. */
export interface IntentStore {
  /** What was kept. `problem` tells what was wrong with it, if anything was. Never rejects. */
  readonly load: () => Promise<{ readonly intents: Intents; readonly problem: string | null }>;
  /** Rejects when it cannot be kept. */
  readonly save: (intents: Intents) => Promise<void>;
}

export interface OperatorOptions {
  /** Asked for the running config at every start. */
  readonly config: Address<ConfigControl>;
  /** Told when the config as it counts changes; answers when that is in force. */
  readonly report: Address<EffectiveChanged>;
  readonly store: IntentStore;
  /** Outlives this actor; the store is for the next process. */
  readonly cell: IntentCell;
}

/** null = not loaded yet. */
export interface IntentCell {
  intents: Intents | null;
}

type OperatorMessage = OperatorRequest | ConfigChanged;

/**
 * Holds what operators asked for, and works it into the config. It survives reloads and, in the store, a restart: an
 * operator who took a server out must not find it back in because something was restarted.
 */
export function operatorActor(options: OperatorOptions): ActorSpec<OperatorMessage> {
  return {
    name: 'operator',
    mailbox: { kind: 'reject', capacity: 1000 },
    start: async (context) => {
      const intents = options.cell.intents ?? (await load(context, options.store));
      const config = await ask(context, options.config, { type: 'get-config' }, untilAnswered);
      const operator = new Operator(context, options, intents, config);
      await operator.review();
      // For the case that the last incarnation failed between a change and telling of it.
      operator.announce(everything, unheard);
      return { receive: (message) => operator.receive(message) };
    },
  };
}

async function load(context: Pick<Context<never>, 'log'>, store: IntentStore): Promise<Intents> {
  const { intents, problem } = await store.load();
  if (problem !== null) context.log.log('error', 'operator-state-lost', { error: problem });
  return intents;
}

class Operator {
  constructor(
    private readonly context: Context<OperatorMessage>,
    private readonly options: OperatorOptions,
    private intents: Intents,
    private config: MaglevConfig,
  ) {
    options.cell.intents = intents;
  }

  async receive(message: OperatorMessage): Promise<void> {
    switch (message.type) {
      case 'get-effective':
        message.reply.ok(effective(this.intents, this.config));
        break;
      case 'config-changed': {
        this.config = message.config;
        await this.review();
        this.announce(everything, unheard);
        break;
      }
      case 'act-on-backend': {
        const { name, action, peer, reply } = message;
        const outcome = actOnBackend(this.intents, this.config, name, action);
        this.note(outcome, { backend: name, action }, peer);
        await this.change(outcome, { ...untouched, backend: name }, reply);
        break;
      }
      case 'set-weight': {
        const { change, flush, peer, reply } = message;
        const outcome = setWeight(this.intents, this.config, change);
        this.note(outcome, { action: 'weight', ...change, flush }, peer);
        const { frontend, backend } = change;
        const touched = { ...untouched, frontend, flush: flush ? backend : null };
        await this.change(outcome, touched, reply);
        break;
      }
    }
  }

  /** Asks which intents hold under this config, and tells of those that do no more. */
  async review(): Promise<void> {
    const review = reviewIntents(this.intents, this.config, this.context.clock.now());
    logReview(this.context.log, review);
    if (!sameIntents(review.intents, this.intents)) await this.keep(review.intents);
  }

  /** Tells the tree; `reply` is answered when it is in force everywhere. */
  announce(touched: Touched, reply: Reply<void>): void {
    const now = effective(this.intents, this.config);
    const question = { type: 'effective-changed', effective: now, touched } as const;
    // The root answers when everybody has; how long that may take is for the asker to say.
    ask(this.context, this.options.report, question, untilAnswered).then(
      () => reply.ok(undefined),
      (error: unknown) => reply.fail(asMaglevError(error)),
    );
  }

  /** What somebody asked for and whether he got it, before anything that comes of it. */
  private note(outcome: Either<MaglevError, Intents>, fields: LogFields, peer: string | undefined): void {
    const result = isLeft(outcome) ? { outcome: 'refused', code: outcome.left.code } : { outcome: 'done' };
    const from = peer === undefined ? {} : { peer };
    this.context.log.log('info', 'operator-action', { ...fields, ...result, ...from });
  }

  private async change(
    outcome: Either<MaglevError, Intents>,
    touched: Touched,
    reply: Reply<void>,
  ): Promise<void> {
    if (isLeft(outcome)) {
      reply.fail(outcome.left);
      return;
    }
    if (!sameIntents(outcome.right, this.intents)) await this.keep(outcome.right);
    this.announce(touched, reply);
  }

  /** In force even when it cannot be kept: the operator wants it now, and the log tells what a restart would lose. */
  private async keep(intents: Intents): Promise<void> {
    this.intents = intents;
    this.options.cell.intents = intents;
    await this.options.store.save(intents).catch((error: unknown) => {
      this.context.log.log('error', 'operator-state-not-kept', { error: asMaglevError(error).message });
    });
  }
}

function sameIntents(a: Intents, b: Intents): boolean {
  return JSON.stringify([[...a.backends], a.weights]) === JSON.stringify([[...b.backends], b.weights]);
}

const everything: Touched = { all: true, backend: null, frontend: null, flush: null };
const untouched: Touched = { all: false, backend: null, frontend: null, flush: null };

const unheard: Reply<void> = { ok: () => false, fail: () => false };

/** Keeps nothing beyond this process; over a crash of the actor it does. */
export function memoryStore(): IntentStore {
  let kept = noIntents;
  return {
    load: async () => ({ intents: kept, problem: null }),
    save: async (intents) => {
      kept = intents;
    },
  };
}
