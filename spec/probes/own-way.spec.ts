import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeTarget } from '../../probes/target.js';
import { eventually } from '../support/eventually.js';
import { ip, Namespaces, namespacesRefused } from '../support/namespaces.js';
import { address, shown, target, undisturbed } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { type SingleProbes, singleProbes } from '../support/single-probes.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

const tcp = (to: string, rest: Partial<ProbeTarget> = {}) =>
  target({ type: 'tcp', port: 9, tls: null }, { address: address(to), timeoutMs: 200, ...rest });
const icmp = (to: string, rest: Partial<ProbeTarget> = {}) =>
  target({ type: 'icmp' }, { address: address(to), timeoutMs: 200, ...rest });

/** Makes a device that knows no carrier, of a kind that this kernel has. */
function withoutCarrier(netns: string, name: string): void {
  try {
    ip('-n', netns, 'link', 'add', name, 'type', 'dummy');
  } catch {
    ip('-n', netns, 'link', 'add', name, 'type', 'ifb');
  }
}

suiteWherePermitted(namespacesRefused(), 'our own part of the way', function () {
  // Programs are started; on a busy machine that takes long.
  this.timeout(40_000);
  const namespaces = new Namespaces();
  const engines: SingleProbes[] = [];

  /** Two namespaces with a cable between them; 10.77.0.1 and fd00:77::1 are ours, and .2 is another machine. */
  function cabled(): { here: string; there: string; probe: (what: ProbeTarget) => Promise<string> } {
    const [here, there] = [namespaces.make(), namespaces.make()];
    ip('-n', here, 'link', 'add', 'ours', 'type', 'veth', 'peer', 'name', 'theirs', 'netns', there);
    for (const [netns, device, host] of [
      [here, 'ours', '1'],
      [there, 'theirs', '2'],
    ] as const) {
      ip('-n', netns, 'link', 'set', device, 'up');
      ip('-n', netns, 'addr', 'add', `10.77.0.${host}/24`, 'dev', device);
      ip('-n', netns, 'addr', 'add', `fd00:77::${host}/64`, 'dev', device, 'nodad');
    }
    const engine = singleProbes({ workers: 1, netns: here, clock: realClock, log: recordingLog() });
    engines.push(engine);
    let count = 0;
    const probe = async (what: ProbeTarget) => {
      const key = `b${++count}`;
      return shown(await undisturbed(() => engine.probe(key, what)));
    };
    return { here, there, probe };
  }

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((each) => each.stop()));
    await namespaces.end();
  });

  it('doubts when the source address has left this machine, and passes when it is back', async () => {
    const { here, probe } = cabled();
    for (const [source, length, to] of [
      ['10.77.0.10', 24, '10.77.0.2'],
      ['fd00:77::a', 64, 'fd00:77::2'],
    ] as const) {
      const assign = (action: 'add' | 'del', ...rest: readonly string[]) =>
        ip('-n', here, 'addr', action, `${source}/${length}`, 'dev', 'ours', ...rest);
      assign('add', ...(length === 64 ? ['nodad'] : []));
      const ping = icmp(to, { source: address(source) });
      expect(await probe(ping)).to.equal('L4OK echo reply');
      assign('del');
      const gone = `SOCKERR source address ${source} is not on this machine (EADDRNOTAVAIL)`;
      for (let i = 0; i < 3; i++) expect(await probe(ping)).to.equal(gone);
      expect(await probe(tcp(to, { source: address(source) }))).to.equal(gone);
      assign('add', ...(length === 64 ? ['nodad'] : []));
      expect(await probe(ping)).to.equal('L4OK echo reply');
    }
  });

  it('judges a silent server while the source address is here, and the link is up', async () => {
    const { there, probe } = cabled();
    namespaces.exec(there, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const ping = icmp('10.77.0.2', { source: address('10.77.0.1') });
    expect(await probe(ping)).to.equal('L4TOUT no echo reply within 200ms');
  });

  it('doubts while its own link has no carrier, whatever is probed, near or far', async () => {
    const { here, there, probe } = cabled();
    ip('-n', here, 'route', 'add', 'default', 'via', '10.77.0.2');
    ip('-n', here, 'route', 'add', 'default', 'via', 'fd00:77::2');
    ip('-n', there, 'link', 'set', 'theirs', 'down');
    const targets = ['10.77.0.2', '10.99.0.5', 'fd00:77::2', 'fd00:99::5'].flatMap((to) => {
      const source = address(to.startsWith('10.') ? '10.77.0.1' : 'fd00:77::1');
      return [tcp(to), icmp(to), icmp(to, { source })];
    });
    const results = await Promise.all(targets.map(probe));
    expect(results).to.deep.equal(targets.map(() => 'SOCKERR the link of ours is down'));
    expect(await probe(tcp('127.0.0.1'))).to.equal('L4CON connection refused');
    ip('-n', there, 'link', 'set', 'theirs', 'up');
    await eventually(async () => expect(await probe(icmp('10.77.0.2'))).to.equal('L4OK echo reply'));
  });

  it('doubts one silence of a probe that was under way when its own link came back, and not the next one', async () => {
    const { there, probe } = cabled();
    const cable = (state: 'up' | 'down') => ip('-n', there, 'link', 'set', 'theirs', state);
    cable('down');
    expect(await probe(icmp('10.77.0.2'))).to.equal('SOCKERR the link of ours is down');
    namespaces.exec(there, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const underWay = probe(icmp('10.77.0.2', { timeoutMs: 2000 }));
    cable('up');
    expect(await underWay).to.equal('SOCKERR the link of ours was down meanwhile');
    expect(await probe(icmp('10.77.0.2'))).to.equal('L4TOUT no echo reply within 200ms');
  });

  it('judges a server that is alone at the other end of a cable, and devices that know no carrier', async () => {
    const { here, there, probe } = cabled();
    ip('-n', here, 'route', 'add', '10.78.0.1/32', 'dev', 'ours');
    ip('-n', here, 'addr', 'add', '10.79.0.1/30', 'dev', 'ours');
    withoutCarrier(here, 'nothing');
    ip('-n', here, 'link', 'set', 'nothing', 'up');
    ip('-n', here, 'route', 'add', '10.80.0.0/16', 'dev', 'nothing');
    ip('-n', there, 'link', 'set', 'theirs', 'down');
    namespaces.exec(here, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const targets = ['10.78.0.1', '10.79.0.2', '10.80.0.1', '127.0.0.1', '10.77.0.1'].map((to) => icmp(to));
    const results = await Promise.all(targets.map(probe));
    expect(results).to.deep.equal(targets.map(() => 'L4TOUT no echo reply within 200ms'));
  });

  it('has room for requests to many neighbours that are dead, so that those that live are asked', async () => {
    const { here, probe } = cabled();
    ip('-n', here, 'addr', 'add', '10.76.0.1/20', 'dev', 'ours');
    const dead = Array.from({ length: 700 }, (_, i) => icmp(`10.76.${1 + (i >> 8)}.${i & 255}`));
    const results = Promise.all(dead.map(probe));
    expect(await probe(icmp('10.77.0.2'))).to.equal('L4OK echo reply');
    expect(new Set(await results)).to.deep.equal(new Set(['L4TOUT no echo reply within 200ms']));
  });
});
