import { expect } from 'chai';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
import type { ApiClient } from '../../binapi/api-client.js';
import type { AnyMessage } from '../../binapi/codec/message.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame, FRAME_HEADER_SIZE, MAX_MESSAGE_SIZE } from '../../binapi/framing.js';
import {
  lbAsSetWeight,
  lbConf,
  lbConfGet,
  lbConfGetReply,
  lbConfReply,
  lbVipDetails,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import {
  controlPing,
  controlPingReply,
  sockclntCreate,
  sockclntDelete,
} from '../../binapi/generated/memclnt.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';
import { showVersion, showVersionReply } from '../../binapi/generated/vpe.js';
import { type OpenApiOptions, openApi } from '../../binapi/open-api.js';
import { RetvalError } from '../../binapi/retval-error.js';
import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import { CLIENT_INDEX, FakeVpp, pong, type Received, VPP_PID } from './fake-vpp.js';

const version = { retval: 0, program: 'vpe', version: '26.10', buildDate: 'd', buildDirectory: '/' };
const everyVip = {
  pfx: { address: { af: 0, un: new Uint8Array(16) }, len: 0 },
  pfxMatcher: { le: 0, ge: 0 },
  port: 0,
};
const vipRow = {
  vip: { pfx: { address: { af: 0, un: new Uint8Array(16).fill(1, 0, 4) }, len: 32 }, protocol: 6, port: 80 },
  encap: 0,
  dscp: 0,
  srvType: 0,
  targetPort: 0,
  flowTableLength: 1024,
};

function failure(promise: Promise<unknown>): Promise<MaglevError> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (thrown: unknown) => asMaglevError(thrown),
  );
}

/** Resolves after the client had a chance to read what the fake has written. */
async function delivered(client: ApiClient, vpp: FakeVpp): Promise<void> {
  const before = client.dropped().unexpected;
  const peer = vpp.peers.at(-1);
  // A message that nobody asked for, behind all that was written.
  peer?.send(controlPingReply, 0xdddddddd, pong);
  while (client.dropped().unexpected === before) await new Promise((resolve) => setImmediate(resolve));
}

describe('binapi/client', () => {
  let vpp: FakeVpp;
  let clock: VirtualClock;
  let clients: ApiClient[];

  beforeEach(async () => {
    vpp = new FakeVpp();
    clock = new VirtualClock();
    clients = [];
    await vpp.listen();
  });

  afterEach(async () => {
    const closing = clients.map((client) => client.close());
    for (const { socket } of vpp.peers) socket.destroy();
    await Promise.all(closing);
    await vpp.close();
  });

  async function open(more: Partial<OpenApiOptions> = {}): Promise<ApiClient> {
    const trace = { enabled: () => false, message: () => expect.fail('traced without being asked') };
    const client = await openApi({ socketPath: vpp.socketPath, clientName: 'spec', clock, trace, ...more });
    clients.push(client);
    return client;
  }

  /** Answers `names` never; everything else as usual. */
  function mute(...messages: AnyMessage[]): void {
    const names = messages.map(({ name }) => name);
    vpp.answer = ({ name }) => names.includes(name);
  }

  describe('handshake', () => {
    it('introduces itself, and then sends the index that VPP gave it', async () => {
      const client = await open();
      expect(await client.ping()).to.deep.equal(pong);
      const [hello, ping] = vpp.received;
      expect(hello).to.deep.include({ name: 'sockclnt_create', fields: { name: 'spec' } });
      expect(ping?.header).to.deep.include({ id: 23, clientIndex: CLIENT_INDEX });
      expect(ping?.header.context).to.be.above(0);
    });

    it('knows messages by name and crc, and tells absent ones from others of that name', async () => {
      vpp.lacking = [lbAsSetWeight];
      vpp.otherCrc = new Map([['lb_conf', '00000bad']]);
      const client = await open();
      expect(client.missing([lbAsSetWeight, lbConf, lbConfGet, controlPing])).to.deep.equal({
        absent: ['lb_as_set_weight'],
        otherCrc: ['lb_conf'],
      });
      expect([lbConf, lbConfGet].map(client.has)).to.deep.equal([false, true]);
    });

    it('refuses to send a message that this VPP does not have, and says so', async () => {
      vpp.otherCrc = new Map([['show_version', '00000bad']]);
      const client = await open();
      const error = await failure(client.call(showVersion, {}));
      expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
      expect(error.message).to.equal('this VPP has another form of the message show_version');
    });

    it('rejects when nobody listens, naming the path', async () => {
      const socketPath = `${vpp.socketPath}.gone`;
      const error = await failure(open({ socketPath }));
      expect(error.code).to.equal('MGL_VPP_CONNECT');
      expect(error.message).to.equal(`cannot connect to ${socketPath}: there is no such socket (ENOENT)`);
    });

    it('rejects when VPP refuses the client', async () => {
      vpp.answer = ({ name, header }, peer) => {
        if (name !== sockclntCreate.name) return false;
        const reply = Buffer.alloc(20);
        reply.writeUInt16BE(16, 0);
        reply.writeUInt32BE(header.context, 6);
        reply.writeInt32BE(-1, 10);
        peer.sendBytes(framed(reply));
        return true;
      };
      const error = await failure(open());
      expect(error).to.deep.include({ code: 'MGL_VPP_CONNECT', message: 'VPP refused the client spec (-1)' });
    });

    it('rejects when VPP closes the connection instead of answering', async () => {
      vpp.answer = (_, peer) => {
        peer.socket.destroy();
        return true;
      };
      const error = await failure(open());
      expect(error.code).to.equal('MGL_VPP_CONNECT');
      expect(error.message).to.contain('during the handshake');
    });

    it('rejects when VPP does not answer in time', async () => {
      mute(sockclntCreate);
      const opening = failure(open());
      await vpp.hasReceived(1);
      await clock.advance(2999);
      await clock.advance(1);
      const error = await opening;
      expect(error.code).to.equal('MGL_VPP_TIMEOUT');
      expect(error.message).to.equal(`VPP at ${vpp.socketPath} did not answer within 3000 ms`);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('rejects when whoever listens is no VPP', async () => {
      vpp.answer = (_, peer) => {
        peer.sendBytes(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
        return true;
      };
      expect((await failure(open())).code).to.equal('MGL_VPP_PROTOCOL');
    });

    it('rejects when the ping that it relies on has another form', async () => {
      vpp.otherCrc = new Map([['control_ping_reply', '00000bad']]);
      const error = await failure(open());
      expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
      expect(error.message).to.contain('control_ping_reply');
    });

    it('gives up when it is told to, before and while connecting', async () => {
      mute(sockclntCreate);
      const controller = new AbortController();
      const opening = failure(open({ signal: controller.signal }));
      await vpp.hasReceived(1);
      controller.abort();
      expect((await opening).message).to.equal(`connecting to ${vpp.socketPath} was given up`);
      expect((await failure(open({ signal: controller.signal }))).code).to.equal('MGL_VPP_CONNECT');
      expect(vpp.received).to.have.length(1);
    });

    it('refuses a name that VPP cannot hold', async () => {
      expect((await failure(open({ clientName: 'x'.repeat(64) }))).code).to.equal('MGL_VPP_ENCODE');
    });
  });

  describe('requests', () => {
    it('sends all requests of one turn in one write, in their order', async () => {
      vpp.answer = ({ name, header }, peer) => {
        if (name !== cliInband.name) return false;
        peer.send(cliInbandReply, header.context, { retval: 0, reply: `answer ${header.context}` });
        return true;
      };
      const client = await open();
      vpp.reads.length = 0;
      const calls = Array.from({ length: 50 }, (_, i) => client.call(cliInband, { cmd: `command ${i}` }));
      const dump = client.dump(lbVipDump, everyVip);
      expect(client.pendingCount()).to.equal(51);
      const replies = await Promise.all(calls);
      expect(await dump).to.deep.equal([]);
      expect(vpp.reads).to.have.length(1);
      const commands = vpp.received.slice(1, 51).map(({ fields }) => fields);
      expect(commands).to.deep.equal(calls.map((_, i) => ({ cmd: `command ${i}` })));
      // Each got the answer to its own question.
      const contexts = vpp.received.slice(1, 51).map(({ header }) => header.context);
      expect(replies.map(({ reply }) => reply)).to.deep.equal(contexts.map((c) => `answer ${c}`));
      expect(new Set(contexts).size).to.equal(50);
      expect(client.pendingCount()).to.equal(0);
    });

    it('rejects with the return code when VPP refuses', async () => {
      vpp.answer = ({ name, header }, peer) => {
        if (name !== lbConf.name) return false;
        peer.send(lbConfReply, header.context, { retval: -70 });
        return true;
      };
      const client = await open();
      const conf = { ip4SrcAddress: new Uint8Array(4), ip6SrcAddress: new Uint8Array(16) };
      const error = await failure(client.call(lbConf, conf));
      expect(error).to.be.instanceOf(RetvalError).and.include({ retval: -70, request: 'lb_conf' });
      expect(error.code).to.equal('MGL_VPP_RETVAL');
      expect(error.message).to.equal(
        'lb_conf: VPP returned -70 INVALID_MEMORY_SIZE: the size is not a power of two',
      );
    });

    it('rejects a request that does not fit its message, and sends the others of that turn', async () => {
      const client = await open();
      const conf = { ip4SrcAddress: new Uint8Array(5), ip6SrcAddress: new Uint8Array(16) };
      const [refused, answered] = await Promise.all([failure(client.call(lbConf, conf)), client.ping()]);
      expect(refused.code).to.equal('MGL_VPP_ENCODE');
      expect(answered.vpePid).to.equal(VPP_PID);
      expect(vpp.names()).to.deep.equal(['sockclnt_create', 'control_ping']);
    });

    it('collects the rows of several dumps and ends them with one ping', async () => {
      const dumps: Received[] = [];
      vpp.answer = (request, peer) => {
        if (request.name !== lbVipDump.name) return false;
        dumps.push(request);
        for (let port = 1; port <= 3; port++) {
          const row = { ...vipRow, vip: { ...vipRow.vip, port: port + 10 * dumps.length } };
          peer.send(lbVipDetails, request.header.context, row);
        }
        return true;
      };
      const client = await open();
      const [first, second] = await Promise.all([
        client.dump(lbVipDump, everyVip),
        client.mapDump(lbVipDump, everyVip, ({ vip }) => vip.port),
      ]);
      expect(first.map(({ vip }) => vip.port)).to.deep.equal([11, 12, 13]);
      expect(second).to.deep.equal([21, 22, 23]);
      expect(vpp.names().filter((name) => name === controlPing.name)).to.have.length(1);
    });

    it('understands replies however the stream is cut', async () => {
      vpp.answer = ({ name, header }, peer) => {
        if (name !== showVersion.name) return false;
        const writer = new Writer();
        const replyHeader = { id: vpp.idOf(showVersionReply), clientIndex: 0, context: header.context };
        encodeFrame(writer, showVersionReply, replyHeader, version);
        const bytes = writer.take();
        void (async () => {
          for (let at = 0; at < bytes.length; at += 50) {
            peer.sendBytes(bytes.subarray(at, at + 50));
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        return true;
      };
      const client = await open();
      expect(await client.call(showVersion, {})).to.deep.equal(version);
    });

    it('reads a reply of many megabytes', async () => {
      const reply = 'x'.repeat(6 * 1024 * 1024);
      vpp.answer = ({ name, header }, peer) => {
        if (name !== cliInband.name) return false;
        peer.send(cliInbandReply, header.context, { retval: 0, reply });
        return true;
      };
      const client = await open();
      expect((await client.call(cliInband, { cmd: 'show all' })).reply.length).to.equal(reply.length);
    });

    it('knows when VPP last said something', async () => {
      const client = await open();
      expect(client.lastReplyAt()).to.equal(0);
      await clock.advance(1234);
      expect(client.lastReplyAt()).to.equal(0);
      await client.ping();
      expect(client.lastReplyAt()).to.equal(1234);
    });
  });

  describe('what goes wrong', () => {
    it('times out the oldest request, on its own clock', async () => {
      mute(showVersion);
      const client = await open();
      const waiting = failure(client.call(showVersion, {}));
      await vpp.hasReceived(2);
      await clock.advance(4999);
      expect(client.pendingCount()).to.equal(1);
      await clock.advance(1);
      const error = await waiting;
      expect(error.code).to.equal('MGL_VPP_TIMEOUT');
      expect(error.message).to.equal('show_version: VPP did not answer within 5000 ms');
      expect(client.pendingCount()).to.equal(0);
    });

    it('does not time out what waits in a line that moves', async () => {
      const asked: Received[] = [];
      vpp.answer = (request) => {
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
      await vpp.hasReceived(11);
      // Nine tenths of the timeout for each of ten: nine times the timeout in all.
      for (const [i, { header }] of asked.entries()) {
        await clock.advance(900);
        vpp.peers[0]?.send(controlPingReply, header.context, pong);
        await pings[i];
        expect(answered).to.equal(i + 1);
      }
    });

    it('does not time out a dump whose rows keep coming', async () => {
      let context = 0;
      vpp.answer = ({ name, header }) => {
        if (name === lbVipDump.name) context = header.context;
        return name === lbVipDump.name || (name === controlPing.name && context !== 0);
      };
      const client = await open({ requestTimeoutMs: 1000 });
      const dump = client.dump(lbVipDump, everyVip);
      await vpp.hasReceived(3);
      for (let i = 0; i < 5; i++) {
        await clock.advance(900);
        vpp.peers[0]?.send(lbVipDetails, context, vipRow);
        await delivered(client, vpp);
      }
      vpp.peers[0]?.send(controlPingReply, vpp.received.at(-1)?.header.context ?? 0, pong);
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
      await vpp.hasReceived(5);
      await clock.advance(5000);
      expect([(await first).code, (await second).code]).to.deep.equal(['MGL_VPP_TIMEOUT', 'MGL_VPP_TIMEOUT']);
      expect(client.pendingCount()).to.equal(1);
      // The one behind the ping starts its own clock only now.
      await clock.advance(4999);
      const context = vpp.received.at(-1)?.header.context ?? 0;
      vpp.peers[0]?.send(showVersionReply, context, version);
      expect(await later).to.deep.equal(version);
    });

    it('counts and drops a reply that comes too late', async () => {
      mute(showVersion);
      const client = await open();
      const waiting = failure(client.call(showVersion, {}));
      await vpp.hasReceived(2);
      await clock.advance(5000);
      await waiting;
      vpp.peers[0]?.send(showVersionReply, vpp.received[1]?.header.context ?? 0, version);
      await delivered(client, vpp);
      expect(client.dropped().late).to.equal(1);
      expect((await client.ping()).vpePid).to.equal(VPP_PID);
    });

    it('counts and drops the rows of a dump that timed out', async () => {
      const client = await open();
      mute(lbVipDump, controlPing);
      const dump = failure(client.dump(lbVipDump, everyVip));
      await vpp.hasReceived(3);
      await clock.advance(5000);
      const error = await dump;
      expect(error.message).to.equal('lb_vip_dump: VPP did not answer within 5000 ms');
      vpp.peers[0]?.send(lbVipDetails, vpp.received[1]?.header.context ?? 0, vipRow);
      vpp.peers[0]?.send(lbVipDetails, vpp.received[1]?.header.context ?? 0, vipRow);
      vpp.peers[0]?.send(controlPingReply, vpp.received[2]?.header.context ?? 0, pong);
      await delivered(client, vpp);
      expect(client.dropped().late).to.equal(3);
    });

    it('matches replies by context, not by their order', async () => {
      const client = await open();
      mute(showVersion, cliInband);
      const calls = [client.call(showVersion, {}), client.call(cliInband, { cmd: 'x' })] as const;
      await vpp.hasReceived(3);
      const [, first, second] = vpp.received;
      vpp.peers[0]?.send(cliInbandReply, second?.header.context ?? 0, { retval: 0, reply: 'y' });
      vpp.peers[0]?.send(showVersionReply, first?.header.context ?? 0, version);
      expect(await Promise.all(calls)).to.deep.equal([version, { retval: 0, reply: 'y' }]);
    });

    it('drops what nobody asked for: a strange context, a strange message, an unknown id', async () => {
      const client = await open();
      mute(showVersion);
      const waiting = client.call(showVersion, {});
      await vpp.hasReceived(2);
      const context = vpp.received[1]?.header.context ?? 0;
      const peer = vpp.peers[0];
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
      await vpp.hasReceived(5);
      vpp.peers[0]?.sendBytes(Uint8Array.of(1, 2, 3));
      vpp.peers[0]?.socket.end();
      for (const error of await Promise.all(calls)) expect(error.code).to.equal('MGL_VPP_DISCONNECTED');
      expect((await client.closed).message).to.equal('VPP closed the connection in the middle of a message');
      expect(client.pendingCount()).to.equal(0);
      expect(clock.pendingTimers).to.equal(0);
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
        await vpp.hasReceived(3);
        vpp.peers[0]?.sendBytes(bytes(vpp.received[1]?.header.context ?? 0));
        for (const error of await Promise.all(calls)) expect(error.code).to.equal('MGL_VPP_PROTOCOL');
        expect((await client.closed).code).to.equal('MGL_VPP_PROTOCOL');
      });
    }
  });

  describe('goodbye', () => {
    it('tells VPP before it closes', async () => {
      const client = await open();
      await client.close();
      expect(vpp.received.at(-1)).to.deep.include({
        name: 'sockclnt_delete',
        fields: { index: CLIENT_INDEX },
      });
      expect((await client.closed).code).to.equal('MGL_VPP_DISCONNECTED');
      await client.close();
      expect(vpp.names().filter((name) => name === sockclntDelete.name)).to.have.length(1);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('fails what is pending, and waits for a silent VPP only 100 ms', async () => {
      const client = await open();
      mute(showVersion, sockclntDelete);
      const waiting = failure(client.call(showVersion, {}));
      await vpp.hasReceived(2);
      const closing = client.close();
      expect((await waiting).code).to.equal('MGL_VPP_DISCONNECTED');
      await vpp.hasReceived(3);
      let closed = false;
      void closing.then(() => {
        closed = true;
      });
      await clock.advance(99);
      expect(closed).to.equal(false);
      await clock.advance(1);
      await closing;
    });

    it('is content when VPP just closes', async () => {
      const client = await open();
      vpp.answer = ({ name }, peer) => {
        if (name === sockclntDelete.name) peer.socket.end();
        return name === sockclntDelete.name;
      };
      await client.close();
      expect((await failure(client.ping())).message).to.equal('the connection to VPP was closed');
    });
  });
});

function frameHeader(size: number): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_SIZE);
  bytes.writeUInt32BE(size, 8);
  return bytes;
}

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(message.length), message]);
}
