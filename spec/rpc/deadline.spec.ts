import { EventEmitter, once } from 'node:events';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { ViewRequest } from '../../protocol/decision.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { type Inbox, inbox } from '../support/inbox.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, realAsk, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';
import { quietAnswer, siteCallees } from '../support/rpc-site.js';

describe('rpc/unary', () => {
  let fixture: Fixture | null = null;
  let raw: Client | null = null;
  afterEach(async () => {
    raw?.close();
    raw = null;
    await fixture?.stop();
    fixture = null;
  });

  /** The question that comes next must be for the backends: answers it with none. */
  const answerNext = async (asked: Inbox<ViewRequest>) => {
    const message = await asked.take();
    if (message.type === 'list-backends') message.reply.ok([]);
  };

  const call = (deadline?: Date) => {
    raw ??= new Client(fixture?.server.address ?? '', credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = MaglevService.listBackends;
    const options = deadline === undefined ? {} : { deadline };
    const ended = new EventEmitter();
    const call = raw.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      {},
      new Metadata(),
      options,
      (error) => ended.emit('status', error?.code ?? status.OK),
    );
    return { cancel: () => call.cancel(), status: once(ended, 'status').then(([code]): status => code) };
  };

  /** Calls, and cancels the call when its question has reached the actor. */
  const hangUp = async (asked: Inbox<ViewRequest>) => {
    const pending = call();
    const question = await asked.take();
    pending.cancel();
    return { question, status: await pending.status };
  };

  it('gives up at the deadline of the client', async () => {
    fixture = await startFixture({ views: () => undefined }, { timeoutMs: 80 });
    const began = performance.now();
    const error = await rejection(fixture.client.listBackends());
    expect(error).to.include({ status: 'DEADLINE_EXCEEDED', code: 'MGL_ASK_TIMEOUT' });
    expect(performance.now() - began).to.be.within(75, 1000);
  });

  it('bounds the question by the deadline of the client, or by its own limit without one', async () => {
    const waits: (number | undefined)[] = [];
    fixture = await startFixture(
      { views: (message) => message.type === 'list-backends' && message.reply.ok(samples.backends) },
      {
        ask: (target, question, options) => {
          if (target.name === 'views') waits.push(options?.timeoutMs);
          return realAsk(target, question, options);
        },
      },
    );
    const codes: status[] = [];
    for (const deadline of [new Date(Date.now() + 1500), new Date(Date.now() + 3_600_000), undefined]) {
      codes.push(await call(deadline).status);
    }
    expect(codes).to.deep.equal([status.OK, status.OK, status.OK]);
    expect(waits[0]).to.be.within(1, 1500);
    for (const wait of waits.slice(1)) expect(wait).to.be.within(4500, 5000);
  });

  it('gives a second question only the time that the first one left', async () => {
    const waits: number[] = [];
    const site = siteCallees();
    fixture = await startFixture(
      {
        ...site,
        operator: (message) => {
          if (message.type === 'act-on-backend') setTimeout(() => message.reply.ok(quietAnswer), 60);
        },
      },
      {
        ask: (target, question, options) => {
          waits.push(options?.timeoutMs ?? 0);
          return realAsk(target, question, options);
        },
      },
    );
    await fixture.client.pauseBackend('web1');
    const [first = 0, ...others] = waits;
    expect(others).to.have.length(4);
    for (const wait of others) expect(wait).to.be.within(1, first - 55);
  });

  it('forgets a call that is cancelled, and stays well', async () => {
    const asked = inbox<ViewRequest>();
    fixture = await startFixture({ views: asked.receive });
    const code = await hangUp(asked);
    expect(code.status).to.equal(status.CANCELLED);
    // The late answer goes nowhere, and hurts nobody.
    if (code.question.type === 'list-backends') code.question.reply.ok(samples.backends);
    const next = fixture.client.listBackends();
    await answerNext(asked);
    expect(await next).to.have.deep.property('backends', []);
  });

  it('takes on no more questions than it may, also from clients that hang up', async () => {
    const asked = inbox<ViewRequest>();
    fixture = await startFixture({ views: asked.receive }, { maxInFlight: 2 });
    const first = await hangUp(asked);
    await hangUp(asked);
    expect(await rejection(fixture.client.listBackends())).to.include({
      status: 'RESOURCE_EXHAUSTED',
      code: 'MGL_MAILBOX_FULL',
    });
    expect(asked.count()).to.equal(2);
    // An answer frees its place.
    if (first.question.type === 'list-backends') first.question.reply.ok([]);
    const next = fixture.client.listBackends();
    await answerNext(asked);
    expect(await next).to.have.deep.property('backends', []);
  });

  it('answers INTERNAL when a value does not fit its field, and lives on', async () => {
    const [frontend] = samples.frontends;
    if (frontend === undefined) throw new Error('no sample');
    fixture = await startFixture({
      views: (message) => {
        if (message.type === 'get-frontend') message.reply.ok({ ...frontend, port: -1 });
        if (message.type === 'list-backends') message.reply.ok([]);
      },
    });
    expect(await rejection(fixture.client.getFrontend('web'))).to.include({ status: 'INTERNAL' });
    expect(await fixture.client.listBackends()).to.have.deep.property('backends', []);
  });
});
