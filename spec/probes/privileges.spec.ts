import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import type { ProbeTarget } from '../../probes/target.js';
import { Namespaces, namespacesRefused } from '../support/namespaces.js';
import type { ProbedOnce } from '../support/probe-once.js';
import { ProbeServers } from '../support/probe-servers.js';
import { pingRefused, target } from '../support/probing.js';
import { testWherePermitted } from '../support/where-permitted.js';

const program = path.join(import.meta.dirname, '../support/probe-once.js');

/** Runs the program behind `prefix`, as `prlimit` with its arguments. */
function probeOnce(
  prefix: readonly string[],
  order: { netns?: string; targets: ProbeTarget[]; exhaust?: boolean },
) {
  const text = JSON.stringify({ netns: '', exhaust: false, ...order });
  const [command = '', ...args] = [...prefix, process.execPath, program, text];
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  expect(status, stderr).to.equal(0);
  const report: ProbedOnce = JSON.parse(stdout);
  return report;
}

const without = (capability: string) => [
  'setpriv',
  `--bounding-set=-${capability}`,
  `--inh-caps=-${capability}`,
];
const refused = namespacesRefused();
const tcp = (port: number) => target({ type: 'tcp', port, tls: null });

describe('a prober that lacks something', function () {
  // Programs are started; on a busy machine that takes long.
  this.timeout(40_000);

  const servers = new ProbeServers();
  const namespaces = new Namespaces();
  afterEach(async () => {
    servers.close();
    await namespaces.end();
  });

  testWherePermitted(refused, 'says that CAP_SYS_ADMIN is missing, once, and doubts', () => {
    const netns = namespaces.make();
    const { results, log } = probeOnce(without('sys_admin'), { netns, targets: [tcp(80), tcp(81)] });
    const error = `cannot enter network namespace ${netns}: CAP_SYS_ADMIN is missing`;
    expect(results.map(({ verdict, code, detail }) => [verdict, code, detail])).to.deep.equal([
      ['doubt', 'NETNS', error],
      ['doubt', 'NETNS', error],
    ]);
    expect(log.map(({ event, fields }) => [event, fields['code'], fields['error']])).to.deep.equal([
      ['probe-netns', 'MGL_NETNS_PERMISSION', error],
    ]);
  });

  testWherePermitted(refused, 'names both ways to be allowed to ping, and doubts', () => {
    const netns = namespaces.make();
    const { results } = probeOnce(without('net_raw'), { netns, targets: [target({ type: 'icmp' })] });
    expect(results[0]).to.include({ verdict: 'doubt', code: 'NOPERM' });
    expect(results[0]?.detail).to.equal(
      'no ICMPv4 socket: a ping socket is not allowed by net.ipv4.ping_group_range (EACCES), ' +
        'and a raw socket needs CAP_NET_RAW (EPERM)',
    );
    const { href } = new URL('../../linux/echo-socket.js', import.meta.url);
    const open = `const { openEchoSocket } = await import('${href}');
      try { openEchoSocket(4, null, { identifier: 1, payload: new Uint8Array() }); } catch ({ code }) { console.log(code); }`;
    const [command = '', ...args] = [
      ...without('net_raw'),
      process.execPath,
      '--input-type=module',
      '-e',
      open,
    ];
    const inside = ['netns', 'exec', netns, command, ...args];
    expect(spawnSync('ip', inside, { encoding: 'utf8' }).stdout).to.equal('MGL_ICMP_PERMISSION\n');
    namespaces.exec(netns, 'sysctl', '-qw', 'net.ipv4.ping_group_range=0 0');
    const { results: allowed } = probeOnce(without('net_raw'), {
      netns,
      targets: [target({ type: 'icmp' })],
    });
    expect(allowed[0]).to.include({ verdict: 'pass', code: 'L4OK' });
  });

  it('doubts backends when it has no descriptor left for them', async () => {
    // It keeps the one socket that is there, from the probe before, while the other one is probed.
    const silent = await servers.silent();
    const refusing = await servers.refusing();
    const targets = [{ ...tcp(silent), timeoutMs: 500 }, tcp(refusing)];
    const { results } = probeOnce(['prlimit', '--nofile=200'], { targets, exhaust: true });
    expect(results.map(({ verdict, code, detail }) => `${verdict} ${code} ${detail}`)).to.deep.equal([
      'fail L4TOUT no answer within 500ms',
      'doubt SOCKERR this process has no file descriptor left (EMFILE)',
    ]);
  });

  testWherePermitted(pingRefused(), 'doubts when it has no descriptor left to ping with', async () => {
    // The first one is probed before: a socket for pings would stay open.
    const targets = [tcp(await servers.refusing()), target({ type: 'icmp' })];
    const { results } = probeOnce(['prlimit', '--nofile=200'], { targets, exhaust: true });
    expect(results[1]).to.include({ verdict: 'doubt', code: 'SOCKERR' });
    expect(results[1]?.detail).to.match(/EMFILE/);
  });
});
