import { expect } from 'chai';
import { lbAddDelVipV2, lbAsV2Dump, lbConfGet, lbVipDump } from '../../binapi/generated/lb.js';
import { controlPing, sockclntCreate } from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { realClock } from '../../clock/real-clock.js';
import { MaglevError } from '../../domain/errors.js';
import { runRemoteCommand } from '../../sim/remote-command.js';
import { addAs, addVip, vipRequest } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { everything, FaultStage, received, settled, VIP } from './fault-stage.js';

describe('sim/faults', () => {
  const stage = new FaultStage();
  const { start, end, connect, ping, arrivals } = stage;

  afterEach(end);

  it('hang: reads and accepts and answers nobody, for ever', async () => {
    await start('hang@lb_conf_get#1');
    const client = await connect();
    const before = received(client);
    client.send(lbConfGet, {}, { context: 5 });
    client.send(controlPing, {}, { context: 6 });
    const late = await RawVppClient.dial(stage.simulator.socketPath);
    stage.clients.push(late);
    late.send(controlPing, {}, { context: 7, clientIndex: 0x80000002 });
    await settled(() => arrivals() === 4);
    await stage.clock.advance(3_600_000);
    expect([received(client), received(late)]).to.deep.equal([before, 0]);
    expect(stage.simulator.running).to.equal(true);
    // Taking the fault back ends the hang, and what came meanwhile is executed in the order it came.
    stage.simulator.clearFaults();
    expect((await client.next())?.context).to.equal(5);
    expect((await client.next())?.context).to.equal(6);
    expect((await late.next())?.context).to.equal(7);
  });

  it('hang: for a time, and then executes what it has read', async () => {
    await start('hang:3s@lb_add_del_vip_v2#1');
    const client = await connect();
    const added = addVip(client, VIP);
    await settled(() => stage.events.includes('vppsim-hang'));
    await stage.clock.advance(2_999);
    expect(stage.simulator.lb.state.vips.size).to.equal(1);
    await stage.clock.advance(1);
    expect(await added).to.equal(0);
    expect(await ping(client, 5)).to.equal(5);
  });

  it('hang: at a time', async () => {
    await start('hang:1s@10s');
    const client = await connect();
    await stage.clock.advance(10_000);
    const before = received(client);
    const answer = ping(client, 5);
    await settled(() => arrivals() === 2);
    await stage.clock.advance(999);
    expect(received(client)).to.equal(before);
    await stage.clock.advance(1);
    expect(await answer).to.equal(5);
  });

  it('disconnect: cuts off the one who asked, before or behind the execution', async () => {
    await start('disconnect@lb_add_del_vip_v2#1', 'disconnect-after@lb_add_del_vip_v2#2');
    const other = await connect();
    for (const vips of [0, 1]) {
      const client = await connect();
      expect(await ping(client, 5)).to.equal(5);
      await addVip(client, VIP).catch(() => undefined);
      await client.closed;
      expect(stage.simulator.lb.state.vips.size - 1).to.equal(vips);
    }
    expect(await ping(other, 6)).to.equal(6);
    expect(stage.simulator.running).to.equal(true);
  });

  it('disconnect: everybody at a time', async () => {
    await start('disconnect@1s');
    const [one, two] = [await connect(), await connect()];
    await stage.clock.advance(1_000);
    await Promise.all([one.closed, two.closed]);
    expect(await ping(await connect(), 5)).to.equal(5);
  });

  it('refuse: answers with the code and does nothing', async () => {
    await start('refuse:-12@lb_add_del_as_v2#2-3', 'refuse:-1@lb_conf_get#1', 'refuse:-1@lb_vip_dump');
    const client = await connect();
    await addVip(client, VIP);
    const retvals: number[] = [];
    for (let i = 1; i <= 4; i++) retvals.push(await addAs(client, VIP, `10.0.0.${i}`));
    expect(retvals).to.deep.equal([0, -12, -12, 0]);
    const servers = await client.dump(lbAsV2Dump, everything);
    expect(servers.map(({ appSrv }) => appSrv.un[3])).to.deep.equal([1, 4]);
    expect(await client.call(lbConfGet, {})).to.include({ retval: -1, stickyBucketsPerCore: 0 });
    expect(await client.call(lbConfGet, {})).to.include({ retval: 0, stickyBucketsPerCore: 1024 });
    expect(stage.simulator.writes).to.have.length(3);
    // A dump has no code to refuse with: it gives nothing.
    expect(await client.dump(lbVipDump, everything)).to.deep.equal([]);
  });

  it('drop: executes and does not answer, dumps included', async () => {
    await start('drop@lb_add_del_vip_v2#1', 'drop@lb_vip_dump#2');
    const client = await connect();
    client.send(lbAddDelVipV2, vipRequest(VIP));
    expect(await ping(client, 5)).to.equal(5);
    expect(await client.dump(lbVipDump, everything)).to.have.length(1);
    expect(await client.dump(lbVipDump, everything)).to.have.length(0);
    expect(await client.dump(lbVipDump, everything)).to.have.length(1);
  });

  it('delay: the answer and all behind it come late, and other clients do not wait', async () => {
    await start('delay:500ms@lb_conf_get#1');
    const [client, other] = [await connect(), await connect()];
    client.send(lbConfGet, {}, { context: 5 });
    client.send(controlPing, {}, { context: 6 });
    await settled(() => arrivals() === 4);
    expect(await ping(other, 7)).to.equal(7);
    const first = client.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    await stage.clock.advance(499);
    expect(arrived).to.equal(false);
    await stage.clock.advance(1);
    expect([(await first)?.context, (await client.next())?.context]).to.deep.equal([5, 6]);
  });

  it('duplicate and wrong-context: the answer comes twice, or under another context', async () => {
    await start('duplicate@control_ping#1', 'wrong-context@control_ping#2');
    const client = await connect();
    expect(await ping(client, 5)).to.equal(5);
    expect((await client.next())?.context).to.equal(5);
    expect(await ping(client, 6)).to.equal((6 ^ 0x5a5a5a5a) >>> 0);
  });

  it('reorder: another client is answered first, though it asked later', async () => {
    await start('reorder@control_ping#1');
    const [client, other] = [await connect(), await connect()];
    client.send(controlPing, {}, { context: 5 });
    client.send(controlPing, {}, { context: 6 });
    const order: number[] = [];
    const note = (message: { readonly context: number } | null) => order.push(message?.context ?? 0);
    const all = [client.next().then(note), client.next().then(note), other.next().then(note)];
    await settled(() => arrivals() === 4);
    other.send(controlPing, {}, { context: 7 });
    await Promise.all(all);
    expect(order).to.deep.equal([7, 5, 6]);
  });

  it('reorder: does not wait for ever for another client', async () => {
    await start('reorder:200ms@control_ping#1');
    const client = await connect();
    client.send(controlPing, {}, { context: 5 });
    await settled(() => stage.clock.pendingTimers > 1);
    await stage.clock.advance(200);
    expect((await client.next())?.context).to.equal(5);
  });

  it('any fault of messages: in a span of time, counted inside of it', async () => {
    await start('refuse:-9@control_ping#2+,1s-2s', 'drop@show_version,1s+');
    const client = await connect();
    const retval = async () => (await client.call(controlPing, {})).retval;
    expect([await retval(), await retval()]).to.deep.equal([0, 0]);
    expect((await client.call(showVersion, {})).retval).to.equal(0);
    await stage.clock.advance(1_000);
    expect([await retval(), await retval(), await retval()]).to.deep.equal([0, -9, -9]);
    client.send(showVersion, {});
    await stage.clock.advance(1_000);
    expect([await retval(), await retval()]).to.deep.equal([0, 0]);
  });

  it('partial: a torn frame, then the end', async () => {
    await start('partial@show_version#1', 'partial:3@show_version#2');
    for (const bytes of [(16 + 362) / 2, 3]) {
      const client = await connect();
      const before = received(client);
      client.send(showVersion, {});
      expect(await client.next()).to.equal(null);
      expect(received(client) - before).to.equal(bytes);
    }
  });

  it('garbage and oversize: bytes that are no frame, or one that never ends', async () => {
    await start('garbage:7@show_version#1', 'oversize@show_version#2');
    for (const bytes of [7, 16]) {
      const client = await connect();
      const before = received(client);
      client.send(showVersion, {});
      await settled(() => received(client) === before + bytes);
      if (bytes === 16) {
        expect(Buffer.concat(client.chunks).readUInt32BE(before + 8)).to.equal(0x7fffffff);
      }
    }
  });

  it('are set, listed and taken back while it runs, over its own command line too', async () => {
    await start();
    const client = await connect();
    const run = (cmd: string) => client.call(cliInband, { cmd });
    expect(await run('set maglev-vppsim fault refuse:-9@lb_add_del_vip_v2')).to.include({ retval: 0 });
    expect(await run('show maglev-vppsim faults')).to.include({ reply: 'refuse:-9@lb_add_del_vip_v2\n' });
    expect(await addVip(client, VIP)).to.equal(-9);
    expect(await run('clear maglev-vppsim faults')).to.include({ retval: 0 });
    expect(await addVip(client, VIP)).to.equal(0);
    expect(await run('set maglev-vppsim fault nonsense')).to.deep.equal({
      retval: -1,
      reply: "set maglev-vppsim fault: fault 'nonsense' has no known action: 'nonsense'\n",
    });
    expect(() => stage.simulator.setFault('nonsense')).to.throw(MaglevError);
  });

  for (const fault of [
    'hang',
    'refuse:-1',
    'drop',
    'disconnect',
    'partial',
    'garbage',
    'oversize',
    'delay:9s',
  ]) {
    it(`${fault}: strikes everybody, and can be taken back by maglev-vppsim --cli all the same`, async () => {
      await start(fault);
      const command = (cmd: string) => runRemoteCommand(stage.simulator.socketPath, cmd, realClock);
      const victim = await RawVppClient.dial(stage.simulator.socketPath);
      stage.clients.push(victim);
      victim.send(sockclntCreate, { name: 'somebody' });
      await settled(() => arrivals() === 1);
      expect(await command('show maglev-vppsim faults')).to.deep.equal({ retval: 0, reply: `${fault}\n` });
      expect(await command('clear maglev-vppsim faults')).to.include({ retval: 0 });
      expect(await command('lb conf timeout 30')).to.include({ retval: 0 });
    });
  }

  it('strike other commands of maglev-vppsim --cli, and do not count those about faults', async () => {
    await start('refuse:-9@cli_inband#1');
    const command = (cmd: string) => runRemoteCommand(stage.simulator.socketPath, cmd, realClock);
    expect(await command('sh maglev-v faults\n clear maglev-vppsim writes')).to.include({ retval: 0 });
    expect(await command('show maglev-vppsim faults\nlb conf timeout 30')).to.include({ retval: -9 });
    expect(await command('lb conf timeout 30')).to.include({ retval: 0 });
  });
});
