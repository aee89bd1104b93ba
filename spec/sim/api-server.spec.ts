import { expect } from 'chai';
import { Reader } from '../../binapi/codec/reader.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame } from '../../binapi/framing.js';
import { lbAddDelVipV2, lbAsV2Dump, lbConfGet, lbModule, lbVipDump } from '../../binapi/generated/lb.js';
import {
  apiVersions,
  controlPing,
  controlPingReply,
  getApiJson,
  getFirstMsgId,
  memclntKeepalive,
  memclntModule,
  sockclntDelete,
} from '../../binapi/generated/memclnt.js';
import { cliInband, getNodeIndex } from '../../binapi/generated/vlib.js';
import { logDump, showVersion, showVpeSystemTime } from '../../binapi/generated/vpe.js';
import { realClock } from '../../clock/real-clock.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { addAs, addVip, delVip, vipFields, vipRequest } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

const everything = { ...vipFields('::/0 any 0'), pfxMatcher: { le: 0, ge: 0 } };

describe('sim/server', () => {
  let simulator: Simulator;
  let client: RawVppClient;
  const others: RawVppClient[] = [];

  async function connect(): Promise<RawVppClient> {
    const other = await RawVppClient.connect(simulator.socketPath);
    others.push(other);
    return other;
  }

  beforeEach(async () => {
    simulator = await startSimulator({ clock: realClock, pid: 4242 });
    client = await RawVppClient.connect(simulator.socketPath);
  });
  afterEach(async () => {
    await client.close();
    for (const other of others.splice(0)) await other.close();
    await simulator.stop();
  });

  it('gives the first client 0x80000001 and a table with every message of memclnt and lb', () => {
    expect(client.hello).to.include({ response: 0, index: 0x80000001 });
    for (const message of memclntModule.messages) {
      const entry = client.hello.messageTable.find(({ name }) => name === message.nameCrc);
      expect(entry?.index, message.name).to.equal(message.fixedId);
    }
    for (const message of lbModule.messages) expect(client.idOf(message), message.name).to.be.at.least(29);
    const ids = client.hello.messageTable.map(({ index }) => index);
    expect([...ids].sort((a, b) => a - b)).to.deep.equal(ids.map((_, i) => i + 1));
    expect(ids).not.to.deep.equal([...ids].sort((a, b) => a - b));
  });

  it('keeps the messages of a module together, in the order that VPP has them', () => {
    const ids = lbModule.messages.map((message) => client.idOf(message));
    expect(ids).to.deep.equal(ids.map((_, i) => (ids[0] ?? 0) + i));
  });

  it('comes back after its end with other ids, another pid and nothing in it', async () => {
    await addVip(client, '192.0.2.1/32 tcp 443');
    const before = { pid: (await client.call(controlPing, {})).vpePid, id: client.idOf(lbConfGet) };
    await simulator.kill();
    await client.closed;
    await simulator.start();
    const again = await connect();
    const after = { pid: (await again.call(controlPing, {})).vpePid, id: again.idOf(lbConfGet) };
    expect(after.pid).to.equal(before.pid + 1);
    expect(after.id).not.to.equal(before.id);
    expect(again.clientIndex).to.equal(0x80000001);
    expect(await again.dump(lbVipDump, everything)).to.deep.equal([]);
    expect(simulator.writes).to.deep.equal([]);
  });

  it('has the same ids for the same seed, and others for another', async () => {
    const idsOf = async (seed: number) => {
      const other = await startSimulator({ clock: realClock, seed });
      const guest = await RawVppClient.connect(other.socketPath);
      await guest.close();
      await other.stop();
      return guest.hello.messageTable;
    };
    expect(await idsOf(7)).to.deep.equal(await idsOf(7));
    expect(await idsOf(7)).not.to.deep.equal(await idsOf(8));
  });

  it('tells who it is', async () => {
    expect(await client.call(showVersion, {})).to.include({
      retval: 0,
      program: 'vpe',
      version: '26.10-release',
    });
    expect((await client.call(controlPing, {})).vpePid).to.equal(4242);
    const { vpeSystemTime } = await client.call(showVpeSystemTime, {});
    expect(vpeSystemTime).to.be.closeTo(realClock.now() / 1000, 60);
    expect((await client.call(apiVersions, {})).apiVersions).to.deep.equal([]);
    expect(await client.dump(logDump, { startTimestamp: 0 })).to.deep.equal([]);
  });

  it('knows the first id of a module by the name and crc of the C bindings', async () => {
    const first = await client.call(getFirstMsgId, { name: 'lb_487dee0a' });
    expect(first).to.deep.equal({ retval: 0, firstMsgId: client.idOf(lbModule.messages[0] ?? controlPing) });
    const other = await client.call(getFirstMsgId, { name: 'lb_ac602d7b' });
    expect(other).to.deep.equal({ retval: -7, firstMsgId: 0xffff });
  });

  it('describes its API in JSON, with a NUL behind it that the length does not count', async () => {
    client.send(getApiJson, {});
    const reply = await client.next();
    if (reply === null) throw new Error('no reply');
    const { json } = getApiJson.reply.decode(new Reader(reply.bytes));
    expect(reply.bytes.length).to.equal(14 + Buffer.byteLength(json) + 1);
    expect(reply.bytes.at(-1)).to.equal(0);
    const modules: { module: string; messages: unknown[] }[] = JSON.parse(json);
    expect(modules.map(({ module }) => module)).to.deep.equal(['memclnt', 'vlib', 'vpe', 'lb']);
    expect(modules.at(-1)?.messages).to.have.length(lbModule.messages.length);
  });

  it('drops without a word what it does not know, what is cut short and what it does not serve', async () => {
    const unknown = new Writer();
    encodeFrame(unknown, controlPing, { id: 60_000, clientIndex: client.clientIndex, context: 1 }, {});
    client.sendBytes(unknown.take());
    for (const length of [1, 2, 6, 9]) client.sendBytes(frame(cut(client, length)));
    client.sendBytes(frame(cliClaiming(client, 100, 'show lb')));
    client.send(getNodeIndex, { nodeName: 'ip4-lookup' });
    client.send(memclntKeepalive, {});
    await pingComesNext(client, 0x1234, 'context of the last one');
  });

  it('takes a message with more bytes than it needs', async () => {
    const writer = new Writer();
    encodeFrame(writer, controlPing, { id: 23, clientIndex: client.clientIndex, context: 77 }, {});
    const whole = writer.take().subarray(16);
    client.sendBytes(frame(Buffer.concat([whole, Buffer.from('rest')])));
    expect((await client.next())?.context).to.equal(77);
  });

  it('executes a request with a client index of nobody, and answers nobody', async () => {
    for (const [i, clientIndex] of [0, 1, 0x80000000, 0x80000009].entries()) {
      client.send(lbAddDelVipV2, vipRequest(`192.0.2.1/32 tcp ${1 + i}`), { clientIndex });
    }
    expect(await client.dump(lbVipDump, everything)).to.have.length(4);
  });

  it('answers the client that the request names, not the one that sent it', async () => {
    const other = await connect();
    expect(other.clientIndex).to.equal(0x80000002);
    client.send(controlPing, {}, { clientIndex: other.clientIndex, context: 0xabcdef01 });
    const received = await other.next();
    expect(received?.context).to.equal(0xabcdef01);
    const { clientIndex } = controlPingReply.decode(new Reader(received?.bytes ?? new Uint8Array()));
    expect(clientIndex).to.equal(other.clientIndex);
  });

  it('gives a context back bit for bit, whatever it is', async () => {
    for (const context of [0, 1, 0x80000000, 0xffffffff]) {
      client.send(controlPing, {}, { context });
      expect((await client.next())?.context).to.equal(context);
    }
  });

  it('says 1 to a client that takes its leave, and -1 to one that names nobody', async () => {
    expect(await client.call(sockclntDelete, { index: 0x80000077 })).to.deep.equal({ response: -1 });
    expect(await client.call(sockclntDelete, { index: client.clientIndex })).to.deep.equal({ response: 1 });
    await client.closed;
    // The slot goes to the next client.
    expect((await connect()).clientIndex).to.equal(0x80000001);
  });

  it('dies of a client that takes leave for another, when that one sends again', async () => {
    const other = await connect();
    expect(await client.call(sockclntDelete, { index: other.clientIndex })).to.deep.equal({ response: 1 });
    await client.closed;
    expect(simulator.running).to.equal(true);
    other.send(controlPing, {});
    await other.closed;
    expect(simulator.death).to.have.nested.property('crash.rule', 'foreign-client-delete');
  });

  it('sends its table again to a client that shakes hands twice', async () => {
    const before = client.hello;
    await client.shakeHands('again');
    expect(client.hello).to.deep.equal(before);
  });

  it('serves who knows his number without a handshake', async () => {
    const stranger = await RawVppClient.dial(simulator.socketPath);
    others.push(stranger);
    stranger.send(controlPing, {}, { clientIndex: 0x80000002, context: 5 });
    expect((await stranger.next())?.context).to.equal(5);
  });

  it('puts garbage into the unused bytes of its frames and cuts them anywhere', async () => {
    for (let i = 0; i < 200; i++) await client.call(controlPing, {});
    const stream = Buffer.concat(client.chunks);
    const headers = headersOf(stream);
    expect(headers.some((header) => header.readUInt32BE(0) !== 0)).to.equal(true);
    expect(headers.some((header) => header.readUInt32BE(12) !== 0)).to.equal(true);
    const frameEnds = new Set(frameEndsOf(stream));
    let end = 0;
    const torn = client.chunks.filter((chunk) => {
      end += chunk.length;
      return !frameEnds.has(end);
    });
    expect(torn).not.to.deep.equal([]);
  });

  it('reads requests that come byte by byte', async () => {
    const writer = new Writer();
    encodeFrame(writer, controlPing, { id: 23, clientIndex: client.clientIndex, context: 9 }, {});
    for (const byte of writer.take()) {
      client.sendBytes(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.next())?.context).to.equal(9);
  });

  it('answers in the order of the requests', async () => {
    const contexts: number[] = [];
    for (let i = 0; i < 200; i++) {
      contexts.push(i % 3 === 0 ? client.send(showVersion, {}) : client.send(controlPing, {}));
    }
    const answered: (number | undefined)[] = [];
    for (let i = 0; i < 200; i++) answered.push((await client.next())?.context);
    expect(answered).to.deep.equal(contexts);
  });

  it('loses nothing for a client that does not read, and keeps no other waiting', async () => {
    await addVip(client, '192.0.2.1/32 tcp 443');
    for (let i = 0; i < 100; i++) await addAs(client, '192.0.2.1/32 tcp 443', `10.0.0.${i}`);
    const slow = await connect();
    slow.pause();
    const rounds = 40;
    // Each round is answered before the next one comes, so that answers pile up behind those that nobody takes.
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < 5; i++) slow.send(lbAsV2Dump, everything);
      expect((await client.call(controlPing, {})).retval).to.equal(0);
    }
    const end = slow.send(controlPing, {});
    slow.resume();
    let rows = 0;
    for (let received = await slow.next(); received?.context !== end; received = await slow.next()) rows++;
    expect(rows).to.equal(rounds * 5 * 100);
  });

  it('reads on for ever behind an absurd length, and answers nothing more', async () => {
    const other = await connect();
    other.sendBytes(Buffer.concat([Buffer.alloc(8), Buffer.from('7fffffff00000000', 'hex')]));
    other.send(controlPing, {});
    await client.call(controlPing, {});
    other.send(controlPing, {});
    await client.call(controlPing, {});
    expect(other.chunks.reduce((sum, chunk) => sum + chunk.length, 0)).to.equal(
      20 + 66 * other.hello.messageTable.length + 16,
    );
    // It is still there, and gets what others ask for in its name.
    client.send(controlPing, {}, { clientIndex: other.clientIndex, context: 7 });
    expect((await other.next())?.context).to.equal(7);
  });

  it('is changed by hand over its own API, and counts only what came as LB messages', async () => {
    await addVip(client, '192.0.2.1/32 tcp 443');
    await delVip(client, '192.0.2.9/32 tcp 443');
    await addAs(client, '192.0.2.1/32 tcp 443', '10.0.0.1');
    const command = 'lb as 192.0.2.1/32 protocol tcp port 443 10.0.0.1 weight 7';
    expect(await client.call(cliInband, { cmd: command })).to.deep.equal({ retval: 0, reply: '' });
    const [row] = await client.dump(lbAsV2Dump, everything);
    expect(row).to.include({ weight: 7 });
    expect(simulator.writes.map(({ name, retval }) => [name, retval])).to.deep.equal([
      ['lb_add_del_vip_v2', 0],
      ['lb_add_del_vip_v2', -6],
      ['lb_add_del_as_v2', 0],
    ]);
    const shown = await client.call(cliInband, { cmd: 'show maglev-vppsim writes' });
    expect(shown.reply).to.equal('lb-writes: 3\n  lb_add_del_vip_v2: 2\n  lb_add_del_as_v2: 1\n');
    await client.call(cliInband, { cmd: 'clear maglev-vppsim writes' });
    expect(simulator.writes).to.deep.equal([]);
  });

  it('collects garbage on its clock, once a minute', async () => {
    const clock = new VirtualClock();
    const virtual = await startSimulator({ clock });
    const guest = await RawVppClient.connect(virtual.socketPath);
    await addVip(guest, '192.0.2.1/32 tcp 443');
    await addAs(guest, '192.0.2.1/32 tcp 443', '10.0.0.1');
    await clock.advance(30_000);
    await addAs(guest, '192.0.2.1/32 tcp 443', '10.0.0.1', { isDel: true, isFlush: true });
    expect(await guest.dump(lbAsV2Dump, everything)).to.have.length(1);
    await clock.advance(29_000);
    const [lingering] = await guest.dump(lbAsV2Dump, everything);
    expect(lingering).to.include({ flags: 0, inUseSince: 30 });
    await clock.advance(1_000);
    expect(await guest.dump(lbAsV2Dump, everything)).to.deep.equal([]);
    await guest.close();
    await virtual.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('dies of garbage that VPP dies of, long after the request', async () => {
    const clock = new VirtualClock();
    const deaths: string[] = [];
    const virtual = await startSimulator({ clock, onDeath: ({ kind }) => deaths.push(kind) });
    const guest = await RawVppClient.connect(virtual.socketPath);
    for (const vip of ['192.0.2.1/32 udp 53', '192.0.2.2/32 udp 53']) {
      await addVip(guest, vip, { encap: 3, targetPort: 53 });
      await addAs(guest, vip, '10.0.0.1');
      await delVip(guest, vip);
    }
    await clock.advance(120_000);
    await guest.closed;
    expect(deaths).to.deep.equal(['crashed']);
    expect(virtual.death).to.have.nested.property('crash.rule', 'nat-mapping-shared');
    await virtual.stop();
  });

  it('dies of a request that VPP dies of: all connections end at once and nobody listens', async () => {
    const other = await connect();
    client.send(controlPing, {}, { context: 5 });
    client.send(lbAddDelVipV2, vipRequest('192.0.2.1/32 tcp 443', { newFlowsTableLength: 0 }));
    client.send(controlPing, {}, { context: 6 });
    expect((await client.next())?.context).to.equal(5);
    expect(await client.next()).to.equal(null);
    await other.closed;
    expect(simulator.running).to.equal(false);
    expect(simulator.death).to.have.nested.property('crash.message').that.contains('runs out of memory');
    await simulator.start();
    expect(await (await connect()).dump(lbVipDump, everything)).to.deep.equal([]);
  });
});

function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(message.length, 8);
  return Buffer.concat([header, message]);
}

/** The first bytes of a lb_conf_get. */
function cut(client: RawVppClient, length: number): Uint8Array {
  const writer = new Writer();
  const id = client.idOf(lbConfGet) ?? 0;
  lbConfGet.encode(writer, { id, clientIndex: client.clientIndex, context: 3 }, {});
  return writer.take().subarray(0, length);
}

/** A cli_inband whose string says it is longer than it is. */
function cliClaiming(client: RawVppClient, length: number, text: string): Uint8Array {
  const writer = new Writer();
  const id = client.idOf(cliInband) ?? 0;
  cliInband.encode(writer, { id, clientIndex: client.clientIndex, context: 4 }, { cmd: text });
  writer.patchU32(10, length);
  return writer.take();
}

/** Sends a ping and expects its reply to be the very next message. */
async function pingComesNext(client: RawVppClient, context: number, what: string): Promise<void> {
  client.send(controlPing, {}, { context });
  expect((await client.next())?.context, what).to.equal(context);
}

function headersOf(stream: Buffer): Buffer[] {
  const headers: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 16 + stream.readUInt32BE(at + 8)) {
    headers.push(stream.subarray(at, at + 16));
  }
  return headers;
}

function frameEndsOf(stream: Buffer): number[] {
  const ends: number[] = [];
  for (let end = 0; end < stream.length; ) {
    end += 16 + stream.readUInt32BE(end + 8);
    ends.push(end);
  }
  return ends;
}
