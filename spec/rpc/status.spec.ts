import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ErrorCode, errorCatalogue, MaglevError } from '../../domain/errors.js';
import { rpcErrorOf } from '../../rpc/explain.js';
import { errorCodeKey, grpcStatusOf } from '../../rpc/status.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';

/** What is not listed is INTERNAL. */
const expected: readonly [keyof typeof status, readonly ErrorCode[]][] = [
  ['INVALID_ARGUMENT', ['MGL_REQUEST_INVALID', 'MGL_USAGE']],
  [
    'NOT_FOUND',
    ['MGL_FRONTEND_UNKNOWN', 'MGL_BACKEND_UNKNOWN', 'MGL_POOL_UNKNOWN', 'MGL_HEALTHCHECK_UNKNOWN'],
  ],
  [
    'FAILED_PRECONDITION',
    [
      'MGL_BACKEND_DISABLED',
      'MGL_CONFIG_READ',
      'MGL_CONFIG_PARSE',
      'MGL_CONFIG_SEMANTIC',
      'MGL_VPP_GUARD',
      'MGL_VPP_ENCODE',
    ],
  ],
  ['RESOURCE_EXHAUSTED', ['MGL_MAILBOX_FULL']],
  [
    'UNAVAILABLE',
    [
      'MGL_ACTOR_STOPPED',
      'MGL_ACTOR_CRASHED',
      'MGL_ASK_TIMEOUT',
      'MGL_VPP_DISABLED',
      'MGL_VPP_DISCONNECTED',
      'MGL_VPP_CONNECT',
      'MGL_VPP_INCOMPATIBLE',
      'MGL_VPP_TIMEOUT',
      'MGL_VPP_PROTOCOL',
      'MGL_STATS_DISABLED',
      'MGL_STATS_CONNECT',
      'MGL_STATS_LAYOUT',
      'MGL_STATS_BUSY',
      'MGL_STATS_STALE',
    ],
  ],
  ['INTERNAL', ['MGL_INTERNAL', 'MGL_VPP_RETVAL', 'MGL_VPP_SYNC']],
];

describe('rpc/status', () => {
  let fixture: Fixture | null = null;
  afterEach(async () => {
    await fixture?.stop();
    fixture = null;
  });

  for (const [name, codes] of expected) {
    for (const code of codes) {
      it(`carries ${code} to the client as ${name}`, async () => {
        fixture = await startFixture({
          vpp: (message) => {
            if (message.type === 'get-info')
              message.reply.fail(new MaglevError(code, 'this is what happened'));
          },
        });
        expect(await rejection(fixture.client.getVppInfo())).to.deep.include({
          status: name,
          code,
          message: 'this is what happened.',
          advice: errorCatalogue[code],
        });
      });
    }
  }

  it('is INTERNAL for a bug, which is logged with its stack', async () => {
    fixture = await startFixture({
      views: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    const error = await rejection(fixture.client.listBackends());
    expect(error).to.include({
      status: 'INTERNAL',
      code: 'MGL_INTERNAL',
      message: 'TypeError: undefined is not a function.',
    });
    const record = fixture.log.records.find(({ event }) => event === 'grpc-error');
    expect(record?.level).to.equal('error');
    expect(record?.fields['method']).to.equal('/maglev.Maglev/ListBackends');
    expect(record?.fields['stack']).to.contain('status.spec');
  });

  it('keeps any text intact on its way through HTTP/2 headers', async () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 200 }), { numRuns: 30, seed: 1 });
    fixture = await startFixture({
      views: (message) => {
        if (message.type !== 'list-backends') return;
        message.reply.fail(new MaglevError('MGL_VPP_SYNC', `"${texts.at(-1)}" 100% \r\n end`));
      },
    });
    while (texts.length > 0) {
      const error = await rejection(fixture.client.listBackends());
      expect(error).to.include({ message: `"${texts.at(-1)}" 100% \r\n end.`, code: 'MGL_VPP_SYNC' });
      texts.pop();
    }
  });

  it('cuts a sentence that is too long for a header, never inside a character', async () => {
    fixture = await startFixture({
      views: (message) => message.reply.fail(new MaglevError('MGL_VPP_SYNC', '😀'.repeat(30_000))),
    });
    const error = await rejection(fixture.client.listBackends());
    expect(error).to.include({ code: 'MGL_VPP_SYNC', message: `${'😀'.repeat(2000)}...` });
  });

  it('carries an advice that is not that of the catalogue', async () => {
    const advice = 'List them with `maglevc show frontend „Büro“`.';
    fixture = await startFixture({
      views: (message) => message.reply.fail(new MaglevError('MGL_BACKEND_UNKNOWN', 'who?', { advice })),
    });
    const error = await rejection(fixture.client.listBackends());
    expect(error).to.deep.include({ code: 'MGL_BACKEND_UNKNOWN', message: 'who?', advice });
  });

  it('leaves the message of a newer server whole when its advice is not known here', () => {
    const sent = grpcStatusOf(new MaglevError('MGL_LISTEN', 'x happened'));
    sent.metadata.set(errorCodeKey, 'MGL_OF_THE_FUTURE');
    const error = rpcErrorOf(Object.assign(new Error(), sent), {
      server: 'x:1',
      timeoutMs: 1,
      secure: false,
    });
    expect(error).to.include({ code: 'MGL_OF_THE_FUTURE', message: sent.details, advice: '' });
  });

  for (const [code, text, expectedCode] of [
    [status.UNIMPLEMENTED, 'no such method', 'MGL_SERVER_UNSUPPORTED'],
    [status.PERMISSION_DENIED, 'no', 'MGL_SERVER_DENIED'],
    [status.UNAUTHENTICATED, 'who?', 'MGL_SERVER_DENIED'],
    [status.UNAVAILABLE, 'Received HTTP status code 503', 'MGL_SERVER_UNSUPPORTED'],
  ] as const) {
    it(`explains a bare ${status[code]} of whatever answered`, () => {
      const sent = { ...grpcStatusOf(new Error()), code, details: text };
      sent.metadata.remove(errorCodeKey);
      const error = rpcErrorOf(Object.assign(new Error(), sent), {
        server: 'x:1',
        timeoutMs: 1,
        secure: false,
      });
      expect(error).to.include({ code: expectedCode, status: status[code] });
      expect(error.message).to.contain('x:1').and.to.contain(text);
    });
  }
});
