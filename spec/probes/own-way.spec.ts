import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { ProbeTarget } from '../../probes/target.js';
import { ip, Namespaces, namespacesRefused } from '../support/namespaces.js';
import { address, shown, target, undisturbed } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';

const refused = namespacesRefused();
const suite = refused === null ? describe : describe.skip;
const tcp = (to: string, rest: Partial<ProbeTarget> = {}) =>
  target({ type: 'tcp', port: 9, tls: null }, { address: address(to), timeoutMs: 200, ...rest });
const icmp = (to: string, rest: Partial<ProbeTarget> = {}) =>
  target({ type: 'icmp' }, { address: address(to), timeoutMs: 200, ...rest });

suite(`our own part of the way${refused === null ? '' : `, skipped because of "${refused}"`}`, function () {
  // Programs are started; on a busy machine that takes long.
  this.timeout(40_000);
  const namespaces = new Namespaces();
  const engines: ProbeEngine[] = [];

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
    const engine = createProbeEngine({ workers: 1, netns: here, clock: realClock, log: recordingLog() });
    engines.push(engine);
    const probe = async (what: ProbeTarget) => shown(await undisturbed(() => engine.probe('b', what)));
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

  it('judges a silent server while the source address is here', async () => {
    const { there, probe } = cabled();
    namespaces.exec(there, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
    const ping = icmp('10.77.0.2', { source: address('10.77.0.1') });
    expect(await probe(ping)).to.equal('L4TOUT no echo reply within 200ms');
  });
});
