import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeTarget } from '../../probes/target.js';
import { eventually } from '../support/eventually.js';
import { ip, Namespaces, namespacesRefused } from '../support/namespaces.js';
import { address, shown, target, undisturbed } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { type SingleProbes, singleProbes } from '../support/single-probes.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

const probe = (engine: SingleProbes, key: string, what: ProbeTarget) =>
  undisturbed(() => engine.probe(key, what));
const tcp = (port: number, rest: Partial<ProbeTarget> = {}) => target({ type: 'tcp', port, tls: null }, rest);
const icmp = (rest: Partial<ProbeTarget> = {}) => target({ type: 'icmp' }, rest);

suiteWherePermitted(namespacesRefused(), 'probes in a network namespace', function () {
  // Programs are started; on a busy machine that takes long.
  this.timeout(40_000);
  const namespaces = new Namespaces();
  const engines: SingleProbes[] = [];
  let log = recordingLog();

  function engine(netns: string): SingleProbes {
    log = recordingLog();
    const made = singleProbes({ workers: 2, netns, clock: realClock, log }, true);
    engines.push(made);
    return made;
  }

  const loud = () => log.records.filter(({ level }) => level !== 'debug');

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((each) => each.stop()));
    await namespaces.end();
  });

  it('reach what only the namespace reaches', async () => {
    const name = namespaces.make();
    const port = await namespaces.server(name);
    const inside = engine(name);
    expect(shown(await probe(inside, 'web1', tcp(port)))).to.equal('L4OK connected');
    expect(shown(await probe(inside, 'web2', tcp(port)))).to.equal('L4OK connected');
    expect(shown(await probe(inside, 'ping', icmp()))).to.equal('L4OK echo reply');
    expect(loud()).to.deep.equal([]);
    expect(shown(await probe(engine(''), 'web1', tcp(port)))).to.equal('L4CON connection refused');
  });

  it('are in doubt while it does not exist, which is logged once, and work as soon as it does', async () => {
    const name = namespaces.name();
    const probes = engine(name);
    const detail = `network namespace ${name} does not exist`;
    for (const key of ['web1', 'web2', 'web1']) {
      expect(await probe(probes, key, tcp(80))).to.include({ verdict: 'doubt', code: 'NETNS', detail });
    }
    expect(probes.condition().workers.map(({ trouble }) => trouble)).to.deep.equal([detail, detail]);
    expect(
      loud().map(({ level, event, fields }) => [level, event, fields['code'], fields['error']]),
    ).to.deep.equal([['error', 'probe-netns', 'MGL_NETNS_MISSING', detail]]);
    namespaces.make(name);
    const port = await namespaces.server(name);
    await eventually(async () => expect((await probe(probes, 'web1', tcp(port))).verdict).to.equal('pass'));
    await eventually(async () => expect((await probe(probes, 'web2', tcp(port))).verdict).to.equal('pass'));
    expect(loud().map(({ level, event }) => [level, event])).to.deep.equal([
      ['error', 'probe-netns'],
      ['info', 'probe-netns'],
    ]);
  });

  it('are in doubt when it is removed, also those under way, and follow the name when it comes back', async () => {
    const name = namespaces.make();
    const first = await namespaces.server(name);
    const probes = engine(name);
    expect(shown(await probe(probes, 'ping', icmp()))).to.equal('L4OK echo reply');
    namespaces.exec(name, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const underWay = probe(probes, 'ping', icmp({ timeoutMs: 1200 }));
    namespaces.remove(name);
    const { verdict, code, detail } = await underWay;
    expect([verdict, code]).to.deep.equal(['doubt', 'NETNS']);
    expect(detail.endsWith(`network namespace ${name} does not exist`), detail).to.equal(true);
    expect(await probe(probes, 'web1', tcp(first))).to.include({ verdict: 'doubt', code: 'NETNS' });

    namespaces.make(name);
    const second = await namespaces.server(name);
    await eventually(async () => expect((await probe(probes, 'web1', tcp(second))).verdict).to.equal('pass'));
    await eventually(async () =>
      expect(shown(await probe(probes, 'ping', icmp()))).to.equal('L4OK echo reply'),
    );
    expect((await probe(probes, 'web3', tcp(first))).code).to.equal(first === second ? 'L4OK' : 'L4CON');
  });

  it('let go of a namespace that was removed, at once and whatever is under way', async () => {
    const [name, other] = [namespaces.make(), namespaces.make()];
    ip('-n', other, 'link', 'add', 'outside', 'type', 'veth', 'peer', 'name', 'inside', 'netns', name);
    namespaces.exec(name, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    ip('-n', name, 'addr', 'add', '10.77.0.1/24', 'dev', 'inside');
    for (const [netns, device] of [
      [name, 'inside'],
      [other, 'outside'],
    ] as const)
      ip('-n', netns, 'link', 'set', device, 'up');
    const probes = engine(name);
    expect((await probe(probes, 'idle', icmp({ timeoutMs: 100 }))).code).to.equal('L4TOUT');
    const far = { address: address('10.77.0.2'), timeoutMs: 600_000 };
    const tls = target(
      { type: 'tcp', port: 80, tls: { serverName: null, insecureSkipVerify: true, trust: null } },
      { ...far },
    );
    const underWay = [icmp(far), tcp(80, far), tls].map((each, i) => probes.probe(`far${i}`, each));
    expect(await probes.probe('near', tcp(9))).to.include({ code: 'L4CON' });
    namespaces.remove(name);
    for (const result of await Promise.all(underWay)) {
      expect(shown(result)).to.equal(`NETNS network namespace ${name} does not exist`);
    }
    // Its end of the cable is gone with it.
    await eventually(() =>
      expect(() => ip('-n', other, 'link', 'show', 'outside')).to.throw(/does not exist/),
    );
  });

  it('say that a host does not answer pings, by a ping socket or a raw one', async () => {
    const name = namespaces.make();
    namespaces.exec(name, 'sysctl', '-qw', 'net.ipv4.ping_group_range=0 2147483647');
    const probes = engine(name);
    expect(shown(await probe(probes, 'b', icmp()))).to.equal('L4OK echo reply');
    expect(shown(await probe(probes, 'six', icmp({ address: address('::1') })))).to.equal('L4OK echo reply');
    namespaces.exec(name, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const silent = 'L4TOUT no echo reply within 150ms';
    expect(shown(await probe(probes, 'b', icmp({ timeoutMs: 150 })))).to.equal(silent);
    namespaces.exec(name, 'sysctl', '-qw', 'net.ipv4.ping_group_range=1 0');
    // Another source address is another socket.
    const raw = icmp({ timeoutMs: 150, source: address('127.0.0.2') });
    expect(shown(await probe(probes, 'b', raw))).to.equal(silent);
  });

  it('doubt what this machine has no route to or forbids, and judge what the network does', async () => {
    const [name, router] = [namespaces.make(), namespaces.make()];
    ip('-n', name, 'link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'port', 'netns', router);
    ip('-n', name, 'addr', 'add', '10.99.0.1/24', 'dev', 'uplink');
    ip('-n', name, 'addr', 'add', '2001:db8:99::1/64', 'dev', 'uplink', 'nodad');
    ip('-n', router, 'addr', 'add', '10.99.0.2/24', 'dev', 'port');
    ip('-n', router, 'addr', 'add', '2001:db8:99::2/64', 'dev', 'port', 'nodad');
    ip('-n', router, 'link', 'set', 'port', 'up');
    ip('-n', name, 'link', 'set', 'uplink', 'up');
    const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
    const talkative = ['net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0'];
    namespaces.exec(router, 'sysctl', '-qw', ...forwarding, ...talkative);
    const probes = engine(name);
    const ports = ['10.98.0.1', '2001:db8:98::1'].map((text) => tcp(80, { address: address(text) }));
    const tls = ports.map((each) => ({
      ...each,
      probe: {
        type: 'tcp',
        port: 80,
        tls: { serverName: null, insecureSkipVerify: true, trust: null },
      } as const,
    }));
    const pings = ports.map((each) => ({ ...each, probe: { type: 'icmp' } as const }));
    const results = async (targets: readonly ProbeTarget[]) =>
      (await Promise.all(targets.map((each, i) => probe(probes, `b${i}`, each)))).map(shown);
    const all = [...ports, ...tls, ...pings];
    expect(await results(all)).to.deep.equal(
      all.map(() => 'SOCKERR this machine has no route to the backend (ENETUNREACH)'),
    );

    for (const [net, via] of [
      ['10.98.0.0/16', '10.99.0.2'],
      ['2001:db8:98::/64', '2001:db8:99::2'],
    ] as const)
      ip('-n', name, 'route', 'add', net, 'via', via);
    const answers = async (route: string) => {
      for (const net of ['10.98.0.0/16', '2001:db8:98::/64'])
        ip('-n', router, 'route', 'replace', route, net);
      return results([...ports, ...tls]);
    };
    expect(new Set(await results([...ports, ...tls]))).to.deep.equal(
      new Set(['L4CON no route to the backend']),
    );
    const [four, six] = ['L4CON host unreachable', 'L4CON forbidden by the network'];
    expect(await answers('prohibit')).to.deep.equal([four, six, four, six]);

    for (const net of ['10.98.0.0/16', '2001:db8:98::/64'])
      ip('-n', name, 'route', 'replace', 'prohibit', net);
    expect(await results(all)).to.deep.equal(
      all.map(() => 'NOPERM a policy of this machine forbids it (EACCES)'),
    );
    ip('-n', name, 'route', 'replace', 'unreachable', '10.98.0.0/16');
    expect((await results(all))[0]).to.equal('L4CON host unreachable');
  });
});
