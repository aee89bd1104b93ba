import { expect } from 'chai';
import fc from 'fast-check';
import type {
  ActorRef,
  ActorSpec,
  ActorSystem,
  Context,
  RestartType,
  Supervision,
} from '../../actors/kernel/contract.js';
import { seededRandom } from '../../actors/kernel/seeded-random.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
import type { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import { type RecordingLog, recordingLog } from '../support/recording-log.js';

type Message =
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

interface Question {
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
class Chaos {
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
      strategy: this.pick(['one-for-one', 'rest-for-one', 'all-for-one']),
      intensity: { restarts: depth >= 3 ? Number.POSITIVE_INFINITY : this.below(4), withinMs: 1000 },
      backoff: { minMs: 1 + this.below(20), maxMs: 100, jitter: this.#random() },
    };
    const restart: RestartType =
      depth >= 3 ? 'permanent' : this.pick(['permanent', 'permanent', 'transient', 'temporary']);
    const spec: ActorSpec<Message> = {
      name,
      restart,
      supervision,
      stopDeadlineMs: 50,
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
    const { path, self } = context;
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
        if (message.seq <= last) this.broken.push(`${context.path} handles ${message.seq} after ${last}`);
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
        await this.#sleep(300);
        if (this.alive.get(context.path) !== life) this.#haunt(context, kept);
        return;
      case 'from-itself':
        if (message.life !== life) this.broken.push(`${context.path} hears of a former life`);
        return;
      case 'from-the-grave':
        this.broken.push(`${context.path} hears of the dead`);
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
        const children = [...this.alive.values()].filter(({ path }) => isChild(context.path, path));
        const child = children[this.below(children.length)];
        // A child of a former incarnation may still be in the list; that one has ended, and stopChild knows.
        if (child !== undefined) await context.stopChild(child.ref);
        return;
      }
      case 'ask': {
        const { target, what } = message;
        const waits = this.below(2) === 0;
        const asked = context.ask<Message, string>(target, (reply) => ({ type: 'question', what, reply }), {
          timeoutMs: waits ? 100 : Number.POSITIVE_INFINITY,
        });
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
    const heard =
      [...this.alive.values()].some(({ ref }) => ref.tell(ghost)) || kept.some((reply) => reply.ok('late'));
    if (heard) this.broken.push(`${context.path} is heard from the grave`);
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

describe('kernel/stress', () => {
  it('keeps its promises whatever crashes, hangs, ends and is asked', async function () {
    this.timeout(60_000);
    let handled = 0;
    let haunted = 0;
    let restarts = 0;
    let escalations = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const clock = new VirtualClock({ seed });
        const chaos = new Chaos(seed, clock, recordingLog());
        const { system } = chaos;
        system.start(chaos.spec(3, 'root'));
        await clock.advance(50);
        for (let seq = 0; seq < 150; seq += 1) {
          for (let burst = 0; burst < 3; burst += 1) {
            const [target, other] = [chaos.target(), chaos.target()];
            if (target === undefined || other === undefined) continue;
            const ms = chaos.pick([0, 0, 7]);
            const what = chaos.pick<Question['what']>(['answer', 'keep', 'crash', 'slow']);
            const message = chaos.pick<Message>([
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'crash', ms },
              { type: 'spawn' },
              { type: 'ask', target: other, what },
              { type: 'ask', target: other, what },
            ]);
            const rare = chaos.below(40);
            if (rare === 0) target.tell({ type: 'finish' });
            else if (rare === 1) target.tell({ type: 'hang' });
            else if (rare === 2) target.tell({ type: 'stop-child' });
            else if (rare < 6) {
              chaos.count(
                system.ask<Message, string>(target, (reply) => ({ type: 'question', what, reply }), {
                  timeoutMs: Number.POSITIVE_INFINITY,
                }),
              );
            } else target.tell(message);
          }
          await clock.advance(chaos.pick([0, 1, 5, 30, 100]));
        }
        const stopped = system.stop();
        await clock.advance(60_000);
        await stopped;
        await clock.settle();
        expect(chaos.broken).deep.equal([]);
        expect([...chaos.alive.keys()], 'orphans').deep.equal([]);
        expect(chaos.openAsks, 'asks that never settled').equal(0);
        expect(clock.pendingTimers, 'timers left').equal(0);
        expect(system.describe()).deep.include({ state: 'ended', children: [] });
        handled += chaos.handled;
        haunted += chaos.haunted;
        restarts += chaos.log.of('actor-restart').length;
        escalations += chaos.log.of('actor-escalate').length;
      }),
      { numRuns: 20 },
    );
    // The test is worth something only if a lot happened.
    expect([handled > 2000, haunted > 3, restarts > 200, escalations > 50]).deep.equal([
      true,
      true,
      true,
      true,
    ]);
  });

  it('the same seed gives the same history', async () => {
    const history = async (): Promise<unknown[]> => {
      const clock = new VirtualClock({ seed: 5 });
      const chaos = new Chaos(5, clock, recordingLog());
      chaos.system.start(chaos.spec(3, 'root'));
      for (let seq = 0; seq < 100; seq += 1) {
        await clock.advance(10);
        const target = chaos.refs[chaos.below(chaos.refs.length)];
        target?.tell(seq % 3 === 0 ? { type: 'crash', ms: 0 } : { type: 'spawn' });
      }
      const stopped = chaos.system.stop();
      await clock.advance(1000);
      await stopped;
      return chaos.log.records.map(({ event, fields }) => [
        event,
        fields['path'],
        fields['to'],
        fields['delayMs'],
      ]);
    };
    const first = await history();
    expect(first.length).greaterThan(20);
    expect(await history()).deep.equal(first);
  });
});
