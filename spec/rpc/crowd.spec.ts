import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import { eventsActor } from '../../actors/events.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { connect, type Maglev, type WatchItem } from '../../client/index.js';
import { realClock } from '../../clock/real-clock.js';
import { teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import { measured } from '../../rpc/answer-size.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { eventually } from '../support/eventually.js';
import { openDescriptors } from '../support/open-descriptors.js';
import { recordingLog } from '../support/recording-log.js';
import { type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';

/** `npm run bench:watch` measures crowds a hundred times as large. */
describe('many that watch', () => {
  const system = createActorSystem({ clock: realClock, log: recordingLog() });
  const { log, source } = teller(realClock, recordingLog());
  const actor = system.start<EventTold | EventsRequest>(
    eventsActor({ source, memory: new EventMemory('life') }),
  );
  const ends: (() => unknown)[] = [];
  let fixture: Fixture;
  /** Subscriptions that begun and have not ended. */
  const subscribed = new Set<number>();
  const start = async (options: FixtureOptions = {}) => {
    subscribed.clear();
    const events = (message: EventsRequest) => {
      if (message.type === 'unsubscribe') subscribed.delete(message.id);
      if (message.type !== 'subscribe') return void actor.tell(message);
      const { reply } = message;
      const ok: typeof reply.ok = (answer) => {
        subscribed.add(answer.id);
        return reply.ok(answer);
      };
      actor.tell({ ...message, reply: { ok, fail: (error) => reply.fail(error) } });
    };
    fixture = await startFixture({ events }, { address: '127.0.0.1:0', ...options });
    ends.push(fixture.stop);
    return fixture;
  };
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(() => system.stop());

  const tell = (count: number) => {
    for (let i = 0; i < count; i++) log.log('warn', 'config-reload-delayed', { retryMs: i });
  };
  const client = (server = fixture.server.address): Maglev => {
    const made = connect({ server });
    ends.push(made.close);
    return made;
  };
  const hear = async (items: AsyncGenerator<WatchItem, void>, count: number): Promise<WatchItem[]> => {
    const found: WatchItem[] = [];
    while (found.length < count) {
      const { value } = await items.next();
      if (value !== undefined) found.push(value);
    }
    return found;
  };

  it('all hear everything in order', async () => {
    await start();
    const streams = Array.from({ length: 4 }, () => client()).flatMap((one) =>
      Array.from({ length: 25 }, () => one.watch({ log: true })),
    );
    await Promise.all(streams.map((stream) => hear(stream, 1)));
    tell(60);
    const heard = await Promise.all(streams.map((stream) => hear(stream, 60)));
    const numbers = heard.map((items) =>
      items.map((item) => (item.kind === 'event' ? Number(item.event.seq) : item.kind)),
    );
    const [first = []] = numbers;
    expect(first).to.deep.equal(Array.from({ length: 60 }, (_, i) => Number(first[0]) + i));
    for (const one of numbers) expect(one).to.deep.equal(first);
  });

  it('are told what is encoded once for all of them', () => {
    let encoded = 0;
    const { watchEvents, getVersion } = MaglevService;
    const counting = (method: typeof watchEvents): typeof watchEvents => ({
      ...method,
      responseSerialize: (event) => {
        encoded++;
        return method.responseSerialize(event);
      },
    });
    const { watchEvents: wrapped } = measured({ watchEvents: counting(watchEvents), getVersion });
    const event = watchEvents.responseDeserialize(Buffer.from([8, 7]));
    const bytes = [wrapped.responseSerialize(event), wrapped.responseSerialize(event)];
    expect(bytes).to.deep.equal([Buffer.from([8, 7]), Buffer.from([8, 7])]);
    expect(encoded).to.equal(1);
    wrapped.responseSerialize({ ...event });
    expect(encoded).to.equal(2);
  });

  it('leave nothing behind when they go, however they go', async () => {
    await start();
    const before = openDescriptors().length;
    for (let round = 0; round < 6; round++) {
      const crowd = Array.from({ length: 20 }, () => connect({ server: fixture.server.address }));
      const streams = crowd.map((one) => one.watch());
      await Promise.all(streams.map((stream) => hear(stream, 1)));
      expect(subscribed.size).to.equal(20);
      if (round % 2 === 0) await Promise.all(streams.map((stream) => stream.return()));
      for (const one of crowd) one.close();
      await eventually(() => expect(subscribed.size).to.equal(0));
    }
    await eventually(() => expect(openDescriptors().length).to.be.at.most(before));
  });

  it('are not cut to make room for a connection', async () => {
    await start({ maxConnections: 3 });
    const streams = [client().watch({ log: true }), client().watch({ log: true })];
    for (const stream of streams) await hear(stream, 1);
    for (let i = 0; i < 10; i++) {
      const socket = net.connect({
        host: '127.0.0.1',
        port: Number(fixture.server.address.split(':').at(-1)),
      });
      ends.push(() => socket.destroy());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
    }
    tell(1);
    for (const stream of streams) expect((await hear(stream, 1))[0]?.kind).to.equal('event');
  });

  it('are forgotten when they vanish without a word', async () => {
    await start({ keepAlive: { everyMs: 60, answerMs: 60 } });
    // A way on which suddenly nothing gets through any more, and nobody says so.
    let cut = (): void => undefined;
    const proxy = net.createServer((near) => {
      const far = net.connect({
        host: '127.0.0.1',
        port: Number(fixture.server.address.split(':').at(-1)),
      });
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far);
      far.pipe(near);
      cut = () => {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      };
      ends.push(() => {
        near.destroy();
        far.destroy();
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    ends.push(() => proxy.close());
    const address = proxy.address();
    const stream = client(`127.0.0.1:${typeof address === 'object' ? address?.port : ''}`).watch();
    await hear(stream, 1);
    const others = client().watch();
    await hear(others, 1);
    expect(subscribed.size).to.equal(2);
    cut();
    tell(100);
    await eventually(() => expect(subscribed.size).to.equal(1));
    expect((await hear(others, 100)).map(({ kind }) => kind))
      .to.include('event')
      .and.not.include('disconnected');
  });
});
