import { expect } from 'chai';
import { eventsActor } from '../../actors/events.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { realClock } from '../../clock/real-clock.js';
import { teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import { eventually } from '../support/eventually.js';
import { type EventReader, type HttpKit, readEvents, type SentEvent } from '../support/http-caller.js';
import { recordingLog } from '../support/recording-log.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';

/** What an event is, in short. */
function short({ id, event, data }: SentEvent): string {
  const value = (data[event] ?? {}) as Record<string, unknown>;
  const what =
    event === 'backend' ? `${value['backend']} ${value['from']}>${value['to']}` : (value['msg'] ?? '');
  return `${data['replay'] === true ? 'replay ' : ''}${id ?? '-'} ${event} ${what}`.trim();
}

describe('GET /v1/events', () => {
  const system = createActorSystem({ clock: realClock, log: recordingLog() });
  const { log, source } = teller(realClock, recordingLog());
  const stopping = new AbortController();
  const open: EventReader[] = [];
  let fixture: Fixture;

  before(async () => {
    const actor = system.start<EventTold | EventsRequest>(
      eventsActor({ source, memory: new EventMemory('life-1') }),
    );
    fixture = await startFixture(
      { events: (message) => void actor.tell(message) },
      {
        stopping: stopping.signal,
        httpAddress: '127.0.0.1:0',
        // A sign of life comes after 15 s.
        clock: { ...realClock, schedule: (ms, run) => realClock.schedule(ms / 100, run) },
      },
    );
  });
  after(async () => {
    for (const one of open) one.leave();
    await fixture.stop();
    await system.stop();
  });

  const read = (query: string, kit: HttpKit = {}) => {
    const reader = readEvents(fixture.server.httpAddress, query, kit);
    open.push(reader);
    return reader;
  };
  const change = (backend: string, to: 'up' | 'down') =>
    log.log('info', 'backend-transition', { backend, from: 'unknown', to, reason: 'r', code: 'L4OK' });

  it('begins with what is true, and goes on with what happens, as messages of the API', async () => {
    change('web1', 'down');
    change('web2', 'up');
    const reader = read('?backend');
    await eventually(() => expect(reader.heard.length).to.equal(3));
    await eventually(() => expect(reader.lastId()).to.equal('life-1:2'));
    change('web1', 'up');
    log.log('info', 'config-reload-start');
    change('web2', 'down');
    await eventually(() => expect(reader.heard.length).to.equal(5));
    expect(reader.heard.map(short)).to.deep.equal([
      '- subscribed',
      'replay - backend web1 down>down',
      'replay - backend web2 up>up',
      'life-1:3 backend web1 unknown>up',
      'life-1:5 backend web2 unknown>down',
    ]);
    const { seq, atNs, backend } = reader.heard[3]?.data ?? {};
    expect({ seq, backend }).to.deep.equal({
      seq: '3',
      backend: { backend: 'web1', from: 'unknown', to: 'up', reason: 'r', code: 'L4OK' },
    });
    expect(atNs).to.match(/^\d{19}$/);
  });

  it('goes on behind the event that a client had last, and begins anew where it cannot', async () => {
    for (const [query, kit] of [
      ['?backend=true', { headers: { 'last-event-id': 'life-1:3' } }],
      ['?backend=true&since_seq=3&epoch=life-1', {}],
      ['?backend=true&sinceSeq=1&epoch=other', { headers: { 'last-event-id': 'life-1:3' } }],
    ] as const) {
      const reader = read(query, kit);
      await eventually(() =>
        expect(reader.heard.map(short)).to.deep.equal(['- subscribed', 'life-1:5 backend web2 unknown>down']),
      );
      expect(reader.heard[0]?.data['subscribed']).to.deep.equal({
        epoch: 'life-1',
        fromSeq: '3',
        resumed: true,
        states: 0,
      });
    }
    for (const id of ['another life:3', 'life-0:3', 'life-1:99', '', 'life-1:']) {
      const reader = read('?backend', { headers: { 'last-event-id': id } });
      await eventually(() => expect(reader.heard.length).to.equal(3));
      expect(reader.heard.map(({ data }) => data['replay'])).to.deep.equal([false, true, true]);
    }
  });

  it('filters as WatchEvents does', async () => {
    const named = read('?backend=true&names=web1&names=web9');
    const rare = read('?events=config-reload-delayed&log=false');
    const all = read('');
    await eventually(() => {
      for (const one of [named, rare, all]) expect(one.lastId()).not.to.equal(null);
    });
    const before = all.heard.length;
    change('web2', 'up');
    change('web1', 'down');
    log.log('warn', 'config-reload-delayed', { retryMs: 7 });
    log.log('debug', 'dead-letter', { to: 'x', reason: 'ended', message: 'm' });
    await eventually(() => expect(all.heard.slice(before).map(short)).to.have.length(3));
    expect(all.heard.slice(before).map(({ event }) => event)).to.deep.equal(['backend', 'backend', 'log']);
    expect(named.heard.filter(({ id }) => id !== null).map(short)).to.deep.equal([
      'life-1:7 backend web1 unknown>down',
    ]);
    expect(rare.heard.filter(({ id }) => id !== null).map(short)).to.deep.equal([
      'life-1:8 log config-reload-delayed',
    ]);
  });

  it('refuses what cannot be right before the stream begins', async () => {
    for (const query of [
      '?log_level=loud',
      '?events=no-such',
      '?nonsense=1',
      '?backend=yes',
      '?since_seq=x',
      '?epoch=a&epoch=b',
    ]) {
      expect(await read(query).status, query).to.equal(400);
    }
    expect(await read('', { headers: { origin: 'http://evil.example' } }).status).to.equal(403);
    expect(await read('', { method: 'POST' }).status).to.equal(405);
  });

  it('gives signs of life when nothing happens', async () => {
    const reader = read('?sync');
    await eventually(() => expect(reader.comments()).to.be.above(1));
  });

  it('cuts who loses the right to follow, and says why', async () => {
    const reader = read('?backend');
    await eventually(() => expect(reader.heard.length).to.be.above(0));
    fixture.server.setAccess({
      anonymous: null,
      tokensFile: null,
      tokens: new Map(),
      certificates: new Map(),
      uids: new Map(),
    });
    await reader.ended;
    const last = reader.heard.at(-1);
    expect(last?.event).to.equal('end');
    expect(last?.data).to.include({ code: 'unauthenticated' });
    expect(await read('').status).to.equal(401);
    fixture.server.setAccess(null);
  });

  it('ends when maglevd ends, with a word', async () => {
    const reader = read('');
    await eventually(() => expect(reader.heard.length).to.be.above(0));
    stopping.abort();
    await reader.ended;
    expect(reader.heard.at(-1)?.event).to.equal('end');
    expect(reader.heard.at(-1)?.data).to.include({ code: 'unavailable' });
    expect(await read('').status).to.equal(503);
  });
});
