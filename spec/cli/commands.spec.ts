import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { buildInfo, versionLine } from '../../program/build-info.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { VppControl } from '../../protocol/vpp.js';
import { block, runCli } from '../support/cli-run.js';
import { about } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';
import { CliSite } from './cli-site.js';

describe('maglevc commands', () => {
  const { start, end, run, json } = new CliSite();
  afterEach(end);

  const pages: readonly [string, string][] = [
    ['show version', `${versionLine('maglevc')}\n${versionLine('maglevd', about)}\n`],
    [
      'show frontends',
      block(`
        name  address       protocol  port  state    active-pool  vpp         notes
        web   192.0.2.1     tcp       443   up       primary      equal       1 kept, 1 by operator
        dns6  2001:db8::53  any       all   unknown  all          unverified  -
        dns6 unverified: VPP does not tell whether it is sticky by source address
      `),
    ],
    [
      'show frontend web',
      block(`
        name           web
        address        192.0.2.1
        protocol       tcp
        port           443
        state          up
        src-ip-sticky  false
        flush-on-down  true
        share-error    0.4 points
        failover-debt  at least 120, at most 4,800 of 5,000 flows would change their server; the tables under which they began were not seen
        description    the shop
        vpp            equal
        pool primary (active)
          backend         state    since  weight        effective-weight  vpp-weight  buckets  share              reason
          web1            up       3h7m   100           100               100         1024     99.6%, not 100.0%  up in the active pool
          web2-long-name  down     -      50            0                 0           0        -                  down
        pool fallback
          backend         state    since  weight        effective-weight  vpp-weight  buckets  share              reason
          spare           unknown  -      7 (config 9)  keep              -           -        -                  no verdict yet; enabled by the operator
      `),
    ],
    [
      'show frontend dns6',
      block(`
        name           dns6
        address        2001:db8::53
        protocol       any
        port           all
        state          unknown
        src-ip-sticky  true
        flush-on-down  false
        vpp            unverified
        vpp-reason     VPP does not tell whether it is sticky by source address
        pool all (active)
      `),
    ],
    [
      'show backends',
      block(`
        name   address      state     since  healthcheck  frontends  notes  cause
        web1   10.0.0.1     up        3h7m   https        web dns6   -      L7OK HTTP 200
        spare  2001:db8::9  disabled  5h30m  -            -          -      -
      `),
    ],
    [
      'show vpp lbstate',
      block(`
        ipv4-src-address         10.9.9.9
        ipv6-src-address         2001:db8:9::9
        sticky-buckets-per-core  65536
        flow-timeout             40s
        vips                     2
        digest                   ac326b90be32ec08
        vip 192.0.2.1/32 protocol tcp port 443 frontend web
          encap              gre4
          standing           equal
          flow-table-length  1024
          src-ip-sticky      false
          digest             329dae05f1157ed6
          address 10.0.0.1 weight 100 flow-table-buckets 1024 backend web1
          address 10.0.0.2 weight 0 flow-table-buckets 0 backend web2-long-name
        vip 2001:db8::53/128 protocol any port 0 frontend dns6
          encap              gre6
          standing           unverified
          flow-table-length  0 (modulo 65536)
          digest             6d84fe31b45806ab
        vpp unverified: dns6: VPP does not tell whether it is sticky by source address
      `),
    ],
    ['sync vpp lbstate', 'nothing to change: VPP is equal to the decision\n'],
    ['sync vpp lbstate web', 'nothing to change: VPP is equal to the decision\n'],
    [
      'config check',
      block(`
        /etc/vpp-maglev/maglev.yaml:12:5 maglev.backends.spare: warning: no frontend uses this backend
        no change: it means the same as the running config
        the config is valid
      `),
    ],
    [
      'config reload',
      block(`
        /etc/vpp-maglev/maglev.yaml:12:5 maglev.backends.spare: warning: no frontend uses this backend
        no change: it means the same as the running config
        the config is valid, and running now
      `),
    ],
  ];
  for (const [line, page] of pages) {
    it(`prints ${line}`, async () => {
      await start();
      expect(await run(line)).to.deep.equal({ code: 0, stdout: page, stderr: '' });
    });
  }

  it('prints the same for lb state as for lbstate', async () => {
    await start();
    expect(await run('show vpp lb state')).to.deep.equal(await run('show vpp lbstate'));
    expect(await run('sync vpp lb state web')).to.deep.equal(await run('sync vpp lbstate web'));
  });

  it('prints show vpp info with the age of the connection', async () => {
    const connectedAt = Date.now() - (2 * 3600 + 5 * 60 + 7) * 1000;
    await start({
      vpp: (message) => message.type === 'get-info' && message.reply.ok({ ...samples.vppInfo, connectedAt }),
    });
    const { stdout, code } = await run('show vpp info');
    const since = new Date(connectedAt).toISOString().replace(/\.\d+/, '');
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      block(`
        version     26.10-release
        build-date  2026-10-28T09:00:00
        build-dir   /build/vpp
        vpp-pid     4711
        connected   ${since} (2h5m ago)
      `),
    );
  });

  it('prints what a sync changed, and only that', async () => {
    await start({
      vpp: (message: VppControl) => {
        if (message.type !== 'sync') return;
        message.reply.ok({
          scope: 'all',
          counts: { vipAdded: 1, vipRemoved: 0, asAdded: 12, asRemoved: 0, asWeightUpdated: 3 },
          failures: [],
          unverified: [],
        });
      },
    });
    expect(await run('sync vpp lbstate')).to.deep.equal({
      code: 0,
      stdout: block(`
        vips-added       1
        servers-added    12
        weights-changed  3
      `),
      stderr: '',
    });
  });

  it('exits 1 when a part of a sync failed, and says which', async () => {
    const [vip] = samples.lbState.vips;
    if (vip === undefined) throw new Error('no sample');
    await start({
      vpp: (message: VppControl) => {
        if (message.type !== 'sync') return;
        const error = new MaglevError('MGL_VPP_RETVAL', 'VPP answered -6');
        message.reply.ok({
          ...samples.quietSync,
          failures: [{ operation: { op: 'vip-del', key: vip.key, reason: '' }, error }],
        });
      },
    });
    expect(await run('sync vpp lbstate')).to.deep.equal({
      code: 1,
      stdout: 'failed to delete VIP 192.0.2.1/32,tcp,443: VPP answered -6 [MGL_VPP_RETVAL]\n',
      stderr: block(`
        maglevc: a change could not be made in VPP
        Part of a sync failed; the log names each change. It is repeated at the next sync interval. [MGL_VPP_SYNC]
      `),
    });
  });

  for (const verb of ['check', 'reload'] as const) {
    it(`prints every issue of an invalid file and exits 1: config ${verb}`, async () => {
      const asked: string[] = [];
      await start({
        config: (message: ConfigControl) => {
          asked.push(message.type);
          if (message.type === 'get-config' || message.type === 'get-warnings') return;
          message.reply.ok({
            ok: false,
            stage: 'parse',
            issues: [samples.mistake, { ...samples.mistake, path: '', message: 'second mistake' }],
            warnings: [samples.warning],
          });
        },
      });
      expect(await run(`config ${verb}`)).to.deep.equal({
        code: 1,
        stdout: block(`
          /etc/vpp-maglev/maglev.yaml:7:14 maglev.backends.web1.address: '10.0.0.300' is not an IP address
          /etc/vpp-maglev/maglev.yaml:7:14: second mistake
          /etc/vpp-maglev/maglev.yaml:12:5 maglev.backends.spare: warning: no frontend uses this backend
        `),
        stderr: block(`
          maglevc: the config has 2 errors; the running config is unchanged
          Correct the place that is named; docs/config-guide.md lists every key. [MGL_CONFIG_PARSE]
        `),
      });
      expect(asked).to.deep.equal([`${verb}-config`]);
    });
  }

  it('tells a file that cannot be read from one that is wrong, in its form or together', async () => {
    const place = { file: '/etc/vpp-maglev/maglev.yaml', line: 0, column: 0 };
    let stage: 'read' | 'semantic' = 'read';
    await start({
      config: (message: ConfigControl) => {
        if (message.type === 'get-config' || message.type === 'get-warnings') return;
        const issues = [{ place, path: '', message: 'no such file' }];
        message.reply.ok({ ok: false, stage, issues, warnings: [] });
      },
    });
    const { stdout, stderr } = await run('config check');
    expect(stdout).to.equal('/etc/vpp-maglev/maglev.yaml: no such file\n');
    expect(stderr).to.contain('[MGL_CONFIG_READ]');
    stage = 'semantic';
    expect((await run('config check')).stderr).to.contain('[MGL_CONFIG_SEMANTIC]');
  });

  describe('--json', () => {
    it('prints the messages of the contract, with their JSON names', async () => {
      await start();
      expect(await json('show version')).to.deep.equal({
        ...buildInfo(),
        maglevd: {
          version: '1.2.3',
          commit: 'abc123',
          date: about.date,
          startNs: '1795341600000000000',
          pid: 42,
        },
      });
      expect(await json('show backends'))
        .to.have.nested.property('backends[0]')
        .that.deep.includes({ ...samples.backends[0], givenUp: false, override: '' });
      expect(await json('show frontend dns6')).to.deep.include({ name: 'dns6', holds: 0, overrides: 0 });
      expect(await json('show status')).to.include({ frontendsTotal: 2, frontendsUp: 1 });
      expect(await json('show frontends'))
        .to.have.nested.property('frontends[0].pools[0].backends[1]')
        .that.deep.equals({
          name: 'web2-long-name',
          weight: 50,
          effectiveWeight: 0,
          state: 'down',
          reason: 'down',
          vppWeight: 0,
          vppBuckets: 0,
          override: '',
        });
      expect(await json('show vpp info')).to.deep.equal({
        version: '26.10-release',
        buildDate: '2026-10-28T09:00:00',
        buildDirectory: '/build/vpp',
        pid: 4711,
        connecttimeNs: '1795343400250000000',
      });
      expect(await json('show vpp lbstate'))
        .to.have.nested.property('vips[0].applicationServers[0]')
        .that.deep.equals({
          address: '10.0.0.1',
          weight: 100,
          numBuckets: 1024,
          backend: 'web1',
        });
      expect(await json('sync vpp lbstate web')).to.deep.equal({
        scope: 'vip',
        vipAdded: 0,
        vipRemoved: 0,
        asAdded: 0,
        asRemoved: 0,
        asWeightUpdated: 0,
        failures: [],
        unverified: [],
      });
      expect(await json('config check')).to.include({ ok: true, stage: '' });
    });

    it('prints the document also when the news are bad, and nothing on stdout when there is none', async () => {
      await start({
        config: (message) => {
          if (message.type === 'get-config' || message.type === 'get-warnings') return;
          message.reply.ok({ ok: false, stage: 'semantic', issues: [samples.mistake], warnings: [] });
        },
      });
      const bad = await run('config check', '--json');
      expect(bad.code).to.equal(1);
      expect(JSON.parse(bad.stdout)).to.have.property('ok', false);
    });

    it('has errors as well, beside the words for people', async () => {
      await start();
      const unknown = await run('show frontend nope', '--json');
      expect(unknown).to.deep.include({ code: 3 });
      expect(unknown.stderr).to.contain("maglevc: there is no frontend 'nope'");
      expect(JSON.parse(unknown.stdout)).to.deep.equal({
        error: {
          code: 'MGL_FRONTEND_UNKNOWN',
          status: 'NOT_FOUND',
          message: "there is no frontend 'nope'.",
          advice: 'List the names with `maglevc show frontends`.',
        },
      });
      const codes = ['show nonsense', '--frobnicate', 'set frontend web pool p backend b weight 101'].map(
        async (line) => {
          const { code, stdout } = await run(line, '--json');
          const { error } = JSON.parse(stdout) as { error: { code: string; status: string } };
          return [code, error.code, error.status];
        },
      );
      const usage = [2, 'MGL_USAGE', 'INVALID_ARGUMENT'];
      expect(await Promise.all(codes)).to.deep.equal([usage, usage, usage]);
      expect(JSON.parse((await runCli(['--json'])).stdout)).to.have.nested.property(
        'error.code',
        'MGL_USAGE',
      );
      expect((await runCli(['show', '--', '--json'])).stdout).to.equal('');
    });
  });

  describe('errors', () => {
    it('are what the server says, with advice and code', async () => {
      await start();
      expect(await run('show frontend nope')).to.deep.equal({
        code: 3,
        stdout: '',
        stderr: block(`
          maglevc: there is no frontend 'nope'.
          List the names with \`maglevc show frontends\`. [MGL_FRONTEND_UNKNOWN]
        `),
      });
    });

    it('exit 5 without VPP, without maglevd, and when the answer takes too long', async () => {
      await start({ vpp: null, views: () => undefined });
      expect(await run('show vpp info')).to.deep.include({ code: 5 });
      expect((await run('show vpp info')).stderr).to.contain('[MGL_VPP_DISABLED]');
      const late = await run('show backends', '--timeout', '50ms');
      expect(late.code).to.equal(5);
      expect(late.stderr).to.contain('did not answer within ').and.to.contain('[MGL_ASK_TIMEOUT]');
      const gone = await runCli(['--server', 'unix:/nowhere/maglevd.sock', 'show', 'backends']);
      expect(gone.code).to.equal(5);
      expect(gone.stderr).to.contain('cannot reach maglevd at unix:/nowhere/maglevd.sock: connect ENOENT');
    });

    it('name what was typed with a dash in front, which may be a name', async () => {
      await start();
      const weight = await run('set frontend web pool primary backend web1 weight -5');
      expect(weight).to.deep.include({ code: 2 });
      expect(weight.stderr).to.contain("'-5' is no weight: use a whole number from 0 to 100");
      const named = await run('show backend -web');
      expect(named).to.deep.include({ code: 3 });
      expect(named.stderr).to.contain("there is no backend '-web'");
      const word = await run('show -x');
      expect(word).to.deep.include({ code: 2 });
      expect(word.stderr).to.contain("unknown option or command word '-x' after 'show': expected one of");
    });

    it('exit 2 when the server finds the request wrong', async () => {
      await start();
      expect(await run(`show backend ${'x'.repeat(70)}`)).to.deep.include({ code: 2 });
    });

    it('cannot repaint the terminal', async () => {
      const frontend = samples.frontends[0];
      if (frontend === undefined) throw new Error('no sample');
      await start({
        views: (message) => {
          if (message.type === 'list-backends') message.reply.ok([]);
          if (message.type === 'get-frontend') {
            message.reply.ok({ ...frontend, description: '\u001b[2Jshop\nname  evil \u202e\u009b1m' });
          }
        },
      });
      const { stdout } = await run('show frontend web');
      expect(stdout).to.contain('description    \\x1b[2Jshop\\x0aname  evil \\u{202e}\\x9b1m\n');
    });
  });
});
