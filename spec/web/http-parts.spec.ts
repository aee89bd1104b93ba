import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { MaglevError } from '../../domain/errors.js';
import { httpStatusOf } from '../../web/failure.js';
import { OnDemand } from '../../web/http/on-demand.js';
import { Owed } from '../../web/http/owed.js';
import { explainAnswer } from '../../web/http/upstream-answers.js';
import { WrongPasswords } from '../../web/http/wrong-passwords.js';
import { DashboardServer } from '../support/dashboard-server.js';
import { eventually } from '../support/eventually.js';

describe('web: clients that only hold what others need', () => {
  let server: DashboardServer;
  const sockets: net.Socket[] = [];
  const dial = async (text: string) => {
    const { hostname, port } = new URL(server.base);
    const socket = net.connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise((resolve) => {
      socket.once('connect', resolve);
    });
    socket.write(text);
    return socket;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
  });

  it('are hung up on when they do not take their answer', async () => {
    server = await DashboardServer.start({}, { mostConnections: 1, takesNothingMs: 100 });
    for (let i = 0; i < 2000; i++) server.lb1.log('spec', { text: 'x'.repeat(2000) });
    const { timeline } = server.frontend.fleet.upstream('lb1') ?? {};
    await eventually(() => expect(timeline?.between(0, 1e14, 2000).events.length).to.equal(2000));
    // More than the kernel holds.
    const stuck = await dial('GET /view/api/timeline/lb1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(8));
    await new Promise((resolve) => {
      stuck.once('readable', resolve);
    });
    await eventually(async () => expect((await server.ask('/healthz')).status).to.equal(200));
  });

  it('ask a maglevd no more at once than it answers beside its work', async () => {
    server = await DashboardServer.start();
    const many = new OnDemand();
    const never = () => new Promise<object>(() => undefined);
    for (let i = 0; i < 16; i++) void many.answer('lb1', `explain ${i}`, never);
    const refused = await many.answer('lb1', 'explain 16', never).catch((thrown: unknown) => thrown);
    expect(refused).to.be.instanceOf(MaglevError);
    expect(httpStatusOf(refused)).to.equal(503);
    expect(many.answer('lb1', 'explain 3', never)).to.equal(many.answer('lb1', 'explain 3', never));
    expect(await many.answer('lb2', 'explain 16', async () => ({ a: 1 }))).to.deep.equal({ a: 1 });
    const sites = Array.from({ length: 50 }, (_, i) => [`site${i}`, ['web1']]);
    server.lb1.setSites(Object.fromEntries(sites));
    const upstream = server.frontend.fleet.upstream('lb1');
    if (upstream === undefined) throw new Error('there is no lb1');
    server.lb1.calls.clear();
    const { lines } = await explainAnswer(upstream, 'web1', Date.now());
    expect(lines.join('\n')).to.contain('site49');
    expect(server.lb1.calls.get('getFrontend') ?? 0).to.equal(0);
  });

  it('have the state of one maglevd as it was written for the last who asked within a second', async () => {
    server = await DashboardServer.start();
    const state = async () => (await server.ask('/view/api/state/lb1')).text;
    const first = state();
    server.lb1.transition('web1', 'down');
    expect(await state()).to.equal(await first);
    await eventually(async () => expect(await state()).to.contain('"state":"down"'));
  });

  it('have as much written for them as there is room for, until they take it', async () => {
    server = await DashboardServer.start();
    const owed = new Owed();
    const answers = [0, 1, 2, 3].map(() => Object.assign(new EventEmitter(), { closed: false }));
    for (const one of answers) owed.add(one as unknown as ServerResponse, 100 * 1024 * 1024);
    expect(owed.isFull).to.equal(true);
    answers[0]?.emit('close');
    answers[1]?.emit('close');
    expect(owed.isFull).to.equal(false);
  });

  it('act under the name that they have, and it is told when a maglevd cannot have it as it is', async () => {
    server = await DashboardServer.start({ user: { name: 'J\u00f6rg', password: 'password' } });
    const authorization = `Basic ${Buffer.from('J\u00f6rg:password').toString('base64')}`;
    const action = { do: 'pause', backend: 'web1' };
    expect((await server.post('/admin/api/act/lb1', action, { authorization })).status).to.equal(200);
    const told = server.log.records.find(({ event }) => event === 'user-not-told-as-it-is');
    expect(told?.fields).to.include({ user: 'J\u00f6rg', told: 'Jorg' });
  });

  it('guess passwords for themselves alone', async () => {
    server = await DashboardServer.start();
    const clock = new VirtualClock();
    const wrong = new WrongPasswords(clock);
    for (let i = 0; i < 30; i++) wrong.add('::ffff:192.0.2.1');
    expect(wrong.tooMany('192.0.2.1')).to.equal(true);
    expect(wrong.tooMany('192.0.2.2')).to.equal(false);
    for (let i = 0; i < 30; i++) wrong.add(`2001:db8::${i}`);
    expect(wrong.tooMany('2001:db8::ffff:1')).to.equal(true);
    expect(wrong.tooMany('2001:db8:0:1::1')).to.equal(false);
    await clock.advance(10_001);
    expect(wrong.tooMany('192.0.2.1')).to.equal(false);
    for (let i = 0; i < 1000; i++) wrong.add(`10.0.${i >> 8}.${i & 255}`);
    expect(wrong.tooMany('192.0.2.9')).to.equal(true);
  });
});
