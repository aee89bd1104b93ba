import { expect } from 'chai';
import { connect, type Maglev } from '../../client/index.js';
import { realClock } from '../../clock/real-clock.js';
import type { RecorderRequest } from '../../protocol/recorder.js';
import { CallTally } from '../../rpc/call-tally.js';
import { eventually } from '../support/eventually.js';
import { httpCall } from '../support/http-caller.js';
import { inbox } from '../support/inbox.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';

/** A message of the Connect protocol: no flags, its length, and `{}`. */
const envelope = '\u0000\u0000\u0000\u0000\u0002{}';

describe('rpc: records of the last minutes', () => {
  let fixture: Fixture;
  let asked = inbox<RecorderRequest>();
  let calls: CallTally;
  const opened: Maglev[] = [];
  const start = async (options: FixtureOptions = {}) => {
    asked = inbox();
    calls = new CallTally(realClock);
    fixture = await startFixture({ ...siteCallees(), recorder: asked.receive }, { calls, ...options });
  };
  const open = () => {
    const client = connect({ server: fixture.server.address, timeoutMs: 50 });
    opened.push(client);
    return client;
  };
  /** All of a record. */
  const textOf = async (client: Maglev) => {
    let text = '';
    for await (const piece of client.record()) text += piece;
    return text;
  };
  const answer = async () => {
    const question = await asked.take();
    if (question.type === 'take-record') question.reply.ok(samples.flightRecord(question.by));
  };
  const codes = () => calls.read().find(({ method }) => method === 'Record')?.codes;
  afterEach(async () => {
    for (const client of opened.splice(0)) client.close();
    await fixture.stop();
  });

  it('are counted as OK when all of one was taken, over gRPC and over HTTP', async () => {
    await start({ httpAddress: '127.0.0.1:0' });
    const text = textOf(open());
    await answer();
    expect(await text).to.contain('"1.2.3"');
    await eventually(() => expect(codes()).to.deep.equal([{ labels: ['OK'], count: 1 }]));
    const headers = { 'content-type': 'application/connect+json' };
    const other = httpCall(fixture.server.httpAddress, '/maglev.Maglev/Record', envelope, { headers });
    await answer();
    expect((await other).status).to.equal(200);
    await eventually(() => expect(codes()).to.deep.equal([{ labels: ['OK'], count: 2 }]));
  });

  it('may take longer than any other call of the client', async () => {
    await start();
    const text = textOf(open());
    const question = await asked.take();
    await new Promise<void>((resolve) => realClock.schedule(200, resolve));
    if (question.type === 'take-record') question.reply.ok(samples.flightRecord(question.by));
    expect(await text).to.contain('"1.2.3"');
  });

  it('are refused when four are on their way, and made again when one of them was taken', async () => {
    await start();
    const client = open();
    const texts = Array.from({ length: 4 }, () => textOf(client));
    await eventually(() => expect(asked.count()).to.equal(4));
    expect(await rejection(textOf(client))).to.include({ code: 'MGL_MAILBOX_FULL' });
    for (let i = 0; i < 4; i++) await answer();
    await Promise.all(texts);
    const next = textOf(client);
    await answer();
    expect(await next).to.contain('"1.2.3"');
  });

  it('keep their connection when another one needs the room', async () => {
    await start({ maxConnections: 1 });
    const text = textOf(open());
    const question = await asked.take();
    expect(await rejection(fixture.client.getVersion())).to.include({ status: 'UNAVAILABLE' });
    if (question.type === 'take-record') question.reply.ok(samples.flightRecord(question.by));
    expect(await text).to.contain('"1.2.3"');
  });
});
