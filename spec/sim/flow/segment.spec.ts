import { expect } from 'chai';
import { openStats } from '../../../binapi/stats/stats-segment.js';
import { realClock } from '../../../clock/real-clock.js';
import { startSimulator } from '../../../sim/simulator.js';

describe('sim/flow: the stats segment', () => {
  it('has of all packets what the VIPs and the routes have counted, thread by thread', async () => {
    const simulator = await startSimulator({ clock: realClock, stats: {}, workers: 2 });
    try {
      simulator.cli('lb vip 192.0.2.1/32 protocol tcp port 443');
      simulator.cli('lb as 192.0.2.1/32 protocol tcp port 443 10.0.0.1 10.0.0.2');
      const reader = await openStats({ socketPath: simulator.statsSocketPath ?? '', clock: realClock });
      simulator.packets.send({ to: '192.0.2.1', flows: { count: 100 }, packetsPerFlow: 3, bytes: 500 });
      simulator.packets.send({ to: '192.0.2.1', port: 80, flows: { count: 5 } });
      const { flowTable, fib } = simulator.lb.state;
      expect((await reader.simple('packet from existing sessions'))?.at(1)).to.equal(200n);
      expect((await reader.simple('first session packet'))?.at(1)).to.equal(100n);
      expect((await reader.simple('no server configured'))?.at(0)).to.equal(5n);
      expect((await reader.threads('first session packet'))?.map((row) => [...row])).to.deep.equal(
        [0, 1, 2].map((thread) => [0, 1].map((vip) => BigInt(flowTable.countersOfThread(thread, vip).first))),
      );
      for (const route of ['10.0.0.1/32', '10.0.0.2/32']) {
        const index = fib.loadBalanceOf(route) ?? -1;
        const { packets, bytes } = fib.counters.total('via', index);
        expect(bytes).to.equal(packets * 524);
        expect((await reader.combined('/net/route/via'))?.at(index)).to.deep.equal({
          packets: BigInt(packets),
          bytes: BigInt(bytes),
        });
      }
      const vip = fib.loadBalanceOf('192.0.2.1/32') ?? -1;
      expect((await reader.combined('/net/route/to'))?.at(vip)).to.deep.equal({
        packets: 305n,
        bytes: 150_300n,
      });
      reader.close();
    } finally {
      await simulator.stop();
    }
  });
});
