import type {
  ActorRef,
  ActorSpec,
  ActorSystem,
  Context,
  RestartType,
  Supervision,
} from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { seededRandom, type VirtualClock } from '../../clock/virtual-clock.js';
import type { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import type { RecordingLog } from '../support/recording-log.js';
import { askBy } from '../support/tree.js';

/** What an actor of the chaos can be told to do. */
export type Message =
  | { readonly type: 'work'; readonly seq: number; readonly ms: number }
  | { readonly type: 'crash'; readonly ms: number }
  | { readonly type: 'hang' }
  | { readonly type: 'from-itself'; readonly life: Life }
  | { readonly type: 'from-the-grave' }
  | { readonly type: 'finish' }
  | { readonly type: 'spawn' }
  | { readonly type: 'stop-child' }
  | { readonly type: 'ask'; readonly target: ActorRef<Message>; readonly what: Question['what'] }
  | Question;

/** Asks an actor to answer so. */
export interface Question {
  readonly type: 'question';
  readonly what: 'answer' | 'keep' | 'crash' | 'slow';
  readonly reply: Reply<string>;
}

/** One incarnation, as the world outside the kernel sees it. */
interface Life {
  readonly path: string;
  readonly ref: ActorRef<Message>;
  /** start(), receive() or stop() is running. */
  busy: boolean;
  /** It hangs in a handler, or will: the deadline will abandon it. */
  hangs: boolean;
}

/** A random tree whose actors do random things; every rule that is broken is written down. */
export class Chaos {
  readonly broken: string[] = [];
  readonly alive = new Map<string, Life>();
  readonly refs: ActorRef<Message>[] = [];
  readonly system: ActorSystem;
  openAsks = 0;
  handled = 0;
  haunted = 0;
  #names = 0;
  readonly #lastSeq = new Map<number, number>();
  readonly #random: () => number;

  constructor(
    seed: number,
    readonly clock: VirtualClock,
    readonly log: RecordingLog,
  ) {
    this.#random = seededRandom(seed);
    this.system = createActorSystem({ clock, log });
  }

  below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Somebody who lives, mostly; now and then anybody who ever did. */
  target(): ActorRef<Message> | undefined {
    const living = [...this.alive.values()];
    if (living.length === 0 || this.below(10) === 0) return this.refs[this.below(this.refs.length)];
    return living[this.below(living.length)]?.ref;
  }

  spec(depth: number, name: string): ActorSpec<Message> {
    const children = depth === 0 ? 0 : 1 + this.below(4);
    const supervision: Supervision = {
      strategy: this.pick(['one-for-one', 'rest-for-one']),
      intensity: { restarts: depth >= 3 ? Number.POSITIVE_INFINITY : this.below(4), withinMs: 1000 },
      backoff: { minMs: 1 + this.below(20), maxMs: 100, jitter: this.#random() },
    };
    const restart: RestartType =
      depth >= 3 ? 'permanent' : this.pick(['permanent', 'permanent', 'transient', 'temporary']);
    const spec: ActorSpec<Message> = {
      name,
      restart,
      supervision,
      start: async (context) => {
        const life = this.#born(context);
        for (let n = 0; n < children; n += 1) context.spawn(this.spec(depth - 1, `${name}${n}`));
        await this.#sleep(this.pick([0, 0, 0, 5]));
        life.busy = false;
        if (this.below(20) === 0) {
          this.alive.delete(life.path);
          throw new Error('start fails');
        }
        const kept: Reply<string>[] = [];
        return {
          receive: (message) => {
            if (this.below(5) === 0) context.after(this.below(30), { type: 'from-itself', life });
            if (this.below(60) === 0) context.every(50 + this.below(100), { type: 'from-itself', life });
            return this.#turn(life, () => this.#receive(context, life, depth, kept, message));
          },
          stop: () => this.#stopped(context, life),
        };
      },
    };
    return spec;
  }

  #born(context: Context<Message>): Life {
    const { self } = context;
    const path = self.name;
    const before = this.alive.get(path);
    if (before !== undefined) this.broken.push(`${path} started while an incarnation of it lives`);
    const life: Life = { path, ref: self, busy: true, hangs: false };
    this.alive.set(path, life);
    if (!this.refs.includes(self)) this.refs.push(self);
    return life;
  }

  async #turn(life: Life, work: () => Promise<void>): Promise<void> {
    if (life.busy) this.broken.push(`${life.path} has two handlers at once`);
    if (this.alive.get(life.path) !== life) this.broken.push(`${life.path} handles a message after its end`);
    life.busy = true;
    try {
      await work();
    } finally {
      life.busy = false;
    }
  }

  async #receive(
    context: Context<Message>,
    life: Life,
    depth: number,
    kept: Reply<string>[],
    message: Message,
  ): Promise<void> {
    if (message.type !== 'from-itself') this.handled += 1;
    switch (message.type) {
      case 'work': {
        const last = this.#lastSeq.get(context.self.id) ?? -1;
        if (message.seq <= last)
          this.broken.push(`${context.self.name} handles ${message.seq} after ${last}`);
        this.#lastSeq.set(context.self.id, message.seq);
        await this.#sleep(message.ms);
        return;
      }
      case 'crash':
        await this.#sleep(message.ms);
        throw new Error('random crash');
      case 'hang':
        // Long enough to be abandoned if it is told to end meanwhile; then nothing that it does may be heard.
        life.hangs = true;
        void this.#sleep(7000).then(() => {
          if (this.alive.get(context.self.name) !== life) this.#haunt(context, kept);
        });
        await context.outside(this.#sleep(7000));
        if (this.alive.get(context.self.name) !== life)
          this.broken.push(`${context.self.name} goes on when it was abandoned`);
        return;
      case 'from-itself':
        if (message.life !== life) this.broken.push(`${context.self.name} hears of a former life`);
        return;
      case 'from-the-grave':
        this.broken.push(`${context.self.name} hears of the dead`);
        return;
      case 'finish':
        context.stopSelf();
        return;
      case 'spawn':
        if (depth > 0) {
          this.#names += 1;
          context.spawn(this.spec(depth - 1, `new${this.#names}`));
        }
        return;
      case 'stop-child': {
        const children = [...this.alive.values()].filter(({ path }) => isChild(context.self.name, path));
        const child = children[this.below(children.length)];
        // A child of a former incarnation may still be in the list; that one has ended, and stopChild knows.
        if (child !== undefined) await context.stopChild(child.ref);
        return;
      }
      case 'ask': {
        const { target, what } = message;
        const waits = this.below(2) === 0;
        const asked = askBy<Message, string>(
          context,
          target,
          (reply) => ({ type: 'question', what, reply }),
          {
            timeoutMs: waits ? 100 : Number.POSITIVE_INFINITY,
          },
        );
        this.count(asked);
        if (waits) await asked.catch(() => {});
        return;
      }
      case 'question':
        if (message.what === 'crash') throw new Error('crash on a question');
        if (message.what === 'keep') kept.push(message.reply);
        if (message.what === 'slow') await this.#sleep(20);
        if (message.what !== 'keep') message.reply.ok('yes');
        for (const reply of kept.splice(0, this.below(2))) reply.ok('later');
        return;
    }
  }

  #haunt(context: Context<Message>, kept: readonly Reply<string>[]): void {
    const ghost: Message = { type: 'from-the-grave' };
    if (kept.some((reply) => reply.ok('late')))
      this.broken.push(`${context.self.name} is heard from the grave`);
    context.after(1, ghost);
    context.pipe(
      Promise.resolve(),
      () => ghost,
      () => ghost,
    );
    this.haunted += 1;
  }

  count(asked: Promise<string>): void {
    this.openAsks += 1;
    asked.then(
      () => {
        this.openAsks -= 1;
      },
      (thrown: MaglevError) => {
        this.openAsks -= 1;
        if (!/^MGL_ACTOR_|^MGL_ASK_TIMEOUT$/.test(thrown.code)) this.broken.push(`ask: ${thrown}`);
      },
    );
  }

  async #stopped(context: Context<Message>, life: Life): Promise<void> {
    if (life.busy && !life.hangs) this.broken.push(`${life.path} stops while a handler runs`);
    if (this.alive.get(life.path) !== life) this.broken.push(`${life.path} stops twice`);
    if (!context.signal.aborted) this.broken.push(`${life.path} stops without its signal`);
    for (const { path } of this.alive.values()) {
      if (path.startsWith(`${life.path}/`)) this.broken.push(`${life.path} stops before ${path}`);
    }
    await this.#sleep(this.pick([0, 0, 3]));
    this.alive.delete(life.path);
    if (this.below(30) === 0) throw new Error('stop fails');
  }

  #sleep(ms: number): Promise<void> {
    return ms === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.clock.schedule(ms, resolve);
        });
  }
}

function isChild(parent: string, path: string): boolean {
  return path.startsWith(`${parent}/`) && !path.slice(parent.length + 1).includes('/');
}
