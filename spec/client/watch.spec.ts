import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { eventsActor } from '../../actors/events.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { connectWith } from '../../client/connect.js';
import type { Maglev, Position, WatchFilter, WatchItem } from '../../client/index.js';
import { realClock } from '../../clock/real-clock.js';
import { type Teller, teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import { recordingLog } from '../support/recording-log.js';
import { rejection } from '../support/rejection.js';
import { startFixture } from '../support/rpc-fixture.js';

/** One life of a maglevd that tells events. */
class Life {
  readonly teller: Teller = teller(realClock, recordingLog());
  readonly #system = createActorSystem({ clock: realClock, log: recordingLog() });
  readonly #epoch: string;
  readonly #address: string;
  #stop: () => Promise<void> = () => Promise.resolve();

  constructor(epoch: string, address: string) {
    this.#epoch = epoch;
    this.#address = address;
  }

  async start(): Promise<this> {
    const memory = new EventMemory(this.#epoch);
    const actor = this.#system.start<EventTold | EventsRequest>(
      eventsActor({ source: this.teller.source, memory }),
    );
    await this.serve((message) => void actor.tell(message));
    return this;
  }

  /** gRPC alone comes and goes: the events live on. */
  async serve(events: (message: EventsRequest) => void = this.#events): Promise<void> {
    this.#events = events;
    const stopping = new AbortController();
    const fixture = await startFixture({ events }, { address: this.#address, stopping: stopping.signal });
    this.#stop = () => {
      stopping.abort();
      return fixture.stop();
    };
  }

  #events: (message: EventsRequest) => void = () => undefined;

  async cut(): Promise<void> {
    const stop = this.#stop;
    this.#stop = () => Promise.resolve();
    await stop();
  }

  async end(): Promise<void> {
    await this.cut();
    await this.#system.stop();
  }

  change(backend: string, to: 'up' | 'down'): void {
    const fields = { backend, from: 'unknown', to, reason: 'r', code: null } as const;
    this.teller.log.log('info', 'backend-transition', fields);
  }
}

function short(item: WatchItem): string {
  switch (item.kind) {
    case 'connected':
      return `connected ${item.epoch} ${item.fromSeq}`;
    case 'gap':
      return `gap ${item.why}`;
    case 'lagged':
      return `lagged ${item.count}`;
    case 'disconnected':
      return `disconnected ${item.error.status}`;
    default: {
      const { event, seq } = item.event;
      const what = event?.$case === 'backend' ? `${event.value.backend} ${event.value.to}` : event?.$case;
      return `${item.kind} ${seq} ${what}`;
    }
  }
}

describe('vpp-maglev/client watch', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-watch-'));
  const server = `unix:${folder}/grpc.sock`;
  const lives: Life[] = [];
  let client: Maglev;
  const live = async (epoch: string) => {
    const life = await new Life(epoch, server).start();
    lives.push(life);
    return life;
  };
  beforeEach(() => {
    // Attempts follow each other fast.
    const clock = {
      ...realClock,
      schedule: (ms: number, run: () => void) => realClock.schedule(ms / 50, run),
    };
    client = connectWith({ server }, clock);
  });
  afterEach(async () => {
    client.close();
    for (const life of lives.splice(0)) await life.end();
  });
  after(() => rmSync(folder, { recursive: true }));

  const watching = (request: WatchFilter = { backend: true }, from?: Position) => {
    const leave = new AbortController();
    const items = client.watch(request, { signal: leave.signal, from });
    const next = async (count: number): Promise<string[]> => {
      const found: string[] = [];
      while (found.length < count) {
        const { value, done } = await items.next();
        if (done === true || value === undefined) return [...found, 'end'];
        found.push(short(value));
      }
      return found;
    };
    /** All that comes until then, but for what is said of attempts that fail. */
    const until = async (last: string): Promise<string[]> => {
      const found: string[] = [];
      while (found.at(-1) !== last) found.push(...(await next(1)));
      return found.filter((text) => !text.startsWith('disconnected'));
    };
    return { items, next, until, leave: () => leave.abort() };
  };

  it('says what is true, then what happens, and goes on where it was after a broken connection', async () => {
    const life = await live('one');
    life.change('web1', 'down');
    const { next, until } = watching();
    expect(await next(2)).to.deep.equal(['connected one 1', 'state 1 web1 down']);
    life.change('web1', 'up');
    expect(await next(1)).to.deep.equal(['event 2 web1 up']);
    await life.cut();
    life.change('web1', 'down');
    life.change('web2', 'up');
    expect(await next(1)).to.deep.equal(['disconnected UNAVAILABLE']);
    await life.serve();
    expect(await until('event 4 web2 up')).to.deep.equal([
      'connected one 2',
      'event 3 web1 down',
      'event 4 web2 up',
    ]);
  });

  it('says that there is a gap when another life of maglevd answers, and what is true now', async () => {
    const first = await live('one');
    first.change('web1', 'up');
    const { next, until } = watching();
    await next(2);
    await first.end();
    const second = await live('two');
    second.change('web1', 'down');
    expect(await until('state 1 web1 down')).to.deep.equal([
      'connected two 1',
      'gap restarted',
      'state 1 web1 down',
    ]);
  });

  it('goes on behind a position of another process, and says so when it cannot', async () => {
    const life = await live('one');
    for (const backend of ['a', 'b', 'c']) life.change(backend, 'up');
    const resumed = watching({ backend: true }, { epoch: 'one', seq: 1n });
    expect(await resumed.next(3)).to.deep.equal(['connected one 1', 'event 2 b up', 'event 3 c up']);
    const { value } = await client.watch({}, { from: { epoch: 'one', seq: 2n } }).next();
    expect(value).to.include({ kind: 'connected', states: 0 });
    for (let i = 0; i < 12_000; i++) life.change('a', 'up');
    const late = watching({ backend: true }, { epoch: 'one', seq: 1n });
    expect(await late.next(3)).to.deep.equal(['connected one 12003', 'gap forgotten', 'state 12003 a up']);
  });

  it('reads nothing ahead: whoever does not take what comes is told how much was dropped', async () => {
    const life = await live('one');
    const { items } = watching({ log: true });
    await items.next();
    const told = 40_000;
    for (let i = 0; i < told; i++) life.teller.log.log('info', 'config-reload-start');
    let events = 0;
    let lost = 0n;
    while (events + Number(lost) < told) {
      const { value } = await items.next();
      if (value?.kind === 'event') events++;
      else if (value?.kind === 'lagged') lost += value.count;
    }
    expect(events + Number(lost)).to.equal(told);
    expect(lost > 20_000n).to.equal(true);
  });

  it('ends without an error when its signal aborts, when it is closed, and when nobody iterates any more', async () => {
    await live('one');
    const { items, leave } = watching();
    await items.next();
    const waiting = items.next();
    leave();
    expect(await waiting).to.deep.include({ done: true });
    for await (const item of client.watch()) {
      expect(item.kind).to.equal('connected');
      break;
    }
    const another = watching().items;
    await another.next();
    const last = another.next();
    client.close();
    expect(await last).to.deep.include({ done: true });
    expect(await client.watch().next()).to.deep.include({ done: true });
  });

  it('throws what another attempt would not mend, and tries again for everything else', async () => {
    const first = await client.watch().next();
    expect(first.value).to.deep.include({ kind: 'disconnected' });
    expect(first.value).to.have.property('error').that.includes({ code: 'MGL_SERVER_UNREACHABLE' });
    await live('one');
    const wrong = (async () => {
      for await (const item of client.watch({ logLevel: 'loud' })) expect(item.kind).to.equal('disconnected');
    })();
    expect(await rejection(wrong)).to.include({ code: 'MGL_REQUEST_INVALID' });
  });
});
