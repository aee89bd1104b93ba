import { expect } from 'chai';
import fc from 'fast-check';
import { eventsActor } from '../../actors/events.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { teller } from '../../daemon/teller.js';
import { MaglevError } from '../../domain/errors.js';
import type { EventFilter } from '../../domain/event-filter.js';
import { EventMemory, type EventPosition } from '../../domain/event-memory.js';
import type { ToldEvent } from '../../domain/events.js';
import type { EventBatch, EventsRequest, EventTold, Subscribed } from '../../protocol/events.js';
import { recordingLog } from '../support/recording-log.js';
import { statesIn } from '../support/told-events.js';
import { Tree } from '../support/tree.js';

const everything: EventFilter = {
  level: 'info',
  topics: new Set(['backend', 'frontend', 'vpp', 'sync', 'config']),
  names: null,
  events: new Set(),
};

/** The actor with a teller behind it, on virtual time. */
class Stage {
  readonly tree = new Tree();
  readonly teller = teller(this.tree.clock, recordingLog());
  readonly memory = new EventMemory('life');
  readonly actor: ActorRef<EventTold | EventsRequest>;
  #changes = 0;

  constructor() {
    this.actor = this.tree.start(eventsActor({ source: this.teller.source, memory: this.memory }));
  }

  change(backend: string): void {
    const to = this.#changes++ % 2 === 0 ? 'down' : 'up';
    const fields = { backend, from: 'unknown', to, reason: `change ${this.#changes}`, code: null } as const;
    this.teller.log.log('info', 'backend-transition', fields);
  }

  async subscribe(filter = everything, since: EventPosition | null = null): Promise<Subscribed> {
    let result: Subscribed | null = null;
    const ok = (value: Subscribed) => {
      result = value;
      return true;
    };
    this.actor.tell({ type: 'subscribe', filter, since, reply: { ok, fail: () => false } });
    await this.tree.clock.settle();
    if (result === null) throw new Error('no answer');
    return result;
  }

  /** What has come for a subscriber; an error when it was told one, null while nothing is there. */
  async next(id: number): Promise<{ events: readonly ToldEvent[]; lost: number } | MaglevError | null> {
    let result: { events: readonly ToldEvent[]; lost: number } | MaglevError | null = null;
    const set = (value: { events: readonly ToldEvent[]; lost: number } | MaglevError) => {
      result = value;
      return true;
    };
    this.actor.tell({ type: 'next', id, reply: { ok: set, fail: set } });
    await this.tree.clock.settle();
    return result;
  }

  async drained(id: number): Promise<ToldEvent[]> {
    const all: ToldEvent[] = [];
    for (;;) {
      const batch = await this.next(id);
      if (batch === null || batch instanceof MaglevError) return all;
      expect(batch.lost).to.equal(0);
      all.push(...batch.events);
    }
  }
}

describe('the events actor', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = new Stage();
    await stage.tree.clock.settle();
  });
  afterEach(() => stage.tree.end());

  it('says at the beginning what is true, and then what happens, without a gap', async () => {
    stage.change('web1');
    stage.change('web2');
    stage.change('web1');
    const { id, from, states, resumed } = await stage.subscribe();
    expect(resumed).to.equal(true);
    expect(from).to.equal(3);
    expect(statesIn(states)).to.deep.equal(
      new Map([
        ['web1', 'down'],
        ['web2', 'up'],
      ]),
    );
    stage.change('web2');
    stage.teller.log.log('info', 'config-reload-start');
    expect((await stage.drained(id)).map(({ seq }) => seq)).to.deep.equal([4, 5]);
  });

  it('forgets the state of what is gone', async () => {
    stage.change('web1');
    const fields = { backend: 'web1', from: 'up', to: 'removed', reason: 'gone', code: null } as const;
    stage.teller.log.log('info', 'backend-transition', fields);
    expect((await stage.subscribe()).states).to.deep.equal([]);
  });

  it('goes on where a subscriber was, or says that it cannot', async () => {
    for (let i = 0; i < 5; i++) stage.change('web1');
    const resumed = await stage.subscribe(everything, { epoch: 'life', seq: 2 });
    expect(resumed).to.deep.include({ resumed: true, from: 2, states: [] });
    expect((await stage.drained(resumed.id)).map(({ seq }) => seq)).to.deep.equal([3, 4, 5]);
    for (const since of [
      { epoch: 'other', seq: 2 },
      { epoch: 'life', seq: 77 },
    ]) {
      const anew = await stage.subscribe(everything, since);
      expect(anew).to.deep.include({ resumed: false, from: 5 });
      expect(anew.states.map(({ seq }) => seq)).to.deep.equal([5]);
    }
    for (let i = 0; i < 20_000; i++) stage.change('web1');
    expect(await stage.subscribe(everything, { epoch: 'life', seq: 2 })).to.include({ resumed: false });
  });

  it('tells each what it asked for only', async () => {
    const filter: EventFilter = {
      level: 'warn',
      topics: new Set(['backend']),
      names: new Set(['web2']),
      events: new Set(['dead-letter']),
    };
    const { id } = await stage.subscribe(filter);
    stage.change('web1');
    stage.change('web2');
    stage.teller.log.log('info', 'config-reload-start');
    stage.teller.log.log('warn', 'config-reload-delayed', { retryMs: 1 });
    stage.teller.log.log('debug', 'dead-letter', { to: 'x', reason: 'ended', message: 'm' });
    stage.teller.log.log('debug', 'grpc-call', { method: 'm', peer: 'p', status: 'OK', ms: 1 });
    const heard = await stage.drained(id);
    expect(heard.map(({ event }) => event.name)).to.deep.equal([
      'backend-transition',
      'config-reload-delayed',
      'dead-letter',
    ]);
  });

  it('asks for debug only while somebody wants it', async () => {
    expect(stage.teller.log.enabled('debug')).to.equal(true);
    const quiet = teller(stage.tree.clock, { enabled: () => false, log: () => undefined });
    const tree = new Tree();
    const actor = tree.start(eventsActor({ source: quiet.source, memory: new EventMemory('quiet') }));
    await tree.clock.settle();
    expect(quiet.log.enabled('debug')).to.equal(false);
    const filter: EventFilter = { ...everything, level: 'debug' };
    let id = 0;
    const ok = (value: Subscribed) => {
      ({ id } = value);
      return true;
    };
    actor.tell({ type: 'subscribe', filter, since: null, reply: { ok, fail: () => false } });
    await tree.clock.settle();
    expect(quiet.log.enabled('debug')).to.equal(true);
    actor.tell({ type: 'unsubscribe', id });
    await tree.clock.settle();
    expect(quiet.log.enabled('debug')).to.equal(false);
    await tree.end();
  });

  it('ends the question of a subscriber who leaves, and knows him no more', async () => {
    const { id } = await stage.subscribe();
    expect(await stage.next(id)).to.equal(null);
    stage.actor.tell({ type: 'unsubscribe', id });
    await stage.tree.clock.settle();
    expect(await stage.next(id)).to.include({ code: 'MGL_SUBSCRIPTION_ENDED' });
  });

  it('gives nobody the events of another, also when it has failed meanwhile', async () => {
    const slow = await stage.subscribe();
    const bug = () => {
      throw new Error('a bug');
    };
    stage.actor.tell({ type: 'list-events', count: 1, reply: { ok: bug, fail: bug } });
    await stage.tree.clock.advance(1000);
    const quick = await stage.subscribe();
    stage.change('web1');
    // He took his time, and does not know yet that he is not listened for any more.
    expect(await stage.next(slow.id)).to.include({ code: 'MGL_SUBSCRIPTION_ENDED' });
    stage.actor.tell({ type: 'unsubscribe', id: slow.id });
    // The crash is told, too.
    expect((await stage.drained(quick.id)).map(({ event }) => event.name)).to.include('backend-transition');
  });

  it("holds a slow subscriber's events bounded, and tells how many he did not get", async () => {
    const { id } = await stage.subscribe();
    for (let i = 0; i < 50_000; i++) stage.teller.log.log('warn', 'config-reload-delayed', { retryMs: i });
    stage.change('web1');
    await stage.tree.clock.settle();
    let heard = 0;
    let lost = 0;
    for (;;) {
      const batch = await stage.next(id);
      if (batch === null || batch instanceof MaglevError) break;
      heard += batch.events.length;
      lost += batch.lost;
    }
    expect(heard + lost).to.equal(50_001);
    expect(heard).to.be.within(2000, 5000);
  });

  it('gives cut and resumed subscribers everything once and in order, whatever the moments', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'log') },
        { weight: 2, arbitrary: fc.constant('read') },
        { weight: 1, arbitrary: fc.constant('cut') },
      ),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const own = new Stage();
        await own.tree.clock.settle();
        let { id, epoch } = await own.subscribe();
        const heard: number[] = [];
        let asking = false;
        // A question that waits is answered by what comes, whenever that is.
        const read = async () => {
          for (;;) {
            if (!asking) own.actor.tell({ type: 'next', id, reply: { ok: hear(id), fail: () => false } });
            asking = true;
            const before = heard.length;
            await own.tree.clock.settle();
            if (heard.length === before) return;
          }
        };
        // What was on its way when the stream was cut is lost.
        const hear =
          (asker: number) =>
          ({ events }: EventBatch) => {
            if (asker !== id) return false;
            asking = false;
            for (const { seq } of events) heard.push(seq);
            return true;
          };
        let told = 0;
        for (const one of script) {
          if (one === 'read') await read();
          else if (one === 'cut') {
            own.actor.tell({ type: 'unsubscribe', id });
            asking = false;
            id = 0;
            const again = await own.subscribe(everything, { epoch, seq: heard.at(-1) ?? 0 });
            expect(again.resumed).to.equal(true);
            ({ id, epoch } = again);
          } else {
            told++;
            if (one === 'log') own.teller.log.log('info', 'config-reload-start');
            else own.change(one);
          }
        }
        await read();
        expect(heard).to.deep.equal(Array.from({ length: told }, (_, i) => i + 1));
        await own.tree.end();
      }),
      { numRuns: 100 },
    );
  });
});
