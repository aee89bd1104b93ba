import { expect } from 'chai';
import type { ApiClient } from '../../binapi/api-client.js';
import { MAX_MESSAGE_SIZE } from '../../binapi/framing.js';
import { lbConfGetReply, lbVipDetails, lbVipDump } from '../../binapi/generated/lb.js';
import { controlPing, controlPingReply } from '../../binapi/generated/memclnt.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';
import { showVersion, showVersionReply } from '../../binapi/generated/vpe.js';
import { failure } from '../support/rejection.js';
import { ClientStage, everyVip, framed, frameHeader, version, vipRow } from './client-stage.js';
import { type FakeVpp, pong, type Received, VPP_PID } from './fake-vpp.js';

/** Resolves after the client had a chance to read what the fake has written. */
async function delivered(client: ApiClient, vpp: FakeVpp): Promise<void> {
  const before = client.dropped().unexpected;
  const peer = vpp.peers.at(-1);
  // A message that nobody asked for, behind all that was written.
  peer?.send(controlPingReply, 0xdddddddd, pong);
  while (client.dropped().unexpected === before) await new Promise((resolve) => setImmediate(resolve));
}

describe('binapi/client: what goes wrong', () => {
  const stage = new ClientStage();
  const { begin, end, open, mute } = stage;

  beforeEach(begin);
  afterEach(end);

  it('times out the oldest request, on its own clock', async () => {
    mute(showVersion);
    const client = await open();
    const waiting = failure(client.call(showVersion, {}));
    await stage.vpp.hasReceived(2);
    await stage.clock.advance(4999);
    expect(client.pendingCount()).to.equal(1);
    await stage.clock.advance(1);
    const error = await waiting;
    expect(error.code).to.equal('MGL_VPP_TIMEOUT');
    expect(error.message).to.equal('show_version: VPP did not answer within 5000 ms');
    expect(client.pendingCount()).to.equal(0);
  });

  it('does not time out what waits in a line that moves', async () => {
    const asked: Received[] = [];
    stage.vpp.answer = (request) => {
      if (request.name !== controlPing.name) return false;
      asked.push(request);
      return true;
    };
    const client = await open({ requestTimeoutMs: 1000 });
    let answered = 0;
    const pings = Array.from({ length: 10 }, () =>
      client.ping().then(() => {
        answered++;
      }),
    );
    await stage.vpp.hasReceived(11);
    // Nine tenths of the timeout for each of ten: nine times the timeout in all.
    for (const [i, { header }] of asked.entries()) {
      await stage.clock.advance(900);
      stage.vpp.peers[0]?.send(controlPingReply, header.context, pong);
      await pings[i];
      expect(answered).to.equal(i + 1);
    }
  });

  it('does not time out a dump whose rows keep coming', async () => {
    let context = 0;
    stage.vpp.answer = ({ name, header }) => {
      if (name === lbVipDump.name) context = header.context;
      return name === lbVipDump.name || (name === controlPing.name && context !== 0);
    };
    const client = await open({ requestTimeoutMs: 1000 });
    const dump = client.dump(lbVipDump, everyVip);
    await stage.vpp.hasReceived(3);
    for (let i = 0; i < 5; i++) {
      await stage.clock.advance(900);
      stage.vpp.peers[0]?.send(lbVipDetails, context, vipRow);
      await delivered(client, stage.vpp);
    }
    stage.vpp.peers[0]?.send(controlPingReply, stage.vpp.received.at(-1)?.header.context ?? 0, pong);
    expect(await dump).to.have.length(5);
  });

  it('fails all that were overtaken when the oldest times out, and nothing else', async () => {
    const client = await open();
    mute(showVersion, lbVipDump);
    const first = failure(client.call(showVersion, {}));
    const second = failure(client.call(showVersion, {}));
    const overtaking = client.ping();
    const later = client.call(showVersion, {});
    await overtaking;
    await stage.vpp.hasReceived(5);
    await stage.clock.advance(5000);
    expect([(await first).code, (await second).code]).to.deep.equal(['MGL_VPP_TIMEOUT', 'MGL_VPP_TIMEOUT']);
    expect(client.pendingCount()).to.equal(1);
    // The one behind the ping starts its own clock only now.
    await stage.clock.advance(4999);
    const context = stage.vpp.received.at(-1)?.header.context ?? 0;
    stage.vpp.peers[0]?.send(showVersionReply, context, version);
    expect(await later).to.deep.equal(version);
  });

  it('counts and drops a reply that comes too late', async () => {
    mute(showVersion);
    const client = await open();
    const waiting = failure(client.call(showVersion, {}));
    await stage.vpp.hasReceived(2);
    await stage.clock.advance(5000);
    await waiting;
    stage.vpp.peers[0]?.send(showVersionReply, stage.vpp.received[1]?.header.context ?? 0, version);
    await delivered(client, stage.vpp);
    expect(client.dropped().late).to.equal(1);
    expect((await client.ping()).vpePid).to.equal(VPP_PID);
  });

  it('counts and drops the rows of a dump that timed out', async () => {
    const client = await open();
    mute(lbVipDump, controlPing);
    const dump = failure(client.dump(lbVipDump, everyVip));
    await stage.vpp.hasReceived(3);
    await stage.clock.advance(5000);
    const error = await dump;
    expect(error.message).to.equal('lb_vip_dump: VPP did not answer within 5000 ms');
    stage.vpp.peers[0]?.send(lbVipDetails, stage.vpp.received[1]?.header.context ?? 0, vipRow);
    stage.vpp.peers[0]?.send(lbVipDetails, stage.vpp.received[1]?.header.context ?? 0, vipRow);
    stage.vpp.peers[0]?.send(controlPingReply, stage.vpp.received[2]?.header.context ?? 0, pong);
    await delivered(client, stage.vpp);
    expect(client.dropped().late).to.equal(3);
  });

  it('matches replies by context, not by their order', async () => {
    const client = await open();
    mute(showVersion, cliInband);
    const calls = [client.call(showVersion, {}), client.call(cliInband, { cmd: 'x' })] as const;
    await stage.vpp.hasReceived(3);
    const [, first, second] = stage.vpp.received;
    stage.vpp.peers[0]?.send(cliInbandReply, second?.header.context ?? 0, { retval: 0, reply: 'y' });
    stage.vpp.peers[0]?.send(showVersionReply, first?.header.context ?? 0, version);
    expect(await Promise.all(calls)).to.deep.equal([version, { retval: 0, reply: 'y' }]);
  });

  it('drops what nobody asked for: a strange context, a strange message, an unknown id', async () => {
    const client = await open();
    mute(showVersion);
    const waiting = client.call(showVersion, {});
    await stage.vpp.hasReceived(2);
    const context = stage.vpp.received[1]?.header.context ?? 0;
    const peer = stage.vpp.peers[0];
    peer?.send(showVersionReply, context + 1000, version);
    peer?.send(lbConfGetReply, context, {
      retval: 0,
      ip4SrcAddress: new Uint8Array(4),
      ip6SrcAddress: new Uint8Array(16),
      stickyBucketsPerCore: 1,
      flowTimeout: 1,
    });
    peer?.sendBytes(framed(Uint8Array.of(0xff, 0xfe, 0, 0, 0, 1, 2, 3)));
    peer?.send(showVersionReply, context, version);
    expect(await waiting).to.deep.equal(version);
    expect(client.dropped()).to.deep.equal({ late: 0, unexpected: 3 });
  });

  it('fails everything at once when VPP goes away, also in the middle of a message', async () => {
    const client = await open();
    mute(showVersion, lbVipDump, controlPing);
    const calls = [
      failure(client.call(showVersion, {})),
      failure(client.dump(lbVipDump, everyVip)),
      failure(client.ping()),
    ];
    await stage.vpp.hasReceived(5);
    stage.vpp.peers[0]?.sendBytes(Uint8Array.of(1, 2, 3));
    stage.vpp.peers[0]?.socket.end();
    for (const error of await Promise.all(calls)) expect(error.code).to.equal('MGL_VPP_DISCONNECTED');
    expect((await client.closed).message).to.equal('VPP closed the connection in the middle of a message');
    expect(client.pendingCount()).to.equal(0);
    expect(stage.clock.pendingTimers).to.equal(0);
    expect((await failure(client.ping())).code).to.equal('MGL_VPP_DISCONNECTED');
  });

  const garbage: readonly [string, (context: number) => Uint8Array][] = [
    ['a message of impossible length', () => frameHeader(MAX_MESSAGE_SIZE + 1)],
    ['a message without room for a context', () => framed(Uint8Array.of(0, 24, 0, 0))],
    [
      'a truncated reply',
      (context) => {
        const reply = Buffer.alloc(12);
        reply.writeUInt16BE(24, 0);
        reply.writeUInt32BE(context, 2);
        return framed(reply);
      },
    ],
  ];
  for (const [what, bytes] of garbage) {
    it(`closes the connection at ${what}, and fails everything`, async () => {
      const client = await open();
      mute(controlPing, showVersion);
      const calls = [failure(client.ping()), failure(client.call(showVersion, {}))];
      await stage.vpp.hasReceived(3);
      stage.vpp.peers[0]?.sendBytes(bytes(stage.vpp.received[1]?.header.context ?? 0));
      for (const error of await Promise.all(calls)) expect(error.code).to.equal('MGL_VPP_PROTOCOL');
      expect((await client.closed).code).to.equal('MGL_VPP_PROTOCOL');
    });
  }
});
