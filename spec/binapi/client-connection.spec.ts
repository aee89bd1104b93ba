import { expect } from 'chai';
import { lbAsSetWeight, lbConf, lbConfGet } from '../../binapi/generated/lb.js';
import { controlPing, sockclntCreate, sockclntDelete } from '../../binapi/generated/memclnt.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { MaglevError } from '../../domain/errors.js';
import { failure } from '../support/rejection.js';
import { ClientStage, framed } from './client-stage.js';
import { CLIENT_INDEX, pong } from './fake-vpp.js';

describe('binapi/client: handshake and goodbye', () => {
  const stage = new ClientStage();
  const { begin, end, open, mute } = stage;

  beforeEach(begin);
  afterEach(end);

  it('introduces itself, and then sends the index that VPP gave it', async () => {
    const client = await open();
    expect(await client.ping()).to.deep.equal(pong);
    const [hello, ping] = stage.vpp.received;
    expect(hello).to.deep.include({ name: 'sockclnt_create', fields: { name: 'spec' } });
    expect(ping?.header).to.deep.include({ id: 23, clientIndex: CLIENT_INDEX });
    expect(ping?.header.context).to.be.above(0);
  });

  it('knows messages by name and crc, and tells absent ones from others of that name', async () => {
    stage.vpp.lacking = [lbAsSetWeight];
    stage.vpp.otherCrc = new Map([['lb_conf', '00000bad']]);
    const client = await open();
    expect(client.missing([lbAsSetWeight, lbConf, lbConfGet, controlPing])).to.deep.equal({
      absent: ['lb_as_set_weight'],
      otherCrc: ['lb_conf'],
    });
    expect([lbConf, lbConfGet].map(client.has)).to.deep.equal([false, true]);
  });

  it('refuses to send a message that this VPP does not have, and says so', async () => {
    stage.vpp.otherCrc = new Map([['show_version', '00000bad']]);
    const client = await open();
    const error = await failure(client.call(showVersion, {}));
    expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
    expect(error.message).to.equal('this VPP has another form of the message show_version');
  });

  it('rejects when nobody listens, naming the path', async () => {
    const socketPath = `${stage.vpp.socketPath}.gone`;
    const error = await failure(open({ socketPath }));
    expect(error.code).to.equal('MGL_VPP_CONNECT');
    expect(error.message).to.equal(`cannot connect to ${socketPath}: there is no such socket (ENOENT)`);
  });

  it('rejects when VPP refuses the client', async () => {
    stage.vpp.answer = ({ name, header }, peer) => {
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
    stage.vpp.answer = (_, peer) => {
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
    await stage.vpp.hasReceived(1);
    await stage.clock.advance(2999);
    await stage.clock.advance(1);
    const error = await opening;
    expect(error.code).to.equal('MGL_VPP_TIMEOUT');
    expect(error.message).to.equal(`VPP at ${stage.vpp.socketPath} did not answer within 3000 ms`);
    expect(stage.clock.pendingTimers).to.equal(0);
  });

  it('rejects when whoever listens is no VPP', async () => {
    stage.vpp.answer = (_, peer) => {
      peer.sendBytes(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
      return true;
    };
    expect((await failure(open())).code).to.equal('MGL_VPP_PROTOCOL');
  });

  it('rejects when the ping that it relies on has another form', async () => {
    stage.vpp.otherCrc = new Map([['control_ping_reply', '00000bad']]);
    const error = await failure(open());
    expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
    expect(error.message).to.contain('control_ping_reply');
  });

  it('gives up when it is told to, before and while connecting', async () => {
    mute(sockclntCreate);
    const controller = new AbortController();
    const opening = failure(open({ signal: controller.signal }));
    await stage.vpp.hasReceived(1);
    controller.abort();
    expect((await opening).message).to.equal(`connecting to ${stage.vpp.socketPath} was given up`);
    expect((await failure(open({ signal: controller.signal }))).code).to.equal('MGL_VPP_CONNECT');
    expect(stage.vpp.received).to.have.length(1);
  });

  it('refuses a name that VPP cannot hold', async () => {
    expect((await failure(open({ clientName: 'x'.repeat(64) }))).code).to.equal('MGL_VPP_ENCODE');
  });

  it('tells VPP before it closes', async () => {
    const client = await open();
    await client.close();
    expect(stage.vpp.received.at(-1)).to.deep.include({
      name: 'sockclnt_delete',
      fields: { index: CLIENT_INDEX },
    });
    expect((await client.closed).code).to.equal('MGL_VPP_DISCONNECTED');
    await client.close();
    expect(stage.vpp.names().filter((name) => name === sockclntDelete.name)).to.have.length(1);
    expect(stage.clock.pendingTimers).to.equal(0);
  });

  it('fails what is pending, and waits for a silent VPP only 100 ms', async () => {
    const client = await open();
    mute(showVersion, sockclntDelete);
    const waiting = failure(client.call(showVersion, {}));
    await stage.vpp.hasReceived(2);
    const reason = new MaglevError('MGL_VPP_TIMEOUT', 'VPP has not answered for 6 s');
    const closing = client.close(reason);
    expect(await waiting, 'with the reason').to.equal(reason);
    await stage.vpp.hasReceived(3);
    let closed = false;
    void closing.then(() => {
      closed = true;
    });
    await stage.clock.advance(99);
    expect(closed).to.equal(false);
    await stage.clock.advance(1);
    await closing;
  });

  it('is content when VPP just closes', async () => {
    const client = await open();
    stage.vpp.answer = ({ name }, peer) => {
      if (name === sockclntDelete.name) peer.socket.end();
      return name === sockclntDelete.name;
    };
    await client.close();
    expect((await failure(client.ping())).message).to.equal('the connection to VPP was closed');
  });
});
