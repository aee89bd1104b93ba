import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { ViewRequest } from '../../protocol/views.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { type Fixture, realAsk, rejectionOf, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';

describe('rpc/unary', () => {
  let fixture: Fixture | null = null;
  let raw: Client | null = null;
  afterEach(async () => {
    raw?.close();
    raw = null;
    await fixture?.stop();
    fixture = null;
  });

  /** Never answers; keeps the questions. */
  const silent = () => {
    const asked: ViewRequest[] = [];
    return { asked, views: (message: ViewRequest) => void asked.push(message) };
  };

  const call = (deadline: Date | undefined, done: (code: status) => void) => {
    raw ??= new Client(fixture?.server.address ?? '', credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = MaglevService.listBackends;
    return raw.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      {},
      new Metadata(),
      deadline === undefined ? {} : { deadline },
      (error) => done(error?.code ?? status.OK),
    );
  };

  it('gives up at the deadline of the client', async () => {
    fixture = await startFixture(silent(), { timeoutMs: 80 });
    const began = performance.now();
    const error = await rejectionOf(fixture.client.listBackends());
    expect(error).to.include({ status: 'DEADLINE_EXCEEDED', code: 'MGL_ASK_TIMEOUT' });
    expect(performance.now() - began).to.be.within(75, 1000);
  });

  it('bounds the question by the deadline of the client, or by its own limit without one', async () => {
    const waits: (number | undefined)[] = [];
    fixture = await startFixture(
      { views: (message) => message.type === 'list-backends' && message.reply.ok(samples.backends) },
      {
        ask: (target, make, options) => {
          waits.push(options?.timeoutMs);
          return realAsk(target, make, options);
        },
      },
    );
    const codes: status[] = [];
    for (const deadline of [new Date(Date.now() + 1500), new Date(Date.now() + 3_600_000), undefined]) {
      codes.push(await new Promise<status>((resolve) => void call(deadline, resolve)));
    }
    expect(codes).to.deep.equal([status.OK, status.OK, status.OK]);
    expect(waits[0]).to.be.within(1, 1500);
    expect(waits.slice(1)).to.deep.equal([5000, 5000]);
  });

  it('forgets a call that is cancelled, and stays well', async () => {
    const { asked, views } = silent();
    fixture = await startFixture({ views });
    const server = fixture;
    const code = await new Promise<status>((resolve) => {
      const pending = call(undefined, resolve);
      const poll = setInterval(() => {
        if (asked.length === 0) return;
        clearInterval(poll);
        pending.cancel();
      }, 2);
    });
    expect(code).to.equal(status.CANCELLED);
    const [first] = asked;
    if (first?.type !== 'list-backends') throw new Error('the wrong question');
    // The late answer goes nowhere, and hurts nobody.
    first.reply.ok(samples.backends);
    const next = server.client.listBackends();
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const second = asked[1];
    if (second?.type === 'list-backends') second.reply.ok([]);
    expect(await next).to.deep.equal({ backends: [] });
  });

  it('takes on no more questions than it may, also from clients that hang up', async () => {
    const { asked, views } = silent();
    fixture = await startFixture({ views }, { maxInFlight: 2 });
    const hangUp = async (count: number) => {
      await new Promise<void>((resolve) => {
        const pending = call(undefined, () => resolve());
        const poll = setInterval(() => {
          if (asked.length < count) return;
          clearInterval(poll);
          pending.cancel();
        }, 2);
      });
    };
    await hangUp(1);
    await hangUp(2);
    expect(await rejectionOf(fixture.client.listBackends())).to.include({
      status: 'RESOURCE_EXHAUSTED',
      code: 'MGL_MAILBOX_FULL',
    });
    expect(asked).to.have.length(2);
    // An answer frees its place.
    for (const message of asked) if (message.type === 'list-backends') message.reply.ok([]);
    const next = fixture.client.listBackends();
    while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    const third = asked[2];
    if (third?.type === 'list-backends') third.reply.ok([]);
    expect(await next).to.deep.equal({ backends: [] });
  });
});
