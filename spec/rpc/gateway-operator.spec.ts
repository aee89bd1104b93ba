import { expect } from 'chai';
import fc from 'fast-check';
import type { Pending } from '../../domain/applied.js';
import { MaglevError } from '../../domain/errors.js';
import type { BackendState } from '../../domain/health.js';
import type { BackendAction } from '../../domain/operator.js';
import type { OperatorRequest } from '../../protocol/operator.js';
import type { MaglevClient } from '../../rpc/client.js';
import { ip } from '../support/domain-samples.js';
import { rejection } from '../support/rejection.js';
import { type Callees, type Fixture, startFixture } from '../support/rpc-fixture.js';
import { detailOf, web1Life } from '../support/rpc-health-samples.js';
import { quietAnswer, siteCallees } from '../support/rpc-site.js';

type Act = (client: MaglevClient, name: string) => Promise<{ readonly state: string }>;

const acts: Readonly<Record<BackendAction, Act>> = {
  pause: (client, name) => client.pauseBackend(name),
  resume: (client, name) => client.resumeBackend(name),
  enable: (client, name) => client.enableBackend(name),
  disable: (client, name) => client.disableBackend(name),
};
const actions = Object.keys(acts) as BackendAction[];

/** quietAnswer as it travels. */
const quietOutcome = {
  summary: quietAnswer.summary,
  frontends: [
    {
      frontend: 'web',
      acknowledged: 1,
      weights: 1,
      flushed: [],
      pending: undefined,
      reason: undefined,
      code: undefined,
    },
  ],
  durationNs: 4_250_000n,
};

describe('rpc/gateway: operators', () => {
  let fixture: Fixture | null = null;
  const start = async (callees: Callees): Promise<Fixture> => {
    fixture = await startFixture(callees);
    return fixture;
  };
  afterEach(async () => {
    await fixture?.stop();
    fixture = null;
  });

  for (const action of actions) {
    it(`asks for ${action}, and answers with what is true when it is in force`, async () => {
      const asked: OperatorRequest[] = [];
      let state: BackendState = 'up';
      const site = siteCallees();
      const { client } = await start({
        ...site,
        operator: (message) => {
          asked.push(message);
          if (message.type !== 'act-on-backend') return;
          setTimeout(() => {
            state = 'unknown';
            message.reply.ok(quietAnswer);
          }, 5);
        },
        health: (message) => {
          if (message.type === 'get-detail') {
            message.reply.ok(detailOf('web1', { ...web1Life(0), state }));
          }
        },
      });
      const answer = await acts[action](client, 'web1');
      expect(answer).to.deep.equal({ ...(await client.getBackend('web1')), outcome: quietOutcome });
      expect(answer.state).to.equal('unknown');
      expect(asked.map(({ reply, ...request }) => request)).to.deep.equal([
        { type: 'act-on-backend', name: 'web1', action, peer: 'unix' },
      ]);
    });

    it(`refuses to ${action} nothing, and what cannot be a name, without asking anybody`, async () => {
      const { client } = await start({});
      const refused = { status: 'INVALID_ARGUMENT', code: 'MGL_REQUEST_INVALID' };
      expect(await rejection(acts[action](client, ''))).to.include(refused);
      expect(await rejection(acts[action](client, 'x'.repeat(65)))).to.include(refused);
    });

    it(`cannot ${action} an unknown backend: NOT_FOUND, and nobody is asked for a view`, async () => {
      const { operator } = siteCallees();
      const { client } = await start({ operator });
      expect(await rejection(acts[action](client, 'nope'))).to.include({
        status: 'NOT_FOUND',
        code: 'MGL_BACKEND_UNKNOWN',
      });
    });
  }

  for (const action of ['pause', 'resume'] as const) {
    it(`cannot ${action} a disabled backend: FAILED_PRECONDITION`, async () => {
      const { client } = await start(siteCallees());
      expect(await rejection(acts[action](client, 'spare'))).to.include({
        status: 'FAILED_PRECONDITION',
        code: 'MGL_BACKEND_DISABLED',
        message: `backend "spare" is disabled: it cannot be ${action}d.`,
        advice: 'Enable it first: `maglevc set backend <name> enable`.',
      });
    });
  }

  it('passes on the warning of what is in force, and not all well', async () => {
    const warning = 'in force, but not kept';
    const { client } = await start({
      ...siteCallees(),
      operator: (message) => {
        if (message.type === 'act-on-backend' || message.type === 'set-weight')
          message.reply.ok({ ...quietAnswer, warning });
      },
    });
    expect(await client.disableBackend('web1')).to.include({ name: 'web1', warning });
    const change = { frontend: 'web', pool: 'primary', backend: 'web1', weight: 1, flush: false };
    expect(await client.setWeight(change)).to.include({ name: 'web', warning });
    expect(await client.getBackend('web1')).to.have.property('warning', undefined);
  });

  it('tells frontend by frontend what VPP has of it, and why it has not', async () => {
    const error = new MaglevError('MGL_VPP_RETVAL', 'VPP answered -73');
    const pending: Pending = { why: 'refused', text: 'VPP refused it', error, owed: true };
    const applied = [
      { frontend: 'web', acknowledged: 3, weights: 2, flushed: [ip('10.0.0.1')], pending: null },
      { frontend: 'dns6', acknowledged: 0, weights: 0, flushed: [], pending },
    ];
    const { client } = await start({
      ...siteCallees(),
      operator: (message) => {
        if (message.type === 'act-on-backend' || message.type === 'set-weight')
          message.reply.ok({ ...quietAnswer, applied });
      },
    });
    const { outcome } = await client.disableBackend('web1');
    const nothing = { pending: undefined, reason: undefined, code: undefined };
    expect(outcome?.frontends).to.deep.equal([
      { frontend: 'web', acknowledged: 3, weights: 2, flushed: ['10.0.0.1'], ...nothing },
      {
        frontend: 'dns6',
        acknowledged: 0,
        weights: 0,
        flushed: [],
        pending: 'refused',
        reason: 'VPP refused it',
        code: 'MGL_VPP_RETVAL',
      },
    ]);
  });

  describe('SetFrontendPoolBackendWeight', () => {
    const place = { frontend: 'web', pool: 'primary', backend: 'web1' };

    it('passes on every field, and answers with the frontend', async () => {
      const asked: unknown[] = [];
      const { client } = await start({
        ...siteCallees(),
        operator: (message) => {
          const { reply, ...request } = message;
          asked.push(request);
          if (message.type === 'set-weight') message.reply.ok(quietAnswer);
        },
      });
      for (const [weight, flush] of [
        [0, true],
        [100, false],
      ] as const) {
        const answer = await client.setWeight({ ...place, weight, flush });
        expect(answer).to.deep.equal({ ...(await client.getFrontend('web')), outcome: quietOutcome });
        expect(asked.pop()).to.deep.equal({
          type: 'set-weight',
          change: { ...place, weight },
          flush,
          peer: 'unix',
        });
      }
    });

    it('refuses every weight that is none, without asking anybody', async () => {
      const { client } = await start({});
      const noWeight = fc.oneof(
        fc.integer({ min: -(2 ** 31), max: -1 }),
        fc.integer({ min: 101, max: 2 ** 31 - 1 }),
      );
      for (const weight of [-1, 101, -(2 ** 31), 2 ** 31 - 1, ...fc.sample(noWeight, 20)]) {
        const error = await rejection(client.setWeight({ ...place, weight, flush: false }));
        expect(error).to.include({
          status: 'INVALID_ARGUMENT',
          code: 'MGL_REQUEST_INVALID',
          message: `weight is ${weight}; weights are from 0 to 100.`,
        });
      }
    });

    for (const field of ['frontend', 'pool', 'backend'] as const) {
      it(`refuses a request without ${field}, without asking anybody`, async () => {
        const { client } = await start({});
        const error = await rejection(client.setWeight({ ...place, [field]: '', weight: 1, flush: false }));
        expect(error).to.include({ status: 'INVALID_ARGUMENT', message: `${field} is empty.` });
      });
    }

    for (const [field, code] of [
      ['frontend', 'MGL_FRONTEND_UNKNOWN'],
      ['pool', 'MGL_POOL_UNKNOWN'],
      ['backend', 'MGL_BACKEND_UNKNOWN'],
    ] as const) {
      it(`is NOT_FOUND with ${code} for an unknown ${field}`, async () => {
        const { client } = await start(siteCallees());
        const request = { ...place, [field]: 'nope', weight: 1, flush: false };
        expect(await rejection(client.setWeight(request))).to.include({ status: 'NOT_FOUND', code });
      });
    }
  });
});
