import { expect } from 'chai';
import { lbAddDelVipV2, lbAsV2Dump, lbConfGet, lbVipDump } from '../../binapi/generated/lb.js';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { addAs, addVip, vipRequest } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { everything, FaultStage, settled, VIP } from './fault-stage.js';

describe('sim/faults: a VPP that dies and comes back', () => {
  const stage = new FaultStage();
  const { start, end, connect, ping, arrivals } = stage;

  afterEach(end);

  it('die: nothing of the message is executed, earlier ones are answered, everybody is cut off', async () => {
    await start('die@#4');
    const client = await connect();
    const other = await connect();
    client.send(controlPing, {}, { context: 3 });
    client.send(controlPing, {}, { context: 4 });
    expect((await client.next())?.context).to.equal(3);
    expect(await client.next()).to.equal(null);
    await other.closed;
    expect(stage.deaths).to.deep.equal(['killed']);
    expect(stage.simulator.running).to.equal(false);
  });

  it('die: strikes every message of a sync by its number, the handshake being the first', async () => {
    for (const [at, vips] of [
      [1, 0],
      [2, 0],
      [3, 1],
    ] as const) {
      await start(`die@#${at}`);
      const vpp = stage.simulator.vpp;
      const client = await RawVppClient.dial(stage.simulator.socketPath);
      await client.shakeHands().catch(() => undefined);
      if (at > 1) {
        await addVip(client, '192.0.2.1/32 tcp 443').catch(() => undefined);
        if (at > 2) await addVip(client, '192.0.2.2/32 tcp 443').catch(() => undefined);
      }
      await client.closed;
      expect(vpp.lb.state.vips.size - 1, `killed at message ${at}`).to.equal(vips);
      await stage.simulator.stop();
    }
  });

  it('die-after: the message is executed, and its answer is lost', async () => {
    await start('die-after@lb_add_del_vip_v2#2');
    const client = await connect();
    const vpp = stage.simulator.vpp;
    expect(await addVip(client, '192.0.2.1/32 tcp 443')).to.equal(0);
    const failed = await addVip(client, '192.0.2.2/32 tcp 443').catch((error: Error) => error.message);
    expect(failed).to.equal('the connection ended at lb_add_del_vip_v2');
    expect(vpp.lb.state.vips.size).to.equal(3);
  });

  it('die: at a time', async () => {
    await start('die@30s');
    const client = await connect();
    await stage.clock.advance(29_000);
    expect(await ping(client, 5)).to.equal(5);
    await stage.clock.advance(1_000);
    await client.closed;
    expect(stage.deaths).to.deep.equal(['killed']);
  });

  it('restart: gone, and back after its time as another VPP, empty', async () => {
    await start('restart:3s@control_ping#1');
    const client = await connect();
    await addVip(client, VIP);
    const pid = stage.simulator.vpp.identity.pid;
    expect(await ping(client, 1)).to.equal(null);
    await stage.clock.advance(2_999);
    expect([stage.deaths, stage.simulator.running]).to.deep.equal([['restarting'], false]);
    await stage.clock.advance(1);
    await settled(() => stage.simulator.running);
    const again = await connect();
    expect((await again.call(controlPing, {})).vpePid).to.equal(pid + 1);
    expect(await again.dump(lbVipDump, everything)).to.deep.equal([]);
  });

  it('restart-after: the message is executed, which nobody sees any more; at a time it needs no message', async () => {
    await start('restart-after@lb_add_del_vip_v2#1', 'restart:1s@10s');
    const client = await connect();
    const { writes } = stage.simulator.vpp;
    client.send(lbAddDelVipV2, vipRequest(VIP));
    expect(await client.next()).to.equal(null);
    expect(writes.total).to.equal(1);
    await stage.clock.advance(1_000);
    await settled(() => stage.simulator.running);
    await stage.clock.advance(9_000);
    expect([stage.simulator.running, stage.simulator.death?.kind]).to.deep.equal([false, 'restarting']);
    await stage.simulator.kill();
    await stage.clock.advance(60_000);
    expect(stage.simulator.running).to.equal(false);
  });

  it('restart-with-state: back with what was configured, without what had become of it', async () => {
    await start('restart-with-state:1s@control_ping#2');
    const client = await connect();
    const sticky = '2001:db8::1/128 any 0';
    await addVip(client, '192.0.2.9/32 udp 53', { encap: 3, targetPort: 5353 });
    await addVip(client, VIP, { newFlowsTableLength: 64 });
    await addVip(client, sticky, { encap: 1, srcIpSticky: true });
    await addAs(client, VIP, '10.0.0.1', { weight: 7 });
    await addAs(client, VIP, '10.0.0.2', { weight: 0 });
    await addAs(client, VIP, '10.0.0.3');
    await addAs(client, VIP, '10.0.0.3', { isDel: true });
    await addVip(client, '192.0.2.9/32 udp 53', { isDel: true });
    stage.simulator.cli('lb conf buckets 2048 timeout 7');
    stage.simulator.packets.send({ to: '192.0.2.1', flows: { count: 10 } });
    const before = await client.dump(lbVipDump, everything);
    expect(await ping(client, 1)).to.equal(null);
    await stage.clock.advance(1_000);
    await settled(() => stage.simulator.running);
    const again = await connect();
    expect(await again.dump(lbVipDump, everything)).to.deep.equal(before);
    expect(
      (await again.dump(lbAsV2Dump, everything)).map((row) => [row.appSrv.un[3], row.weight]),
    ).to.deep.equal([
      [1, 7],
      [2, 0],
    ]);
    expect(await again.call(lbConfGet, {})).to.include({ stickyBucketsPerCore: 2048, flowTimeout: 7 });
    expect(stage.simulator.lb.state.vips.get(2)?.srcIpSticky).to.equal(true);
    expect(stage.simulator.lb.state.flowTable.counters(1).first).to.equal(0);
    expect(stage.simulator.writes).to.deep.equal([]);
  });

  it('slow-start: takes connections, and executes nothing for a while', async () => {
    await start('slow-start:5s@#2');
    await connect();
    await stage.simulator.kill();
    await stage.simulator.start();
    const slow = connect();
    await settled(() => arrivals() === 2);
    await stage.clock.advance(4_999);
    let served = false;
    void slow.then(() => {
      served = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(served).to.equal(false);
    await stage.clock.advance(1);
    await slow;
    await stage.simulator.kill();
    await stage.simulator.start();
    await connect();
  });

  it('go on counting over a restart', async () => {
    await start('die@control_ping#2');
    const client = await connect();
    expect(await ping(client, 1)).to.equal(1);
    await stage.simulator.kill();
    await stage.simulator.start();
    const again = await connect();
    expect(await ping(again, 2)).to.equal(null);
    expect(stage.deaths).to.deep.equal(['killed']);
  });
});
