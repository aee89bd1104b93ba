import { expect } from 'chai';
import type { BackendLife } from '../../domain/backend-life.js';
import { MaglevError } from '../../domain/errors.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { block, runCli } from '../support/cli-run.js';
import { web1Life } from '../support/rpc-health-samples.js';
import { quietAnswer } from '../support/rpc-site.js';
import { CliSite } from './cli-site.js';

describe('maglevc: health and counters', () => {
  const { start, end, run, json } = new CliSite();
  afterEach(end);
  /** What is printed; every moment, which differs from run to run, reads the same. */
  const page = async (line: string) => {
    const { code, stdout, stderr } = await run(line);
    const text = stdout.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'YYYY-MM-DDTHH:MM:SSZ');
    return { code, stderr, text };
  };
  /** Lets web1 be what `change` makes of it. */
  const startWith = (change: Partial<BackendLife>, givenUp = false) =>
    start({
      health: (message) => {
        if (message.type === 'list-details') message.reply.ok([]);
        if (message.type !== 'get-detail') return;
        message.reply.ok({ name: message.name, life: { ...web1Life(Date.now()), ...change }, givenUp });
      },
    });

  const pages: readonly [string, string][] = [
    [
      'show backend web1',
      block(`
        name         web1
        address      10.0.0.1
        state        up
        since        YYYY-MM-DDTHH:MM:SSZ (3h7m ago)
        enabled      true
        healthcheck  https
        frontends    web dns6
        counter      3/4 (rise 2, fall 3): 2 failures in a row bring it down
        last-probe   YYYY-MM-DDTHH:MM:SSZ (2h30m ago)
        last-result  pass: L7OK HTTP 200, after 12.3ms
        transitions
          time                             change         reason
          YYYY-MM-DDTHH:MM:SSZ (3h7m ago)  down -> up     L7OK HTTP 200
          YYYY-MM-DDTHH:MM:SSZ (1d3h ago)  up -> down     L7STS HTTP 503
          YYYY-MM-DDTHH:MM:SSZ (2d3h ago)  unknown -> up  a reason of its own
        weights
          frontend  pool              weight  effective-weight  vpp-weight  buckets  share              reason
          web       primary (active)  100     100               100         1024     99.6%, not 100.0%  up in the active pool
      `),
    ],
    [
      'show backend spare',
      block(`
        name         spare
        address      2001:db8::9
        state        disabled
        since        YYYY-MM-DDTHH:MM:SSZ (5h30m ago)
        enabled      false
        healthcheck  -
        frontends    -
        weights
          frontend  pool      weight        effective-weight  vpp-weight  buckets  share  reason
          web       fallback  7 (config 9)  keep              -           -        -      no verdict yet
      `),
    ],
    [
      'show healthchecks',
      block(`
        name   type   port  interval  fast   down   timeout  rise  fall  backends
        https  https  8443  2s        250ms  1m30s  1.5s     2     3     2
        plain  http   80    2s        2s     2s     1s       2     3     0
        smtps  tcp    465   2s        2s     2s     1s       2     3     0
        smtp   tcp    25    2s        2s     2s     1s       2     3     0
        ping   icmp   -     250\u00b5s     2s     2s     1s       2     3     0
      `),
    ],
    [
      'show healthcheck https',
      block(`
        name                  https
        type                  https
        interval              2s
        fast-interval         250ms
        down-interval         1m30s
        timeout               1.5s
        rise                  2
        fall                  3
        port                  8443
        probe-ipv4-src        192.0.2.2
        probe-ipv6-src        2001:db8::2
        path                  /status?brief=1
        host                  api.example.com
        method                GET
        response-code         200-299,301
        response-regexp       "ok"
        reuse                 1
        server-name           tls.example.com
        insecure-skip-verify  false
        ca-file               /etc/vpp-maglev/ca.pem
        resume                20
        backends              web1 web2
      `),
    ],
    [
      'show healthcheck plain',
      block(`
        name             plain
        type             http
        interval         2s
        fast-interval    2s
        down-interval    2s
        timeout          1s
        rise             2
        fall             3
        port             80
        probe-ipv4-src   (the kernel's choice)
        probe-ipv6-src   (the kernel's choice)
        path             /
        host             (the backend's address)
        method           HEAD
        response-code    200
        response-regexp  (any body)
        reuse            10
        backends         -
      `),
    ],
    [
      'show vpp lb counters',
      block(`
        read  YYYY-MM-DDTHH:MM:SSZ (2h30m ago)
        vips  2
        vip 192.0.2.1/32 protocol tcp port 443 frontend web
                                                     packets                       bytes
          received                     9,007,199,254,740,993  18,446,744,073,709,551,615
          next                    18,446,744,073,709,551,615                           -
          first                                    1,234,567                           -
          untracked                                       12                           -
          no-server                                        0                           -
          server 10.0.0.1 (web1)                       1,000                         999
          server 2001:db8::1:2:3                           -                           -
          failover-debt: at least 120, at most 4,800 of 5,000 flows would change their server; the tables under which they began were not seen
        vip 2001:db8::53/128 protocol any port 0 frontend dns6
                                                     packets                       bytes
          received                                         -                           -
          next                                             0                           -
          first                                            0                           -
          untracked                                        0                           -
          no-server                                        0                           -
      `),
    ],
    ...(
      [
        ['pause', 'paused'],
        ['resume', 'resumed'],
        ['enable', 'enabled'],
        ['disable', 'disabled'],
      ] as const
    ).map(([word, done]): [string, string] => [
      `set backend web1 ${word}`,
      `backend web1: ${done}; 1 frontend, 1 weight set, acknowledged by VPP in 4 ms\n`,
    ]),
    [
      'set frontend web pool primary backend web1 weight 100',
      block(`
        frontend web pool primary backend web1: weight 100; 1 frontend, 1 weight set, acknowledged by VPP in 4 ms
          effective-weight 100 reason up in the active pool
      `),
    ],
  ];
  for (const [line, text] of pages) {
    it(`prints ${line}`, async () => {
      await start();
      expect(await page(line)).to.deep.equal({ code: 0, stderr: '', text });
    });
  }

  const tcpChecks: readonly [string, string][] = [
    ['smtps', "ssl                   true\nserver-name           (the backend's address)\n"],
    ['smtp', 'ssl             false\nhandshake       half\nbackends        -\n'],
  ];
  for (const [name, lines] of tcpChecks) {
    it(`prints whether a tcp check speaks TLS: ${name}`, async () => {
      await start();
      expect((await page(`show healthcheck ${name}`)).text).to.contain(lines);
    });
  }

  describe('show backend explains the counter', () => {
    const standings: readonly [BackendLife['state'], BackendLife['standing'], string][] = [
      ['up', { decided: true, counter: 4 }, '4/4 (rise 2, fall 3): 3 failures in a row bring it down'],
      ['up', { decided: true, counter: 2 }, '2/4 (rise 2, fall 3): one failure brings it down'],
      ['down', { decided: true, counter: 1 }, '1/4 (rise 2, fall 3): one pass brings it up'],
      ['down', { decided: true, counter: 0 }, '0/4 (rise 2, fall 3): 2 passes in a row bring it up'],
      [
        'unknown',
        { decided: false, counter: 4 },
        '4/4 (rise 2, fall 3): a pass brings it up, 3 failures in a row bring it down',
      ],
      [
        'unknown',
        { decided: false, counter: 2 },
        '2/4 (rise 2, fall 3): a pass brings it up, one failure brings it down',
      ],
      ['paused', { decided: true, counter: 4 }, '4/4 (rise 2, fall 3)'],
    ];
    for (const [state, standing, expected] of standings) {
      it(`of a backend that is ${state} at ${standing.counter}`, async () => {
        await startWith({ state, standing });
        expect((await page('show backend web1')).text).to.contain(`\ncounter      ${expected}\n`);
      });
    }
  });

  it('says why a backend cannot be measured, and since when', async () => {
    const result: ProbeResult = {
      verdict: 'doubt',
      code: 'NETNS',
      detail: 'no namespace "blue"',
      durationMs: 0,
    };
    const since = Date.now() - 4.5 * 3_600_000;
    await startWith({ last: { at: since, result }, doubt: { since, result } });
    expect((await page('show backend web1')).text).to.contain(
      block(`
        last-probe   YYYY-MM-DDTHH:MM:SSZ (4h30m ago)
        last-result  doubt: NETNS no namespace "blue", after 0s
        doubt        NETNS no namespace "blue": state and counter are frozen
        doubt-since  YYYY-MM-DDTHH:MM:SSZ (4h30m ago)
      `),
    );
  });

  it('says that a backend without a verdict was given up, and that it was never probed', async () => {
    await startWith(
      { state: 'unknown', standing: { decided: false, counter: 3 }, last: null, history: [] },
      true,
    );
    expect(
      (await page('show backend web1')).text.includes(
        block(`
        counter      3/4 (rise 2, fall 3): a pass brings it up, 2 failures in a row bring it down
        given-up     unknown for too long: it counts as down
        last-probe   none yet
      `),
      ),
    ).to.equal(true);
  });

  it('prints the messages of the contract with --json, 64-bit numbers as strings', async () => {
    await start();
    expect(await json('show backend web1'))
      .to.deep.include({ counter: 3, rise: 2, fall: 3, givenUp: false })
      .and.to.have.nested.property('lastProbe.durationNs', '12345600');
    expect(await json('show healthchecks')).to.have.nested.property(
      'healthchecks[0].downIntervalNs',
      '90000000000',
    );
    expect(await json('show healthcheck https')).to.include({ type: 'https', timeoutNs: '1500000000' });
    expect(await json('show vpp lb counters'))
      .to.have.nested.property('vips[0]')
      .that.deep.includes({
        next: '18446744073709551615',
        packets: '9007199254740993',
        applicationServers: [
          { address: '10.0.0.1', packets: '1000', bytes: '999', backend: 'web1' },
          { address: '2001:db8::1:2:3', backend: '' },
        ],
      });
    expect(await json('set backend web1 pause')).to.include({ name: 'web1', state: 'up' });
    expect(await json('set frontend web pool primary backend web1 weight 5')).to.include({ name: 'web' });
  });

  it('asks for what the words say', async () => {
    const asked: unknown[] = [];
    await start({
      operator: (message) => {
        const { reply, ...request } = message;
        asked.push(request);
        if (message.type === 'act-on-backend' || message.type === 'set-weight') message.reply.ok(quietAnswer);
      },
    });
    const lines = [
      'set backend web1 disable',
      'se b web1 p',
      'set frontend web pool primary backend web1 weight 0 flush',
      'set frontend web pool primary backend web1 weight 007',
    ];
    for (const line of lines) expect(await run(line), line).to.include({ code: 0, stderr: '' });
    const place = { frontend: 'web', pool: 'primary', backend: 'web1' };
    expect(asked).to.deep.equal([
      { type: 'act-on-backend', name: 'web1', action: 'disable', peer: 'unix' },
      { type: 'act-on-backend', name: 'web1', action: 'pause', peer: 'unix' },
      { type: 'set-weight', change: { ...place, weight: 0 }, flush: true, peer: 'unix' },
      { type: 'set-weight', change: { ...place, weight: 7 }, flush: false, peer: 'unix' },
    ]);
  });

  it('refuses to leave a frontend with nobody when it is told to be careful', async () => {
    await start();
    const refused = await run('set backend web1 pause', '--careful');
    expect(refused).to.include({ code: 1, stdout: '' });
    expect(refused.stderr).to.match(
      /this leaves frontend web with nobody to serve: nothing was changed\n.*\[MGL_LEFT_ALONE\]/,
    );
    expect(await run('set backend web1 resume', '--careful')).to.include({ code: 0 });
    const weight = 'set frontend web pool primary backend web1 weight 0';
    expect(await run(weight, '--careful')).to.include({ code: 1 });
  });

  it('looks up all names, and means none or all of them', async () => {
    await start();
    const wrong = await run('set backend web1 wbe2 enable');
    expect(wrong).to.include({ code: 3, stdout: '' });
    expect(wrong.stderr).to.contain('no backend is named wbe2');
    expect((await run('set backend * enable')).stdout).to.match(
      /^backend web1: enabled.*\nbackend spare: enabled.*\n$/,
    );
    expect(await run('set backend x* enable')).to.include({ code: 3 });
    expect((await run('set backend web1 spare pause')).stderr).to.contain(
      'a disabled backend cannot pause: spare',
    );
  });

  it('says on standard error what is in force and not kept, and in the JSON document; that is no failure', async () => {
    const warning = 'in force, but not kept: the disk is full';
    await start({
      operator: (message) => {
        if (message.type === 'act-on-backend' || message.type === 'set-weight')
          message.reply.ok({ ...quietAnswer, warning });
      },
    });
    for (const line of ['set backend web1 disable', 'set frontend web pool primary backend web1 weight 0']) {
      const stderr = `maglevc: warning: ${warning}\n`;
      expect(await run(line)).to.include({ code: 0, stderr });
      const document = await run(`--json ${line}`);
      expect(document).to.include({ code: 0, stderr });
      expect(JSON.parse(document.stdout)).to.include({ warning });
    }
  });

  for (const weight of ['101', '-1', '1.5', 'half', '1e2', '0x10']) {
    it(`takes '${weight}' for a mistake in the command line, and asks nobody`, async () => {
      const argv = `-- set frontend web pool primary backend web1 weight ${weight}`.split(' ');
      expect(await runCli(['--server', 'unix:/nowhere/x.sock', ...argv])).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: block(`
          maglevc: '${weight}' is no weight: use a whole number from 0 to 100
          Run the command with --help. [MGL_USAGE]
        `),
      });
    });
  }

  const failures: readonly [string, number, string][] = [
    ['set backend spare pause', 1, 'MGL_BACKEND_DISABLED'],
    ['set backend spare resume', 1, 'MGL_BACKEND_DISABLED'],
    ['set backend nope enable', 3, 'MGL_BACKEND_UNKNOWN'],
    ['set frontend nope pool primary backend web1 weight 1', 3, 'MGL_FRONTEND_UNKNOWN'],
    ['set frontend web pool nope backend web1 weight 1', 3, 'MGL_POOL_UNKNOWN'],
    ['set frontend web pool primary backend nope weight 1', 3, 'MGL_BACKEND_UNKNOWN'],
    ['show healthcheck nope', 3, 'MGL_HEALTHCHECK_UNKNOWN'],
    ['show backend nope', 3, 'MGL_BACKEND_UNKNOWN'],
    [`show healthcheck ${'x'.repeat(65)}`, 2, 'MGL_REQUEST_INVALID'],
  ];
  for (const [line, code, name] of failures) {
    it(`exits ${code} after ${line.slice(0, 60)}`, async () => {
      await start();
      const { stderr, ...rest } = await run(line);
      expect(rest).to.deep.equal({ code, stdout: '' });
      expect(stderr).to.contain(`[${name}]`);
    });
  }

  for (const error of ['MGL_STATS_DISABLED', 'MGL_STATS_STALE', 'MGL_VPP_DISCONNECTED'] as const) {
    it(`exits 5 when there are no counters: ${error}`, async () => {
      await start({
        vpp: (message) => 'reply' in message && message.reply.fail(new MaglevError(error, 'x')),
      });
      expect(await run('show vpp lb counters')).to.deep.include({ code: 5, stdout: '' });
    });
  }
});
