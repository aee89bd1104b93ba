import { expect } from 'chai';
import fc from 'fast-check';
import { connect } from '../../client/index.js';
import { MaglevError } from '../../domain/errors.js';
import type { BackendDetail, HealthRequest } from '../../protocol/health.js';
import { nanoseconds } from '../../rpc/nanoseconds.js';
import { rejection } from '../support/rejection.js';
import { type Callees, type Fixture, startFixture } from '../support/rpc-fixture.js';
import { detailOf, spareLife, web1Life } from '../support/rpc-health-samples.js';
import { siteCallees } from '../support/rpc-site.js';

/** 2026-11-22T10:30:00.250Z. */
const now = 1_795_343_400_250;
const hourNs = 3_600_000_000_000n;
const nowNs = 1_795_343_400_250_000_000n;

describe('rpc/gateway: health', () => {
  let fixture: Fixture | null = null;
  const start = async (callees: Callees): Promise<Fixture> => {
    await fixture?.stop();
    fixture = await startFixture({ ...siteCallees(), ...callees });
    return fixture;
  };
  afterEach(async () => {
    await fixture?.stop();
    fixture = null;
  });
  const answering = (detail: BackendDetail) => (message: HealthRequest) => {
    if (message.type === 'get-detail' && message.name === detail.name) message.reply.ok(detail);
  };

  describe('GetProbes', () => {
    const probesOf = async (name: string) => {
      const { server } = await start({});
      const maglev = connect({ server: server.address });
      try {
        return await maglev.getProbes({ name });
      } finally {
        maglev.close();
      }
    };

    it('tells what probes came to, and the last of them', async () => {
      const { buckets, last, ...rest } = await probesOf('web1');
      expect(rest).to.deep.equal({
        backend: 'web1',
        results: 2n,
        codes: [
          { code: 'L7OK', count: 1n },
          { code: 'L4CON', count: 1n },
        ],
        durationSumNs: 3_750_000n,
      });
      expect(buckets.filter(({ count }) => count > 0n)).to.deep.equal([
        { atMostNs: 1_000_000n, count: 1n },
        { atMostNs: 5_000_000n, count: 1n },
      ]);
      expect(buckets.at(-1)).to.deep.equal({ atMostNs: undefined, count: 0n });
      expect(last.map(({ verdict, code, durationNs }) => [verdict, code, durationNs])).to.deep.equal([
        ['fail', 'L4CON', 250_000n],
        ['pass', 'L7OK', 3_500_000n],
      ]);
    });

    it('tells nothing of who was never probed, and refuses who is not there', async () => {
      expect((await probesOf('spare')).results).to.equal(0n);
      const error = await rejection(probesOf('web7'));
      expect(error).to.have.property('code', 'MGL_BACKEND_UNKNOWN');
    });
  });

  describe('GetBackend', () => {
    it('tells all that is known of a backend', async () => {
      const { client } = await start({ health: answering(detailOf('web1', web1Life(now))) });
      expect(await client.getBackend('web1')).to.deep.equal({
        name: 'web1',
        address: '10.0.0.1',
        healthcheck: 'https',
        enabled: true,
        state: 'up',
        frontends: ['web', 'dns6'],
        stateSinceNs: nowNs - 3n * hourNs - hourNs / 8n,
        counter: 3,
        rise: 2,
        fall: 3,
        lastProbe: {
          timeNs: nowNs - (5n * hourNs) / 2n,
          verdict: 'pass',
          code: 'L7OK',
          detail: 'HTTP 200',
          durationNs: 12_345_600n,
        },
        doubt: undefined,
        transitions: [
          {
            from: 'down',
            to: 'up',
            timeNs: nowNs - 3n * hourNs - hourNs / 8n,
            code: 'L7OK',
            detail: 'HTTP 200',
            reason: 'L7OK HTTP 200',
          },
          {
            from: 'up',
            to: 'down',
            timeNs: nowNs - (55n * hourNs) / 2n,
            code: 'L7STS',
            detail: 'HTTP 503',
            reason: 'L7STS HTTP 503',
          },
          {
            from: 'unknown',
            to: 'up',
            timeNs: nowNs - (103n * hourNs) / 2n,
            code: '',
            detail: '',
            reason: 'a reason of its own',
          },
        ],
        givenUp: false,
        warning: undefined,
        outcome: undefined,
        override: '',
        standing: {
          state: 'unverified',
          differences: ['dns6: VPP does not tell whether it is sticky by source address'],
        },
      });
    });

    it('gives no counter to a backend without a health check, and no probe to one that had none', async () => {
      const { client } = await start({ health: answering(detailOf('spare', spareLife(now))) });
      expect(await client.getBackend('spare')).to.deep.include({
        state: 'disabled',
        stateSinceNs: nowNs - (11n * hourNs) / 2n,
        counter: undefined,
        rise: undefined,
        fall: undefined,
        lastProbe: undefined,
        transitions: [],
      });
    });

    it('says what keeps us from measuring, and that a backend was given up', async () => {
      const result = { verdict: 'doubt', code: 'NETNS', detail: 'no namespace x', durationMs: 0 } as const;
      const life = { ...web1Life(now), last: { at: now, result }, doubt: { since: now - 1000, result } };
      const { client } = await start({ health: answering({ name: 'web1', life, givenUp: true }) });
      expect(await client.getBackend('web1')).to.deep.include({
        doubt: { sinceNs: nowNs - 1_000_000_000n, code: 'NETNS', detail: 'no namespace x' },
        lastProbe: {
          timeNs: nowNs,
          verdict: 'doubt',
          code: 'NETNS',
          detail: 'no namespace x',
          durationNs: 0n,
        },
        givenUp: true,
      });
    });

    it('takes the state from where it takes the history', async () => {
      const life = { ...web1Life(now), state: 'paused' } as const;
      const { client } = await start({ health: answering(detailOf('web1', life)) });
      expect(await client.getBackend('web1')).to.include({ state: 'paused' });
    });

    it('is NOT_FOUND when either of those who know backends does not know it', async () => {
      const unknown = { status: 'NOT_FOUND', code: 'MGL_BACKEND_UNKNOWN' };
      const { client } = await start({});
      expect(await rejection(client.getBackend('nope'))).to.include(unknown);
      const { client: other } = await start({
        health: (message) => message.reply.fail(new MaglevError('MGL_BACKEND_UNKNOWN', 'gone just now')),
      });
      expect(await rejection(other.getBackend('web1'))).to.include(unknown);
    });
  });

  describe('health checks', () => {
    it('are listed in the order of the config', async () => {
      const { client } = await start({});
      const { healthchecks } = await client.listHealthChecks();
      expect(healthchecks.map(({ name, type, port }) => [name, type, port])).to.deep.equal([
        ['https', 'https', 8443],
        ['plain', 'http', 80],
        ['smtps', 'tcp', 465],
        ['smtp', 'tcp', 25],
        ['ping', 'icmp', undefined],
      ]);
      for (const check of healthchecks) {
        expect(await client.getHealthCheck(check.name)).to.deep.equal(check);
      }
    });

    it('carry everything that can be set', async () => {
      const { client } = await start({});
      expect(await client.getHealthCheck('https')).to.deep.equal({
        name: 'https',
        type: 'https',
        intervalNs: 2_000_000_000n,
        fastIntervalNs: 250_000_000n,
        downIntervalNs: 90_000_000_000n,
        timeoutNs: 1_500_000_000n,
        rise: 2,
        fall: 3,
        port: 8443,
        probeIpv4Src: '192.0.2.2',
        probeIpv6Src: '2001:db8::2',
        http: {
          method: 'GET',
          path: '/status?brief=1',
          host: 'api.example.com',
          responseCode: '200-299,301',
          responseRegexp: '"ok"',
          reuse: 1,
        },
        tls: {
          serverName: 'tls.example.com',
          insecureSkipVerify: false,
          caFile: '/etc/vpp-maglev/ca.pem',
          resume: 20,
        },
        handshake: undefined,
        backends: ['web1', 'web2'],
      });
    });

    it('tell what is not set from what is empty', async () => {
      const { client } = await start({});
      expect(await client.getHealthCheck('plain')).to.deep.include({
        probeIpv4Src: undefined,
        probeIpv6Src: undefined,
        http: {
          method: 'HEAD',
          path: '/',
          host: undefined,
          responseCode: '200',
          responseRegexp: undefined,
          reuse: 10,
        },
        tls: undefined,
        backends: [],
      });
      expect(await client.getHealthCheck('smtps')).to.deep.include({
        http: undefined,
        tls: { serverName: undefined, insecureSkipVerify: true, caFile: undefined, resume: 1 },
      });
      expect(await client.getHealthCheck('smtp')).to.deep.include({
        http: undefined,
        tls: undefined,
        handshake: 'half',
      });
      expect(await client.getHealthCheck('ping')).to.deep.include({ intervalNs: 250_000n, port: undefined });
    });

    it('are NOT_FOUND by a wrong name, and INVALID_ARGUMENT by none', async () => {
      const { client } = await start({});
      expect(await rejection(client.getHealthCheck('htps'))).to.include({
        status: 'NOT_FOUND',
        code: 'MGL_HEALTHCHECK_UNKNOWN',
        message: 'health check "htps" is not in the config: did you mean "https"?',
        advice: 'List the names with `maglevc show healthchecks`.',
      });
      expect(await rejection(client.getHealthCheck(''))).to.include({ status: 'INVALID_ARGUMENT' });
    });
  });

  it('gives times to the nanosecond, exactly', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4_000_000_000_000 }), (ms) => {
        expect(nanoseconds(ms)).to.equal(BigInt(ms) * 1_000_000n);
      }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (ns) => {
        expect(nanoseconds(ns / 1e6)).to.equal(BigInt(ns));
      }),
    );
  });
});
