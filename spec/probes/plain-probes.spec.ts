import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeCode } from '../../domain/probe-result.js';
import type { ProbeTarget } from '../../probes/target.js';
import { eventually } from '../support/eventually.js';
import { openDescriptors } from '../support/open-descriptors.js';
import { ProbeServers } from '../support/probe-servers.js';
import { httpParams, shown, target } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { type SingleProbes, singleProbes } from '../support/single-probes.js';

describe('probes by sockets of a pool', () => {
  const servers = new ProbeServers();
  let probes: SingleProbes;

  beforeEach(() => {
    probes = singleProbes({ workers: 1, netns: '', clock: realClock, log: recordingLog() });
  });
  afterEach(async () => {
    await probes.stop();
    servers.close();
  });

  const tcp = (port: number, rest: Partial<ProbeTarget> = {}) =>
    target({ type: 'tcp', port, tls: null }, rest);

  it('count what the servers saw, whatever follows on what, with the sockets of a few', async () => {
    let requests = 0;
    const good = await servers.tcp((socket) =>
      socket.once('data', () => {
        requests++;
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      }),
    );
    const bad = await servers.tcp((socket) =>
      socket.once('data', () => {
        requests++;
        socket.end('HTTP/1.1 503 Busy\r\n\r\n');
      }),
    );
    const resetting = await servers.tcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const refusing = await servers.refusing();
    const silent = await servers.silent();
    const http = (port: number) => target({ type: 'http', port, http: httpParams() }, { timeoutMs: 3000 });
    const kinds: readonly [string, ProbeTarget, ProbeCode][] = [
      ['good', http(good), 'L7OK'],
      ['refusing', http(refusing), 'L4CON'],
      ['bad', http(bad), 'L7STS'],
      ['resetting', http(resetting), 'L7RSP'],
      ['silent', tcp(silent, { timeoutMs: 50 }), 'L4TOUT'],
    ];
    await probes.probe('good', http(good));
    const descriptors = openDescriptors().length;
    for (let round = 0; round < 20; round++) {
      await Promise.all(kinds.map(([key, what]) => probes.probe(key, what)));
    }
    const count = (key: string, code: ProbeCode) => probes.book.reading(key)?.count(code) ?? 0;
    expect(count('good', 'L7OK')).to.equal(21);
    // A machine that is busy may doubt what it timed.
    for (const [key, , code] of kinds.slice(1)) {
      expect(count(key, code) + count(key, 'LATE'), key).to.equal(20);
    }
    expect(requests).to.equal(41);
    expect(openDescriptors().length - descriptors).to.be.below(30);
  });

  it('tell a server of a whole connection, or of none', async () => {
    let accepted = 0;
    const port = await servers.tcp(() => {
      accepted++;
    });
    for (let i = 0; i < 5; i++)
      expect(shown(await probes.probe('half', tcp(port)))).to.equal('L4OK connected');
    const full = target({ type: 'tcp', port, tls: null, handshake: 'full' });
    expect(shown(await probes.probe('full', full))).to.equal('L4OK connected');
    await eventually(() => expect(accepted).to.equal(1));
  });
});
