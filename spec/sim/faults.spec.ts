import { expect } from 'chai';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
import { lbAddDelVipV2, lbAsV2Dump, lbConfGet, lbVipDump } from '../../binapi/generated/lb.js';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { MaglevError } from '../../domain/errors.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { addAs, addVip, vipFields, vipRequest } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

const everything = { ...vipFields('::/0 any 0'), pfxMatcher: { le: 0, ge: 0 } };
const VIP = '192.0.2.1/32 tcp 443';

describe('sim/faults', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let deaths: string[];
  /** Names of the events that the simulator has logged. */
  let events: string[];
  const clients: RawVppClient[] = [];

  async function start(...faults: string[]): Promise<void> {
    clock = new VirtualClock();
    deaths = [];
    events = [];
    simulator = await startSimulator({
      clock,
      faults,
      log: { enabled: () => true, log: (_level, event) => events.push(event) },
      onDeath: ({ kind }) => deaths.push(kind),
    });
  }

  async function connect(): Promise<RawVppClient> {
    const client = await RawVppClient.connect(simulator.socketPath);
    clients.push(client);
    return client;
  }

  /** Sends a ping and returns the context of what comes back first, or null if the connection ends. */
  async function ping(client: RawVppClient, context: number): Promise<number | null> {
    client.send(controlPing, {}, { context });
    return (await client.next())?.context ?? null;
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await simulator.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('die: nothing of the message is executed, earlier ones are answered, everybody is cut off', async () => {
    await start('die@#4');
    const client = await connect();
    const other = await connect();
    client.send(controlPing, {}, { context: 3 });
    client.send(controlPing, {}, { context: 4 });
    expect((await client.next())?.context).to.equal(3);
    expect(await client.next()).to.equal(null);
    await other.closed;
    expect(deaths).to.deep.equal(['killed']);
    expect(simulator.running).to.equal(false);
  });

  it('die: strikes every message of a sync by its number, the handshake being the first', async () => {
    for (const [at, vips] of [
      [1, 0],
      [2, 0],
      [3, 1],
    ] as const) {
      await start(`die@#${at}`);
      const vpp = simulator.vpp;
      const client = await RawVppClient.dial(simulator.socketPath);
      await client.shakeHands().catch(() => undefined);
      if (at > 1) {
        await addVip(client, '192.0.2.1/32 tcp 443').catch(() => undefined);
        if (at > 2) await addVip(client, '192.0.2.2/32 tcp 443').catch(() => undefined);
      }
      await client.closed;
      expect(vpp.lb.state.vips.size - 1, `killed at message ${at}`).to.equal(vips);
      await simulator.stop();
    }
  });

  it('die-after: the message is executed, and its answer is lost', async () => {
    await start('die-after@lb_add_del_vip_v2#2');
    const client = await connect();
    const vpp = simulator.vpp;
    expect(await addVip(client, '192.0.2.1/32 tcp 443')).to.equal(0);
    const failed = await addVip(client, '192.0.2.2/32 tcp 443').catch((error: Error) => error.message);
    expect(failed).to.equal('the connection ended at lb_add_del_vip_v2');
    expect(vpp.lb.state.vips.size).to.equal(3);
  });

  it('die: at a time', async () => {
    await start('die@30s');
    const client = await connect();
    await clock.advance(29_000);
    expect(await ping(client, 5)).to.equal(5);
    await clock.advance(1_000);
    await client.closed;
    expect(deaths).to.deep.equal(['killed']);
  });

  it('hang: reads and accepts and answers nobody, for ever', async () => {
    await start('hang@lb_conf_get#1');
    const client = await connect();
    const before = received(client);
    client.send(lbConfGet, {}, { context: 5 });
    client.send(controlPing, {}, { context: 6 });
    const late = await RawVppClient.dial(simulator.socketPath);
    clients.push(late);
    late.send(controlPing, {}, { context: 7, clientIndex: 0x80000002 });
    await settled(() => events.filter((event) => event === 'vppsim-recv').length === 4);
    await clock.advance(3_600_000);
    expect([received(client), received(late)]).to.deep.equal([before, 0]);
    expect(simulator.running).to.equal(true);
    // Taking the fault back ends the hang, and what came meanwhile is executed in the order it came.
    simulator.clearFaults();
    expect((await client.next())?.context).to.equal(5);
    expect((await client.next())?.context).to.equal(6);
    expect((await late.next())?.context).to.equal(7);
  });

  it('hang: for a time, and then executes what it has read', async () => {
    await start('hang:3s@lb_add_del_vip_v2#1');
    const client = await connect();
    const added = addVip(client, VIP);
    await settled(() => events.includes('vppsim-hang'));
    await clock.advance(2_999);
    expect(simulator.lb.state.vips.size).to.equal(1);
    await clock.advance(1);
    expect(await added).to.equal(0);
    expect(await ping(client, 5)).to.equal(5);
  });

  it('hang: at a time', async () => {
    await start('hang:1s@10s');
    const client = await connect();
    await clock.advance(10_000);
    const before = received(client);
    const answer = ping(client, 5);
    await settled(() => events.filter((event) => event === 'vppsim-recv').length === 2);
    await clock.advance(999);
    expect(received(client)).to.equal(before);
    await clock.advance(1);
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
      expect(simulator.lb.state.vips.size - 1).to.equal(vips);
    }
    expect(await ping(other, 6)).to.equal(6);
    expect(simulator.running).to.equal(true);
  });

  it('disconnect: everybody at a time', async () => {
    await start('disconnect@1s');
    const [one, two] = [await connect(), await connect()];
    await clock.advance(1_000);
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
    expect(simulator.writes).to.have.length(3);
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
    await settled(() => events.filter((event) => event === 'vppsim-recv').length === 4);
    expect(await ping(other, 7)).to.equal(7);
    const first = client.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    await clock.advance(499);
    expect(arrived).to.equal(false);
    await clock.advance(1);
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
    await settled(() => events.filter((event) => event === 'vppsim-recv').length === 4);
    other.send(controlPing, {}, { context: 7 });
    await Promise.all(all);
    expect(order).to.deep.equal([7, 5, 6]);
  });

  it('reorder: does not wait for ever for another client', async () => {
    await start('reorder:200ms@control_ping#1');
    const client = await connect();
    client.send(controlPing, {}, { context: 5 });
    await settled(() => clock.pendingTimers > 1);
    await clock.advance(200);
    expect((await client.next())?.context).to.equal(5);
  });

  it('any fault of messages: in a span of time, counted inside of it', async () => {
    await start('refuse:-9@control_ping#2+,1s-2s', 'drop@show_version,1s+');
    const client = await connect();
    const retval = async () => (await client.call(controlPing, {})).retval;
    expect([await retval(), await retval()]).to.deep.equal([0, 0]);
    expect((await client.call(showVersion, {})).retval).to.equal(0);
    await clock.advance(1_000);
    expect([await retval(), await retval(), await retval()]).to.deep.equal([0, -9, -9]);
    client.send(showVersion, {});
    await clock.advance(1_000);
    expect([await retval(), await retval()]).to.deep.equal([0, 0]);
  });

  it('restart: gone, and back after its time as another VPP, empty', async () => {
    await start('restart:3s@control_ping#1');
    const client = await connect();
    await addVip(client, VIP);
    const pid = simulator.vpp.identity.pid;
    expect(await ping(client, 1)).to.equal(null);
    await clock.advance(2_999);
    expect([deaths, simulator.running]).to.deep.equal([['restarting'], false]);
    await clock.advance(1);
    await settled(() => simulator.running);
    const again = await connect();
    expect((await again.call(controlPing, {})).vpePid).to.equal(pid + 1);
    expect(await again.dump(lbVipDump, everything)).to.deep.equal([]);
  });

  it('restart-after: the message is executed, which nobody sees any more; at a time it needs no message', async () => {
    await start('restart-after@lb_add_del_vip_v2#1', 'restart:1s@10s');
    const client = await connect();
    const { writes } = simulator.vpp;
    client.send(lbAddDelVipV2, vipRequest(VIP));
    expect(await client.next()).to.equal(null);
    expect(writes.total).to.equal(1);
    await clock.advance(1_000);
    await settled(() => simulator.running);
    await clock.advance(9_000);
    expect([simulator.running, simulator.death?.kind]).to.deep.equal([false, 'restarting']);
    await simulator.kill();
    await clock.advance(60_000);
    expect(simulator.running).to.equal(false);
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
    simulator.cli('lb conf buckets 2048 timeout 7');
    simulator.packets.send({ to: '192.0.2.1', flows: { count: 10 } });
    const before = await client.dump(lbVipDump, everything);
    expect(await ping(client, 1)).to.equal(null);
    await clock.advance(1_000);
    await settled(() => simulator.running);
    const again = await connect();
    expect(await again.dump(lbVipDump, everything)).to.deep.equal(before);
    expect(
      (await again.dump(lbAsV2Dump, everything)).map((row) => [row.appSrv.un[3], row.weight]),
    ).to.deep.equal([
      [1, 7],
      [2, 0],
    ]);
    expect(await again.call(lbConfGet, {})).to.include({ stickyBucketsPerCore: 2048, flowTimeout: 7 });
    expect(simulator.lb.state.vips.get(2)?.srcIpSticky).to.equal(true);
    expect(simulator.lb.state.flowTable.counters(1).first).to.equal(0);
    expect(simulator.writes).to.deep.equal([]);
  });

  it('slow-start: takes connections, and executes nothing for a while', async () => {
    await start('slow-start:5s@#2');
    await connect();
    await simulator.kill();
    await simulator.start();
    const slow = connect();
    await settled(() => events.filter((event) => event === 'vppsim-recv').length === 2);
    await clock.advance(4_999);
    let served = false;
    void slow.then(() => {
      served = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(served).to.equal(false);
    await clock.advance(1);
    await slow;
    await simulator.kill();
    await simulator.start();
    await connect();
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
    expect(() => simulator.setFault('nonsense')).to.throw(MaglevError);
  });

  it('go on counting over a restart', async () => {
    await start('die@control_ping#2');
    const client = await connect();
    expect(await ping(client, 1)).to.equal(1);
    await simulator.kill();
    await simulator.start();
    const again = await connect();
    expect(await ping(again, 2)).to.equal(null);
    expect(deaths).to.deep.equal(['killed']);
  });
});

function received(client: RawVppClient): number {
  return client.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Waits, turn by turn of the event loop, until something is so. */
async function settled(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}
