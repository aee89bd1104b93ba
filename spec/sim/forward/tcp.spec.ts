import { once } from 'node:events';
import { expect } from 'chai';
import { realClock } from '../../../clock/real-clock.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { parseIp } from '../../../domain/ip.js';
import { PROTOCOL } from '../../../sim/flow/flow.js';
import { until } from '../../support/until.js';
import { type Client, ForwardSite, SERVERS, VIP } from './forward-site.js';

const [first] = SERVERS;

/** What VPP has counted for the VIP. */
function counted(site: ForwardSite) {
  const { state } = site.simulator.lb;
  const [index = 0] = [...state.liveVips.values()].flatMap((indexes) => [...indexes]);
  return state.flowTable.counters(index);
}

/** Resolves when a number has stood still for 40 looks, a millisecond or more apart. */
async function quiet(number: () => number): Promise<void> {
  let before = number();
  let looks = 0;
  await until(() => {
    looks = number() === before ? looks + 1 : 0;
    before = number();
    return looks > 40;
  });
}

describe('sim/forward: TCP', () => {
  let site: ForwardSite;
  beforeEach(async () => {
    site = await ForwardSite.open(realClock);
  });
  afterEach(() => site.end());

  it('goes where the table of VPP sends the flow, and counts as its packets', async () => {
    await site.serve((socket) => socket.end());
    await site.serveVip();
    const clients = Array.from({ length: 30 }, () => site.connect());
    const answers = await Promise.all(clients.map((client) => client.server()));
    expect(new Set(answers).size).to.equal(3);
    expect(counted(site)).to.include({ first: 30, noServer: 0 });
    expect(counted(site).next).to.be.at.least(30);
    const source = parseIp('127.0.0.1');
    const destination = parseIp(VIP);
    if (source === null || destination === null) throw new Error('no address');
    const flows = clients.map(({ socket }) => ({
      source,
      destination,
      protocol: PROTOCOL.TCP,
      sourcePort: socket.localPort ?? 0,
      destinationPort: site.port,
    }));
    const chosen = site.simulator.packets.send({ flows }).flows.map(({ server }) => server);
    expect(answers).to.deep.equal(chosen);
    const shown = site.cli('show maglev-vppsim forward');
    for (const server of SERVERS) {
      expect(shown).to.contain(`${server}:${site.port}  ${answers.filter((who) => who === server).length}\n`);
    }
  });

  it('carries what each side still sends when the other one has said its last', async () => {
    await site.serve((socket) => {
      let bytes = 0;
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.on('end', () => socket.end(`${bytes} bytes\n${'x'.repeat(3_000_000)}`));
    });
    await site.serveVip();
    const client = site.connect();
    client.socket.end(Buffer.alloc(2_000_000));
    expect(await client.ended).to.equal('end');
    expect(client.text).to.contain('\n2000000 bytes\n');
    expect(client.bytes).to.equal(3_000_000 + client.text.indexOf('x'));
    await until(() => site.cli('show maglev-vppsim forward').includes(', 0 now'));
  });

  it('is read no faster than the other side takes it', async () => {
    await site.serve((socket) => socket.pause());
    await site.serveVip();
    const client = site.connect();
    await client.server();
    let taken = 0;
    const chunk = Buffer.alloc(1 << 20);
    const pour = () => {
      while (taken < 200 && client.socket.write(chunk, () => taken++));
    };
    client.socket.on('drain', pour);
    pour();
    await quiet(() => taken);
    // What the buffers of the kernel hold, on both sides of us.
    expect(taken).to.be.below(40);
  });

  it('keeps its server while that is drained, and is reset when its flow is flushed or its server dies', async () => {
    await site.serve((socket) => socket.on('data', (chunk) => socket.write(chunk)));
    await site.serveVip([first]);
    const talk = async (client: Client, word: string) => {
      client.socket.write(word);
      await until(() => client.text.includes(word), word);
    };
    const flushed = site.connect();
    await flushed.server();
    site.cli(`lb as ${site.vip()} ${SERVERS[1]}`, `lb as ${site.vip()} ${first} weight 0`);
    await talk(flushed, 'drained');
    site.cli(`lb as ${site.vip()} ${first} weight 0 flush`);
    flushed.socket.write('flushed');
    expect(await flushed.ended).to.equal('ECONNRESET');
    const orphan = site.connect();
    expect(await orphan.server()).to.equal(SERVERS[1]);
    site.kill(SERVERS[1]);
    expect(await orphan.ended).to.equal('ECONNRESET');
    const late = site.connect();
    expect(await late.ended).to.equal('ECONNRESET');
    expect(late.text).to.equal('');
  });

  it('waits while VPP hangs, is refused while it is dead, and works when it is back', async () => {
    await site.serve((socket) => socket.on('data', (chunk) => socket.write(chunk)));
    await site.serveVip();
    const running = site.connect();
    await running.server();
    site.simulator.setFault('hang@1ms');
    await until(() => site.log.of('vppsim-hang').length > 0);
    const newcomer = site.connect();
    running.socket.write('late');
    await once(newcomer.socket, 'connect');
    await until(() => site.cli('show maglev-vppsim forward').includes(', 2 now'));
    await quiet(() => newcomer.text.length + running.bytes);
    expect([newcomer.text, running.text.includes('late')]).to.deep.equal(['', false]);
    site.simulator.clearFaults();
    expect(SERVERS).to.include(await newcomer.server());
    await until(() => running.text.includes('late'), 'late');

    await site.simulator.kill();
    expect(await running.ended).to.equal('ECONNRESET');
    expect(await site.connect().ended).to.equal('ECONNREFUSED');
    await site.simulator.start('configured');
    await site.forwarded(`tcp ${VIP}:${site.port}`);
    expect(SERVERS).to.include(await site.connect().server());
  });

  it('finds nobody who listens while there is no VIP', async () => {
    await site.serve();
    await site.serveVip();
    await site.connect().server();
    site.cli(`lb vip ${site.vip()} del`);
    await until(() => site.log.of('vppsim-forward-end').length > 0);
    expect(await site.connect().ended).to.equal('ECONNREFUSED');
    await site.serveVip();
    expect(SERVERS).to.include(await site.connect().server());
  });
});

describe('sim/forward: time', () => {
  it('lets a client try again when nobody served it, and closes what is idle for five minutes', async () => {
    const clock = new VirtualClock();
    const site = await ForwardSite.open(clock);
    try {
      await site.serve();
      await site.serveVip([]);
      const client = site.connect();
      await once(client.socket, 'connect');
      await until(() => counted(site).noServer === 1);
      site.cli(`lb as ${site.vip()} ${first}`);
      await clock.advance(999);
      expect(counted(site).first).to.equal(0);
      await clock.advance(1);
      expect(await client.server()).to.equal(first);
      await clock.advance(299_000);
      expect(client.socket.destroyed).to.equal(false);
      await clock.advance(10_000);
      expect(await client.ended).to.equal('ECONNRESET');
    } finally {
      await site.end();
    }
  });
});
