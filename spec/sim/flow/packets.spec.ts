import { expect } from 'chai';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { MaglevError } from '../../../domain/errors.js';
import type { SendReport } from '../../../sim/flow/packet-generator.js';
import { SimulatedCrash } from '../../../sim/lb/crash.js';
import { type Simulator, startSimulator } from '../../../sim/simulator.js';
import { rejection } from '../../support/rejection.js';

const VIP = '192.0.2.1/32 protocol tcp port 443';
const traffic = { to: '192.0.2.1', flows: { count: 900 } };

/** How many flows of a report went to each server. */
function spread({ flows }: SendReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { server } of flows) counts[server ?? 'nobody'] = (counts[server ?? 'nobody'] ?? 0) + 1;
  return counts;
}

describe('sim/flow: clients', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  const cli = (...commands: string[]): string => {
    let last = '';
    for (const command of commands) {
      const { retval, reply } = simulator.cli(command);
      expect(retval, reply).to.equal(0);
      last = reply;
    }
    return last;
  };

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await startSimulator({ clock });
    cli('lb conf buckets 65536', `lb vip ${VIP}`, `lb as ${VIP} 10.0.0.1 10.0.0.2 10.0.0.3`);
  });
  afterEach(() => simulator.stop());

  it('see a drain: who has a connection keeps it, and new ones go elsewhere', () => {
    const before = simulator.packets.send(traffic);
    expect(Object.keys(spread(before))).to.have.members(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    cli(`lb as ${VIP} 10.0.0.2 weight 0`);
    const after = simulator.packets.send(traffic);
    expect([after.moved, after.lost, spread(after)]).to.deep.equal([[], 0, spread(before)]);
    const newcomers = simulator.packets.send({ ...traffic, flows: { count: 900, seed: 2 } });
    expect(Object.keys(spread(newcomers))).to.have.members(['10.0.0.1', '10.0.0.3']);
  });

  it('see a drain with a flush: exactly the connections of that server move', () => {
    const before = simulator.packets.send(traffic);
    cli(`lb as ${VIP} 10.0.0.2 weight 0 flush`);
    const { moved, lost, flows } = simulator.packets.send(traffic);
    expect(lost).to.equal(0);
    expect(moved.length).to.equal(spread(before)['10.0.0.2']);
    expect(new Set(moved.map(({ movedFrom }) => movedFrom))).to.deep.equal(new Set(['10.0.0.2']));
    expect(flows.filter(({ moves }) => moves === 0).length).to.equal(900 - moved.length);
  });

  it('see a failover: all move when a flush goes with the weights, and are lost while nobody is there', () => {
    cli(`lb as ${VIP} 10.0.1.1 weight 0`);
    simulator.packets.send(traffic);
    cli(`lb as ${VIP} 10.0.0.1 10.0.0.2 10.0.0.3 weight 0 flush`);
    expect(spread(simulator.packets.send(traffic))).to.deep.equal({ nobody: 900 });
    cli(`lb as ${VIP} 10.0.1.1 weight 100`);
    const over = simulator.packets.send(traffic);
    expect([spread(over), over.moved.length]).to.deep.equal([{ '10.0.1.1': 900 }, 900]);
    expect(over.flows[0]).to.include({ packets: 3, lost: 1, moves: 1 });
  });

  it('do not move when the table changes under connections that VPP knows, and do when it forgot them', async () => {
    simulator.packets.send(traffic);
    cli(`lb as ${VIP} 10.0.0.4`);
    expect(simulator.packets.send(traffic).moved).to.deep.equal([]);
    await clock.advance(41_000);
    const forgotten = simulator.packets.send(traffic);
    expect(forgotten.moved.length).to.be.within(150, 500);
    expect(forgotten.counted.first).to.equal(900);
  });

  it('lose everything while VPP is down, and mostly return to the same servers', async () => {
    simulator.packets.send(traffic);
    await simulator.kill();
    expect(simulator.packets.send(traffic).lost).to.equal(900);
    await simulator.start();
    cli(`lb vip ${VIP}`, `lb as ${VIP} 10.0.0.3 10.0.0.2 10.0.0.1`);
    const again = simulator.packets.send(traffic);
    expect([again.lost, again.moved]).to.deep.equal([0, []]);
  });

  it('can be told to go on, round after round, until they are told to stop', async () => {
    simulator.packets.keepSending({ ...traffic, packetsPerFlow: 2 }, 500);
    await clock.advance(2_000);
    expect(simulator.packets.flows()[0]?.packets).to.equal(10);
    simulator.packets.stop();
    await clock.advance(60_000);
    expect(simulator.packets.flows()[0]?.packets).to.equal(10);
    simulator.packets.forget();
    expect(simulator.packets.flows()).to.deep.equal([]);
  });

  it('send any flows that are named, and those of a whole prefix', () => {
    cli('lb vip 10.9.0.0/24', 'lb as 10.9.0.0/24 10.0.0.9');
    const { flows } = simulator.packets.send({ to: '10.9.0.0/24', protocol: 'icmp', flows: { count: 200 } });
    expect(new Set(flows.map(({ flow }) => flow.destination)).size).to.be.above(100);
    const named = simulator.packets.send({ flows: flows.map(({ flow }) => flow) });
    expect(named.counted).to.deep.equal({ next: 200, first: 0, untracked: 0, noServer: 0 });
  });

  it('refuse what makes no sense', () => {
    const wrong: readonly [object, string][] = [
      [{ to: 'nowhere' }, "'nowhere' is neither an address nor a prefix"],
      [{ to: '10.0.0.1/24' }, "'10.0.0.1/24' is neither"],
      [{ protocol: 'ipx' }, "'ipx' is no protocol"],
      [{ port: 65_536 }, '65536 is no port'],
      [{ flows: { count: 0 } }, '1 to 200000 flows, not 0'],
      [{ packetsPerFlow: 6_000 }, '1 to 5000000 packets at once'],
      [{ bytes: 19 }, '20 to 65535 bytes, not 19'],
    ];
    for (const [change, what] of wrong) {
      expect(() => simulator.packets.send({ ...traffic, ...change })).to.throw(MaglevError, what);
    }
  });

  it('are commanded from the command line', async () => {
    const sent = cli('set maglev-vppsim traffic 192.0.2.1 flows 9 every 1s');
    expect(sent).to.match(
      /^192\.0\.2\.1 tcp port 443, every 1s\n {2}9 flows, 0 moved; 9 packets, 0 lost\n( {4}10\.0\.0\.\d {2}\d flows?\n)+$/,
    );
    await clock.advance(2_000);
    cli(`lb as ${VIP} 10.0.0.1 10.0.0.2 weight 0 flush`);
    await clock.advance(1_000);
    expect(cli('show maglev-vppsim traffic')).to.match(
      /^192\.0\.2\.1 tcp port 443, every 1s\n {2}9 flows, [1-9] moved; 36 packets, 0 lost\n {4}10\.0\.0\.3 {2}9 flows\n$/,
    );
    const flows = cli('show maglev-vppsim flows').trimEnd().split('\n');
    const moved = cli('show maglev-vppsim flows moved').trimEnd().split('\n');
    expect(flows).to.have.length(9);
    for (const line of moved) {
      expect(flows).to.include(line);
      expect(line).to.match(
        /^tcp 198\.1[89]\.\d+\.\d+:\d+ -> 192\.0\.2\.1:443 to 10\.0\.0\.3, 4 packets, moved once, last from 10\.0\.0\.[12]$/,
      );
    }
    cli('clear maglev-vppsim flows');
    await clock.advance(1_000);
    expect(cli('show maglev-vppsim traffic')).to.contain('9 flows, 0 moved; 9 packets, 0 lost');
    expect(cli('clear maglev-vppsim traffic', 'show maglev-vppsim traffic')).to.equal('');
    await clock.advance(5_000);
    expect(cli('show maglev-vppsim flows')).to.equal('');
  });

  it('take every option on the command line, and name the one that is wrong', () => {
    const options = 'protocol udp port 53 flows 2 seed 7 packets 3 bytes 100';
    expect(cli(`set maglev-vppsim traffic 2001:db8::1 ${options}`)).to.equal(
      '2001:db8::1 udp port 53 seed 7\n  2 flows, 0 moved; 6 packets, 6 lost\n    nobody  2 flows\n',
    );
    const wrong: readonly [string, string][] = [
      ['', "'' is neither an address nor a prefix"],
      ['192.0.2.1 colour blue', "unknown word 'colour'"],
      ['192.0.2.1 port', "'port' needs a value"],
      ['192.0.2.1 port x', "'port' needs a number, not 'x'"],
      ['192.0.2.1 every now', "'every' needs a time like 250ms, 3s or 2m, not 'now'"],
      ['192.0.2.1 every 0s', "'every' needs a time"],
    ];
    for (const [text, what] of wrong) {
      const { retval, reply } = simulator.cli(`set maglev-vppsim traffic ${text}`);
      expect([retval, reply]).to.satisfy(
        ([code, said]: [number, string]) => code === -1 && said.includes(what),
        reply,
      );
    }
  });

  it('kill VPP with packets that it dies of, whoever sends them', async () => {
    cli('lb vip 10.50.9.0/24', 'lb as 10.50.9.0/24 10.50.9.5');
    expect(() => simulator.packets.send({ to: '10.50.9.1', flows: { count: 1 } })).to.throw(
      SimulatedCrash,
      'encapsulation-loop',
    );
    expect([simulator.running, simulator.death?.kind]).to.deep.equal([false, 'crashed']);
    await simulator.start();
    cli('lb conf buckets 1024', `lb vip ${VIP}`);
    simulator.packets.keepSending(traffic, 1_000);
    cli('lb conf buckets 0');
    await clock.advance(1_000);
    expect(simulator.running).to.equal(false);
    expect(simulator.death).to.have.nested.property('crash.rule', 'sticky-buckets-zero');
    // Clients do not know, and go on.
    await clock.advance(1_000);
    expect(simulator.packets.flows()[1]?.lost).to.equal(2);
    await simulator.start();
    cli(`lb vip ${VIP}`, 'lb conf buckets 0');
    const thrown = await rejection(
      Promise.resolve().then(() => simulator.cli('set maglev-vppsim traffic 192.0.2.1')),
    );
    expect(thrown).to.be.instanceOf(SimulatedCrash);
    expect(simulator.running).to.equal(false);
  });
});
