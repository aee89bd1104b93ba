import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import type { MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { FieldsOf } from '../domain/events.js';
import { backendSubject, type Subject, weightSubject } from '../domain/intent-merge.js';
import { reviewIntents } from '../domain/intent-review.js';
import { actOnBackend, effective, type Intents, sameIntents, setWeight } from '../domain/operator.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { EffectiveChanged, OperatorAnswer, OperatorRequest, Touched } from '../protocol/operator.js';
import { ask, untilAnswered } from './ask.js';
import { type IntentCell, IntentKeeping, type KeepingMessage } from './intent-keeping.js';
import { logReview } from './intent-log.js';
import type { IntentStore } from './intent-store.js';
import type { ActorSpec, Context } from './kernel/contract.js';

export interface OperatorOptions {
  /** Asked for the running config at every start. */
  readonly config: Address<ConfigControl>;
  /** Told when the config as it counts changes; answers when that is in force. */
  readonly report: Address<EffectiveChanged>;
  readonly store: IntentStore;
  readonly cell: IntentCell;
}

type OperatorMessage = OperatorRequest | ConfigChanged | KeepingMessage;

/**
 * Holds what operators asked for, and works it into the config. It survives reloads and, in the store, a restart: an
 * operator who took a server out must not find it back in because something was restarted.
 */
export function operatorActor(options: OperatorOptions): ActorSpec<OperatorMessage> {
  return {
    name: 'operator',
    mailbox: { kind: 'reject', capacity: 1000 },
    start: async (context) => {
      const keeping = new IntentKeeping(context, options.store, options.cell);
      const intents = await keeping.open();
      const config = await ask(context, options.config, { type: 'get-config' }, untilAnswered);
      const operator = new Operator(context, options.report, keeping, intents, config);
      operator.review();
      // For the case that the last incarnation failed between a change and telling of it.
      operator.announce(everything).catch(() => {});
      return { receive: (message) => operator.receive(message), stop: () => keeping.close() };
    },
  };
}

class Operator {
  constructor(
    private readonly context: Context<OperatorMessage>,
    private readonly report: Address<EffectiveChanged>,
    private readonly keeping: IntentKeeping,
    private intents: Intents,
    private config: MaglevConfig,
  ) {}

  receive(message: OperatorMessage): void {
    switch (message.type) {
      case 'get-effective':
        message.reply.ok(effective(this.intents, this.config));
        break;
      case 'config-changed':
        this.config = message.config;
        this.review();
        this.announce(everything).catch(() => {});
        break;
      case 'store-done':
      case 'keep-again': {
        const found = this.keeping.receive(message);
        if (found === null) break;
        this.intents = found;
        this.review();
        this.announce(everything).catch(() => {});
        break;
      }
      case 'act-on-backend': {
        const { name, action, peer, reply } = message;
        const outcome = actOnBackend(this.intents, this.config, name, action);
        this.note(outcome, { backend: name, action }, peer);
        this.change(outcome, backendSubject(name), { ...untouched, backend: name }, reply);
        break;
      }
      case 'set-weight': {
        const { change, flush, peer, reply } = message;
        const outcome = setWeight(this.intents, this.config, change);
        this.note(outcome, { action: 'weight', ...change, flush }, peer);
        const { frontend, backend } = change;
        const touched = { ...untouched, frontend, flush: flush ? backend : null };
        this.change(outcome, weightSubject(change), touched, reply);
        break;
      }
    }
  }

  /** Asks which intents hold under this config, and tells of those that do no more. */
  review(): void {
    const review = reviewIntents(this.intents, this.config, this.context.clock.now());
    logReview(this.context.log, review);
    this.hold(review.intents);
  }

  /** Tells the tree; resolves when it is in force everywhere. */
  announce(touched: Touched): Promise<void> {
    const now = effective(this.intents, this.config);
    const question = { type: 'effective-changed', effective: now, touched } as const;
    // The root answers when everybody has; how long that may take is for the asker to say.
    return ask(this.context, this.report, question, untilAnswered);
  }

  /** What somebody asked for and whether he got it, before anything that comes of it. */
  private note(
    outcome: Either<MaglevError, Intents>,
    asked: Omit<FieldsOf<'operator-action'>, 'outcome' | 'code' | 'peer'>,
    peer: string | undefined,
  ): void {
    const result = isLeft(outcome)
      ? ({ outcome: 'refused', code: outcome.left.code } as const)
      : ({ outcome: 'done' } as const);
    const from = peer === undefined ? {} : { peer };
    this.context.log.log('info', 'operator-action', { ...asked, ...result, ...from });
  }

  /** In force at once, and kept beside: a disk that fails or hangs must not keep a server in service. */
  private change(
    outcome: Either<MaglevError, Intents>,
    subject: Subject,
    touched: Touched,
    reply: Reply<OperatorAnswer>,
  ): void {
    if (isLeft(outcome)) {
      reply.fail(outcome.left);
      return;
    }
    this.keeping.spokeOf(subject);
    this.hold(outcome.right);
    Promise.all([this.announce(touched), this.keeping.settled()]).then(
      ([, warning]) => reply.ok({ warning }),
      (error: unknown) => reply.fail(asMaglevError(error)),
    );
  }

  private hold(intents: Intents): void {
    if (sameIntents(intents, this.intents)) return;
    this.intents = intents;
    this.keeping.keep(intents);
  }
}

const everything: Touched = { all: true, backend: null, frontend: null, flush: null };
const untouched: Touched = { all: false, backend: null, frontend: null, flush: null };
