import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { ProbeTarget } from '../../probes/target.js';
import { eventually } from '../support/eventually.js';
import { ip, Namespaces, namespacesRefused } from '../support/namespaces.js';
import { address, shown, target, undisturbed } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';

const refused = namespacesRefused();
const suite = refused === null ? describe : describe.skip;
const probe = (engine: ProbeEngine, key: string, what: ProbeTarget) =>
  undisturbed(() => engine.probe(key, what));
const tcp = (port: number, rest: Partial<ProbeTarget> = {}) => target({ type: 'tcp', port, tls: null }, rest);
const icmp = (rest: Partial<ProbeTarget> = {}) => target({ type: 'icmp' }, rest);

suite(`probes in a network namespace${refused === null ? '' : `, skipped because of "${refused}"`}`, function () {
  // Programs are started; on a busy machine that takes long.
  this.timeout(40_000);
  const namespaces = new Namespaces();
  const engines: ProbeEngine[] = [];
  let log = recordingLog();

  function engine(netns: string): ProbeEngine {
    log = recordingLog();
    const made = createProbeEngine({ workers: 2, netns, clock: realClock, log });
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

  it('doubt when the namespace has lost its routes, and judge when only the way to a backend is missing', async () => {
    const name = namespaces.make();
    ip('-n', name, 'link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'switch');
    ip('-n', name, 'link', 'set', 'switch', 'up');
    ip('-n', name, 'addr', 'add', '10.99.0.1/24', 'dev', 'uplink');
    ip('-n', name, 'addr', 'add', '2001:db8:99::1/64', 'dev', 'uplink', 'nodad');
    const probes = engine(name);
    const elsewhere = ['10.98.0.1', '2001:db8:98::1'].flatMap((text) => [
      tcp(80, { address: address(text) }),
      icmp({ address: address(text) }),
    ]);
    const results = () => Promise.all(elsewhere.map((each, i) => probe(probes, `b${i}`, each)));
    for (const result of await results()) {
      expect(shown(result)).to.equal('SOCKERR this machine has no route to anywhere (ENETUNREACH)');
    }
    ip('-n', name, 'link', 'set', 'uplink', 'up');
    for (const result of await results()) expect(shown(result)).to.equal('L4CON no route to the backend');
    ip('-n', name, 'route', 'add', 'unreachable', '10.98.0.0/16');
    expect((await results()).map(shown)[0]).to.equal('L4CON host unreachable');
  });
});
