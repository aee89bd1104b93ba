import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { ApiClient } from '../../binapi/api-client.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame } from '../../binapi/framing.js';
import { lbConf, lbConfReply, lbVipDetails, lbVipDump } from '../../binapi/generated/lb.js';
import { controlPing, controlPingReply } from '../../binapi/generated/memclnt.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';
import { showVersion, showVersionReply } from '../../binapi/generated/vpe.js';
import { RetvalError } from '../../binapi/retval.js';
import { failure } from '../support/rejection.js';
import { ClientStage, everyVip, version, vipRow } from './client-stage.js';
import { pong, type Received, VPP_PID } from './fake-vpp.js';

describe('binapi/client: requests', () => {
  const stage = new ClientStage();
  const { begin, end, open } = stage;

  beforeEach(begin);
  afterEach(end);

  it('sends all requests of one turn in one write, in their order', async () => {
    stage.vpp.answer = ({ name, header }, peer) => {
      if (name !== cliInband.name) return false;
      peer.send(cliInbandReply, header.context, { retval: 0, reply: `answer ${header.context}` });
      return true;
    };
    const client = await open();
    stage.vpp.reads.length = 0;
    const calls = Array.from({ length: 50 }, (_, i) => client.call(cliInband, { cmd: `command ${i}` }));
    const dump = client.dump(lbVipDump, everyVip);
    expect(client.pendingCount()).to.equal(51);
    const replies = await Promise.all(calls);
    expect(await dump).to.deep.equal([]);
    expect(stage.vpp.reads).to.have.length(1);
    const commands = stage.vpp.received.slice(1, 51).map(({ fields }) => fields);
    expect(commands).to.deep.equal(calls.map((_, i) => ({ cmd: `command ${i}` })));
    // Each got the answer to its own question.
    const contexts = stage.vpp.received.slice(1, 51).map(({ header }) => header.context);
    expect(replies.map(({ reply }) => reply)).to.deep.equal(contexts.map((c) => `answer ${c}`));
    expect(new Set(contexts).size).to.equal(50);
    expect(client.pendingCount()).to.equal(0);
  });

  it('rejects with the return code when VPP refuses', async () => {
    stage.vpp.answer = ({ name, header }, peer) => {
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
    expect(stage.vpp.names()).to.deep.equal(['sockclnt_create', 'control_ping']);
  });

  it('collects the rows of several dumps and ends them with one ping', async () => {
    const dumps: Received[] = [];
    stage.vpp.answer = (request, peer) => {
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
    expect(stage.vpp.names().filter((name) => name === controlPing.name)).to.have.length(1);
  });

  it('understands replies however the stream is cut', async () => {
    stage.vpp.answer = ({ name, header }, peer) => {
      if (name !== showVersion.name) return false;
      const writer = new Writer();
      const replyHeader = { id: stage.vpp.idOf(showVersionReply), clientIndex: 0, context: header.context };
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

  /** A thousand questions whose answers come in one write, behind which `then` is done. */
  const thousand = async (client: ApiClient, then: (socket: Socket) => void = () => {}) => {
    const asked: Received[] = [];
    stage.vpp.answer = (request, { socket }) => {
      if (request.name !== controlPing.name) return false;
      asked.push(request);
      if (asked.length < 1000) return true;
      const writer = new Writer();
      for (const { header } of asked) {
        const reply = { id: stage.vpp.idOf(controlPingReply), clientIndex: 0, context: header.context };
        encodeFrame(writer, controlPingReply, reply, pong);
      }
      socket.write(writer.take());
      then(socket);
      return true;
    };
    let answered = 0;
    const perTurn: number[] = [];
    const pings = Array.from({ length: 1000 }, () => client.ping().then(() => answered++));
    const all = Promise.all(pings);
    while (answered < 1000) {
      const before = answered;
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(answered - before);
    }
    await all;
    return perTurn;
  };

  it('takes answers that come together some at a time: others have their turn in between', async () => {
    const client = await open();
    expect(Math.max(...(await thousand(client)))).to.be.within(1, 32);
    expect(client.pendingCount()).to.equal(0);
  });

  it('takes all answers that came before VPP closed the connection', async () => {
    const client = await open();
    await thousand(client, (socket) => socket.end());
    expect((await client.closed).message).to.equal('VPP closed the connection');
  });

  it('reads a reply of many megabytes', async () => {
    const reply = 'x'.repeat(6 * 1024 * 1024);
    stage.vpp.answer = ({ name, header }, peer) => {
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
    await stage.clock.advance(1234);
    expect(client.lastReplyAt()).to.equal(0);
    await client.ping();
    expect(client.lastReplyAt()).to.equal(1234);
  });
});
