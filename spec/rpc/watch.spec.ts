import { expect } from 'chai';
import { eventsActor } from '../../actors/events.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { realClock } from '../../clock/real-clock.js';
import { teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import type { Event, WatchRequest } from '../../rpc/generated/maglev.js';
import { RpcError } from '../../rpc/rpc-error.js';
import { eventually } from '../support/eventually.js';
import { recordingLog } from '../support/recording-log.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';

const nothing: WatchRequest = { names: [], events: [], epoch: '' } as unknown as WatchRequest;

/** What an event is, in short: its number where it has one. */
function short({ seq, replay, event }: Event): string {
  const value = event?.value;
  const what =
    event?.$case === 'backend' ? `${event.value.backend} ${event.value.from}>${event.value.to}` : '';
  const text = event?.$case === 'lagged' ? `lagged ${event.value.count}` : what;
  const name = value !== undefined && 'msg' in value ? value.msg : text;
  return `${replay ? 'replay ' : ''}${seq} ${event?.$case} ${name}`.trim();
}

describe('WatchEvents', () => {
  const system = createActorSystem({ clock: realClock, log: recordingLog() });
  const { log, source } = teller(realClock, recordingLog());
  const stopping = new AbortController();
  let fixture: Fixture;

  before(async () => {
    const actor = system.start<EventTold | EventsRequest>(
      eventsActor({ source, memory: new EventMemory('life') }),
    );
    fixture = await startFixture(
      { events: (message) => void actor.tell(message) },
      { stopping: stopping.signal },
    );
  });

  after(async () => {
    await fixture.stop();
    await system.stop();
  });

  const change = (backend: string, to: 'up' | 'down') =>
    log.log('info', 'backend-transition', { backend, from: 'unknown', to, reason: 'r', code: 'L4OK' });

  const watch = (request: Partial<WatchRequest>) => {
    const heard: Event[] = [];
    const leave = new AbortController();
    const done = fixture.client.watchEvents({ ...nothing, ...request }, leave.signal, (event) =>
      heard.push(event),
    );
    const error = done.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { heard, error, leave: () => leave.abort(), shorts: () => heard.map(short) };
  };

  it('begins with where it begins and what is true, and goes on with what happens', async () => {
    change('web1', 'down');
    change('web2', 'up');
    const { heard, shorts, leave, error } = watch({ backend: true });
    await eventually(() => expect(heard.length).to.equal(3));
    change('web1', 'up');
    log.log('info', 'config-reload-start');
    change('web2', 'down');
    await eventually(() => expect(heard.length).to.equal(5));
    expect(heard[0]?.event).to.deep.equal({
      $case: 'subscribed',
      value: { epoch: 'life', fromSeq: 2n, resumed: true, states: 2 },
    });
    expect(shorts().slice(1)).to.deep.equal([
      'replay 1 backend web1 down>down',
      'replay 2 backend web2 up>up',
      '3 backend web1 unknown>up',
      '5 backend web2 unknown>down',
    ]);
    leave();
    expect(await error).to.equal(null);
  });

  it('has everything at info and above when nothing was asked for, states as such', async () => {
    const { heard, shorts, leave } = watch({});
    await eventually(() => expect(heard.length).to.be.above(2));
    const before = heard.length;
    log.log('debug', 'dead-letter', { to: 'x', reason: 'ended', message: 'm' });
    log.log('warn', 'config-reload-delayed', { retryMs: 7 });
    change('web3', 'up');
    await eventually(() => expect(heard.length).to.equal(before + 2));
    expect(shorts().slice(before)).to.deep.equal([
      '6 log config-reload-delayed',
      '7 backend web3 unknown>up',
    ]);
    const told = heard[before]?.event;
    expect(told?.$case === 'log' && told.value.attrs).to.deep.equal([{ key: 'retryMs', value: '7' }]);
    leave();
  });

  it('goes on behind the number that a client had, and says when it cannot', async () => {
    const resumed = watch({ backend: true, sinceSeq: 3n, epoch: 'life' });
    await eventually(() => expect(resumed.heard.length).to.equal(3));
    expect(resumed.shorts().slice(1)).to.deep.equal([
      '5 backend web2 unknown>down',
      '7 backend web3 unknown>up',
    ]);
    const anew = watch({ backend: true, sinceSeq: 3n, epoch: 'another life' });
    await eventually(() => expect(anew.heard.length).to.equal(4));
    expect(anew.heard[0]?.event?.value).to.include({ resumed: false });
    resumed.leave();
    anew.leave();
  });

  it('refuses what cannot be right', async () => {
    for (const request of [{ logLevel: 'loud' }, { events: ['no-such-event'] }]) {
      const error = await watch(request).error;
      expect(error).to.be.instanceOf(RpcError);
      expect(error).to.include({ code: 'MGL_REQUEST_INVALID', status: 'INVALID_ARGUMENT' });
    }
  });

  it('lists what was told last', async () => {
    const { events, epoch } = await fixture.client.listEvents(2);
    expect(epoch).to.equal('life');
    expect(events.map(short)).to.deep.equal(['6 log config-reload-delayed', '7 log backend-transition']);
  });

  it('ends the streams when maglevd ends, with UNAVAILABLE', async () => {
    const { heard, error } = watch({});
    await eventually(() => expect(heard.length).to.be.above(0));
    stopping.abort();
    expect(await error).to.include({ status: 'UNAVAILABLE' });
    expect(await watch({}).error).to.include({ status: 'UNAVAILABLE' });
  });
});
