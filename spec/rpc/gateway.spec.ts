import { expect } from 'chai';
import type { ConfigVerdict } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { VppControl } from '../../protocol/vpp.js';
import { RpcError } from '../../rpc/rpc-error.js';
import { configAnswer } from '../support/config-answer.js';
import { rejection } from '../support/rejection.js';
import { type Callees, type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import { lbCounters } from '../support/rpc-health-samples.js';
import * as samples from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';

describe('rpc/gateway', () => {
  let fixture: Fixture | null = null;
  const start = async (callees: Callees, options?: FixtureOptions): Promise<Fixture> => {
    fixture = await startFixture(callees, options);
    return fixture;
  };
  afterEach(async () => {
    await fixture?.stop();
    fixture = null;
  });

  describe('views', () => {
    const { views } = siteCallees();

    it('lists frontends in the order of the config, complete', async () => {
      const { client } = await start({ views });
      const { frontends } = await client.listFrontends();
      expect(frontends.map(({ name }) => name)).to.deep.equal(['web', 'dns6']);
      expect(frontends[0]).to.deep.equal(await client.getFrontend('web'));
    });

    it('tells an effective weight of 0 from none', async () => {
      const { client } = await start({ views });
      const { pools } = await client.getFrontend('web');
      const weights = pools.flatMap((pool) => pool.backends.map((backend) => backend.effectiveWeight));
      expect(weights).to.deep.equal([100, 0, undefined]);
      expect(pools.map(({ active }) => active)).to.deep.equal([true, false]);
    });

    it('carries every field of a frontend', async () => {
      const { client } = await start({ views });
      const { pools, ...fields } = await client.getFrontend('dns6');
      expect(fields).to.deep.equal({
        name: 'dns6',
        description: '',
        address: '2001:db8::53',
        protocol: 'any',
        port: 0,
        srcIpSticky: true,
        flushOnDown: false,
        state: 'unknown',
        warning: undefined,
        outcome: undefined,
        standing: { state: 'disabled', differences: [] },
        doubts: 0,
        holds: 0,
        overrides: 0,
        shareError: undefined,
      });
      expect(pools).to.deep.equal([{ name: 'all', active: true, backends: [] }]);
    });

    it('lists backends without the details, which it asks nobody for', async () => {
      const { client } = await start({ views });
      const details = {
        stateSinceNs: undefined,
        counter: undefined,
        rise: undefined,
        fall: undefined,
        lastProbe: undefined,
        doubt: undefined,
        transitions: [],
        givenUp: undefined,
        warning: undefined,
        outcome: undefined,
        override: '',
        standing: { state: 'disabled', differences: [] },
      };
      const backends = samples.backends.map((backend) => ({ ...backend, ...details }));
      const response = await client.listBackends();
      expect(response.backends).to.deep.equal(backends);
      expect(response.vpp).to.include({ state: 'disabled' });
    });

    it('answers NOT_FOUND with the code, what happened and what to do', async () => {
      const { client } = await start({ views });
      const error = await rejection(client.getFrontend('wbe'));
      expect(error).to.be.instanceOf(RpcError).and.to.deep.include({
        status: 'NOT_FOUND',
        code: 'MGL_FRONTEND_UNKNOWN',
        message: "there is no frontend 'wbe'.",
        advice: 'List the names with `maglevc show frontends`.',
      });
    });

    for (const [what, name] of [
      ['an empty name', ''],
      ['a name that is too long', 'x'.repeat(65)],
    ] as const) {
      it(`refuses ${what} without asking anybody`, async () => {
        const { client } = await start({});
        const error = await rejection(client.getFrontend(name));
        expect(error).to.include({ status: 'INVALID_ARGUMENT', code: 'MGL_REQUEST_INVALID' });
      });
    }
  });

  describe('config', () => {
    const answering = (verdict: ConfigVerdict) => {
      const asked: string[] = [];
      const config = (message: ConfigControl) => {
        asked.push(message.type);
        if (message.type !== 'get-config' && message.type !== 'get-warnings')
          message.reply.ok(configAnswer(verdict, samples.anyConfig));
      };
      return { asked, config };
    };

    it('says that a file is valid, with its warnings', async () => {
      const { asked, config } = answering({
        ok: true,
        config: samples.anyConfig,
        warnings: [samples.warning],
      });
      const { client } = await start({ config });
      const verdict = await client.checkConfig();
      expect(verdict).to.deep.equal({
        ok: true,
        parseError: '',
        semanticError: '',
        stage: '',
        errors: [],
        warnings: [
          {
            file: '/etc/vpp-maglev/maglev.yaml',
            line: 12,
            column: 5,
            path: 'maglev.backends.spare',
            message: 'no frontend uses this backend',
            excerpt: [],
          },
        ],
        changes: {
          changes: [],
          vipsAdded: [],
          vipsRemoved: [],
          vipsAnew: [],
          serversAdded: [],
          serversRemoved: [],
          backendsAnew: [],
          wordsKnown: true,
          wordsDropped: [],
          wordsDormant: [],
          wordsWoken: [],
        },
      });
      expect(await client.reloadConfig()).to.deep.equal(verdict);
      expect(asked).to.deep.equal(['check-config', 'reload-config']);
    });

    const line =
      "/etc/vpp-maglev/maglev.yaml:7:14 maglev.backends.web1.address: '10.0.0.300' is not an IP address";
    for (const [stage, parseError, semanticError] of [
      ['read', line, ''],
      ['parse', line, ''],
      ['semantic', '', line],
    ] as const) {
      it(`puts the errors of stage ${stage} where the reference implementation has them`, async () => {
        const { config } = answering({ ok: false, stage, issues: [samples.mistake], warnings: [] });
        const { client } = await start({ config });
        const verdict = await client.reloadConfig();
        expect(verdict).to.include({ ok: false, parseError, semanticError, stage });
        expect(verdict.errors).to.have.length(1);
      });
    }
  });

  describe('VPP', () => {
    const vpp = (message: VppControl) => {
      if (message.type === 'list-standings') message.reply.ok(samples.standings);
      if (message.type === 'get-info') message.reply.ok(samples.vppInfo);
      if (message.type === 'get-lb-state') message.reply.ok(samples.lbState);
      if (message.type === 'get-lb-counters') message.reply.ok(lbCounters(1_795_343_400_250));
    };

    it('says who VPP is, times in nanoseconds', async () => {
      const { client } = await start({ vpp });
      expect(await client.getVppInfo()).to.deep.equal({
        version: '26.10-release',
        buildDate: '2026-10-28T09:00:00',
        buildDirectory: '/build/vpp',
        pid: 4711,
        boottimeNs: undefined,
        connecttimeNs: 1_795_343_400_250_000_000n,
        pausedUntilNs: undefined,
        forecast: undefined,
      });
    });

    it('says since when VPP runs, when that is known', async () => {
      const bootedAt = Date.UTC(2026, 10, 1, 0, 0, 0, 1);
      const { client } = await start({
        vpp: (message) => message.type === 'get-info' && message.reply.ok({ ...samples.vppInfo, bootedAt }),
      });
      expect((await client.getVppInfo()).boottimeNs).to.equal(1_793_491_200_001_000_000n);
    });

    it('reports the state of the load balancer', async () => {
      const { client } = await start({ vpp });
      const { conf, vips, digest } = await client.getLbState();
      const decided = { effectiveWeight: undefined };
      expect(conf).to.deep.equal({
        ipv4SrcAddress: '10.9.9.9',
        ipv6SrcAddress: '2001:db8:9::9',
        stickyBucketsPerCore: 65536,
        flowTimeout: 40,
      });
      expect(digest).to.equal('ac326b90be32ec08');
      expect(vips.map((vip) => vip.digest)).to.deep.equal(['329dae05f1157ed6', '6d84fe31b45806ab']);
      expect(vips.map(({ digest: _, ...vip }) => vip)).to.deep.equal([
        {
          prefix: '192.0.2.1/32',
          protocol: 'tcp',
          port: 443,
          encap: 'gre4',
          flowTableLength: 1024,
          flowTableLengthExact: true,
          srcIpSticky: false,
          applicationServers: [
            { ...decided, address: '10.0.0.1', weight: 100, numBuckets: 1024, backend: 'web1' },
            { ...decided, address: '10.0.0.2', weight: 0, numBuckets: 0, backend: 'web2-long-name' },
          ],
          frontend: 'web',
          standing: { state: 'equal', differences: [] },
        },
        {
          prefix: '2001:db8::53/128',
          protocol: 'any',
          port: 0,
          encap: 'gre6',
          flowTableLength: 0,
          flowTableLengthExact: false,
          srcIpSticky: undefined,
          applicationServers: [],
          frontend: 'dns6',
          standing: {
            state: 'unverified',
            differences: ['VPP does not tell whether it is sticky by source address'],
          },
        },
      ]);
    });

    it('reports counters as large as they are, and tells 0 from what VPP does not tell', async () => {
      const { client } = await start({ vpp });
      const most = 18_446_744_073_709_551_615n;
      expect(await client.getLbCounters()).to.deep.equal({
        timeNs: 1_795_334_400_250_000_000n,
        forecast: undefined,
        vips: [
          {
            prefix: '192.0.2.1/32',
            protocol: 'tcp',
            port: 443,
            next: most,
            first: 1_234_567n,
            untracked: 12n,
            noServer: 0n,
            packets: 9_007_199_254_740_993n,
            bytes: most,
            applicationServers: [
              { address: '10.0.0.1', packets: 1000n, bytes: 999n, backend: 'web1' },
              { address: '2001:db8::1:2:3', packets: undefined, bytes: undefined, backend: '' },
            ],
            frontend: 'web',
          },
          {
            prefix: '2001:db8::53/128',
            protocol: 'any',
            port: 0,
            next: 0n,
            first: 0n,
            untracked: 0n,
            noServer: 0n,
            packets: undefined,
            bytes: undefined,
            applicationServers: [],
            frontend: 'dns6',
          },
        ],
        vpp: {
          state: 'connected',
          sinceNs: 1_795_343_400_250_000_000n,
          untilNs: undefined,
          reason: '',
          code: '',
        },
      });
    });

    it('syncs everything, or one frontend', async () => {
      const asked: (string | null)[] = [];
      const { client } = await start({
        vpp: (message) => {
          if (message.type !== 'sync') return;
          asked.push(message.frontend);
          message.reply.ok({ ...samples.quietSync, scope: message.frontend === null ? 'all' : 'vip' });
        },
      });
      expect((await client.syncLbState(undefined)).scope).to.equal('all');
      expect((await client.syncLbState('web')).scope).to.equal('vip');
      expect(asked).to.deep.equal([null, 'web']);
    });

    it('refuses an empty frontend name: it must not mean everything', async () => {
      const { client } = await start({ vpp });
      expect(await rejection(client.syncLbState(''))).to.include({ status: 'INVALID_ARGUMENT' });
    });

    it('reports what a sync changed and what failed', async () => {
      const [vip] = samples.lbState.vips;
      if (vip === undefined) throw new Error('no sample');
      const { client } = await start({
        vpp: (message) => {
          if (message.type !== 'sync') return;
          message.reply.ok({
            scope: 'all',
            counts: { vipAdded: 1, vipRemoved: 2, asAdded: 3, asRemoved: 4, asWeightUpdated: 5 },
            failures: [
              {
                operation: { op: 'vip-del', key: vip.key, reason: 'no frontend wants it' },
                error: new MaglevError('MGL_VPP_RETVAL', 'lb_add_del_vip_v2: -6 no such entry'),
              },
            ],
            unverified: [],
          });
        },
      });
      expect(await client.syncLbState(undefined)).to.deep.equal({
        scope: 'all',
        vipAdded: 1,
        vipRemoved: 2,
        asAdded: 3,
        asRemoved: 4,
        asWeightUpdated: 5,
        failures: [
          {
            operation: 'delete VIP 192.0.2.1/32,tcp,443',
            code: 'MGL_VPP_RETVAL',
            message: 'lb_add_del_vip_v2: -6 no such entry',
          },
        ],
        unverified: [],
      });
    });

    it('is UNAVAILABLE at once without VPP', async () => {
      const { client } = await start({ vpp: null });
      const calls = [
        client.getVppInfo(),
        client.getLbState(),
        client.getLbCounters(),
        client.syncLbState('web'),
      ];
      for (const call of calls) {
        expect(await rejection(call)).to.include({ status: 'UNAVAILABLE', code: 'MGL_VPP_DISABLED' });
      }
    });
  });
});
