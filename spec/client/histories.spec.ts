import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { eventsActor } from '../../actors/events.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { Bookmark, type StreamItem } from '../../client/position.js';
import { type Teller, teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import { type Event, MaglevService, type WatchRequest } from '../../rpc/generated/maglev.js';
import { eventHandlers } from '../../rpc/handlers-events.js';
import { recordingLog } from '../support/recording-log.js';
import { realAsk } from '../support/rpc-fixture.js';
import { Tree } from '../support/tree.js';

/** So much is kept for those who come back. */
const KEPT = 12;
/** Events that a connection holds that nobody has taken. */
const ON_THE_WAY = 3;

/** What a maglevd told in one of its lives: at its number, which backend changed; '' = none. */
type Life = { readonly epoch: string; readonly told: string[] };

/** A call of gRPC, without gRPC: what was written waits to be taken. */
class Call extends EventEmitter {
  readonly wire: Event[] = [];
  readonly request: WatchRequest;
  cancelled = false;

  constructor(request: WatchRequest) {
    super();
    this.request = request;
  }

  getPeer = () => 'spec';

  write(event: Event): boolean {
    this.wire.push(event);
    return this.wire.length < ON_THE_WAY;
  }

  take(): Event | undefined {
    const event = this.wire.shift();
    this.emit('drain');
    return event;
  }

  /** What is on its way is lost. */
  cut(): void {
    this.wire.length = 0;
    this.cancelled = true;
    this.emit('cancelled');
  }
}

/** A maglevd that can be ended and begun, and a client of it, whose items are recorded. */
class Play {
  tree = new Tree();
  readonly lives: Life[] = [];
  readonly items: StreamItem[] = [];
  readonly #bookmark = new Bookmark(null);
  #teller: Teller = teller(this.tree.clock, recordingLog());
  #actor: ActorRef<EventTold | EventsRequest> | null = null;
  #call: Call | null = null;
  #changes = 0;

  async begin(): Promise<void> {
    this.hangUp();
    await this.tree.end();
    this.tree = new Tree();
    const epoch = `life ${this.lives.length}`;
    this.lives.push({ epoch, told: [] });
    this.#teller = teller(this.tree.clock, recordingLog());
    const memory = new EventMemory(epoch, { events: KEPT, bytes: 1_000_000 });
    this.#actor = this.tree.start(eventsActor({ source: this.#teller.source, memory }));
    await this.tree.clock.settle();
  }

  tell(backend: string): void {
    this.lives.at(-1)?.told.push(backend);
    if (backend === '') {
      this.#teller.log.log('info', 'config-reload-start');
      return;
    }
    const reason = `change ${++this.#changes}`;
    const fields = { backend, from: 'unknown', to: 'up', reason, code: null } as const;
    this.#teller.log.log('info', 'backend-transition', fields);
  }

  hangUp(): void {
    this.#call?.cut();
    this.#call = null;
  }

  /** Takes what there is, at most so many. */
  async read(atMost: number): Promise<void> {
    if (this.#call === null) {
      const wanted = this.#bookmark.wanted;
      const empty = MaglevService.watchEvents.requestDeserialize(Buffer.alloc(0));
      const position = wanted === null ? {} : { epoch: wanted.epoch, sinceSeq: wanted.seq };
      this.#call = new Call({ ...empty, ...position });
      const { watchEvents } = eventHandlers(() => () => undefined, {
        events: { name: 'events', tell: (message) => this.#actor?.tell(message) ?? false },
        ask: realAsk,
        clock: this.tree.clock,
        connections: null,
        stopping: null,
      });
      watchEvents(this.#call as never);
    }
    for (let i = 0; i < atMost; i++) {
      if (this.#call.wire.length === 0) await this.tree.clock.settle();
      const event = this.#call.take();
      if (event === undefined) return;
      this.items.push(...this.#bookmark.hear(event));
    }
  }
}

/** Fails unless the client heard everything that was told once, in order, but for what it was told to have missed. */
function check({ lives, items }: Play): void {
  let life: Life | undefined;
  let at = 0;
  let expected = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    switch (item.kind) {
      case 'connected': {
        const before = { epoch: life?.epoch, at };
        life = lives.find(({ epoch }) => epoch === item.epoch);
        at = Number(item.fromSeq);
        const next = items[index + 1];
        const gap = next?.kind === 'gap' ? next.why : null;
        if (gap === 'restarted') expect(item.epoch).to.not.equal(before.epoch);
        else if (before.epoch !== undefined) expect(item.epoch).to.equal(before.epoch);
        if (gap === null && before.epoch !== undefined) expect(at).to.equal(before.at);
        if (gap === 'forgotten') expect(at - before.at).to.be.above(KEPT);
        if (gap === 'unfinished') expect(at).to.be.above(before.at);
        expected = new Map();
        if (item.states === 0) break;
        for (const [i, backend] of (life?.told ?? []).slice(0, at).entries())
          if (backend !== '') expected.set(backend, i + 1);
        expect(item.states).to.equal(expected.size);
        break;
      }
      case 'state': {
        const about = item.event.event;
        const name = about?.$case === 'backend' ? about.value.backend : '';
        expect(Number(item.event.seq)).to.equal(expected.get(name));
        expected.delete(name);
        break;
      }
      case 'event':
        expect(expected.size, 'what is true comes before what happens').to.equal(0);
        expect(Number(item.event.seq)).to.equal(at + 1);
        at++;
        break;
      default:
        expect(item.kind).to.equal('gap');
    }
  }
  expect([life?.epoch, at]).to.deep.equal([lives.at(-1)?.epoch, lives.at(-1)?.told.length]);
}

describe('vpp-maglev/client histories', () => {
  it('have no gap that is not told and nothing twice, wherever streams are cut and maglevd is restarted', async function () {
    this.timeout(30_000);
    const deed = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', '').map((name) => `tell ${name}`) },
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => `read ${n}`) },
      { weight: 2, arbitrary: fc.constant('cut') },
      { weight: 1, arbitrary: fc.integer({ min: 5, max: 25 }).map((n) => `burst ${n}`) },
      { weight: 1, arbitrary: fc.constant('restart') },
    );
    const kinds = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (script) => {
        const play = new Play();
        await play.begin();
        for (const one of script) {
          const [what = '', argument = ''] = one.split(' ');
          if (what === 'tell') play.tell(argument);
          else if (what === 'read') await play.read(Number(argument));
          else if (what === 'cut') play.hangUp();
          else if (what === 'restart') await play.begin();
          else for (let i = 0; i < Number(argument); i++) play.tell(i % 3 === 0 ? 'a' : '');
        }
        await play.read(Number.POSITIVE_INFINITY);
        check(play);
        for (const item of play.items) {
          const kind = item.kind === 'gap' ? `gap ${item.why}` : item.kind;
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
        await play.tree.end();
      }),
      { numRuns: 300, seed: 11 },
    );
    // Nothing of it was left out.
    for (const kind of ['event', 'state', 'gap restarted', 'gap forgotten', 'gap unfinished'])
      expect(kinds.get(kind) ?? 0, kind).to.be.above(2);
  });
});
