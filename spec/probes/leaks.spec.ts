import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ProbeTarget } from '../../probes/target.js';
import { Authority } from '../support/certificates.js';
import { answers, onRequest, ProbeServers } from '../support/probe-servers.js';
import { httpParams, RealSurroundings, run, target, tlsParams } from '../support/probing.js';

const openDescriptors = () => readdirSync('/proc/self/fd').length;

/** Local ports, in hexadecimal, of the connections in TIME_WAIT (06) to or from `port`. */
function timeWaits(port: number): string[] {
  const mark = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return readFileSync('/proc/self/net/tcp', 'ascii')
    .split('\n')
    .filter((line) => line.includes(mark) && / 06 /.test(line));
}

describe('after 1,000 rounds of every kind of probe', () => {
  const servers = new ProbeServers();
  const authority = new Authority();
  let around: RealSurroundings;
  afterEach(() => around.close());
  after(() => servers.close());

  async function rounds(count: number, targets: readonly ProbeTarget[]): Promise<Set<string>> {
    const codes = new Set<string>();
    const lanes = Array.from({ length: 20 }, async (_, lane) => {
      for (let i = lane; i < count; i += 20) {
        const chosen = targets[i % targets.length];
        if (chosen !== undefined) codes.add((await run(chosen, around)).code);
      }
    });
    await Promise.all(lanes);
    return codes;
  }

  /** Descriptors are closed by the event loop a little later. */
  async function settledAt(count: number): Promise<number> {
    for (let turn = 0; turn < 2000 && openDescriptors() > count; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return openDescriptors();
  }

  for (const sockets of ['bare', 'node'] as const) {
    it(`no descriptor is open and no port waits, with ${sockets} sockets`, async () => {
      around = new RealSurroundings({ sockets });
      const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
      // The server leaves the closing to the client, which is the one whose port would wait.
      const port = await servers.tcp(answers(ok, { stay: true }));
      const closing = await servers.tcp(onRequest((socket) => socket.end('HTTP/1.1 503 No\r\n\r\n')));
      const refusing = await servers.refusing();
      const silent = await servers.silent();
      const deaf = await servers.tcp((socket) => socket.resume());
      const http = httpParams();
      const matching = httpParams({ responseRegexp: 'ok' });
      const targets = [
        target({ type: 'tcp', port, tls: null }),
        target({ type: 'tcp', port: refusing, tls: null }),
        target({ type: 'tcp', port: silent, tls: null }, { timeoutMs: 5 }),
        target({ type: 'http', port, http }),
        target({ type: 'http', port, http: matching }),
        target({ type: 'http', port: closing, http }),
        target({ type: 'http', port: deaf, http }, { timeoutMs: 5 }),
      ];
      await rounds(50, targets);
      const before = await settledAt(0);
      const codes = await rounds(1000, targets);
      expect([...codes].sort()).to.deep.equal(['L4CON', 'L4OK', 'L4TOUT', 'L7OK', 'L7STS', 'L7TOUT']);
      expect(await settledAt(before)).to.be.at.most(before);
      expect([port, closing, deaf].flatMap(timeWaits)).to.deep.equal([]);
    });
  }

  it('TLS leaves nothing behind either', async () => {
    around = new RealSurroundings({ authority: authority.cert });
    const names = ['DNS:www.example'];
    const good = await servers.tls(
      authority.issue({ names }),
      answers('HTTP/1.1 200 OK\r\n\r\n', { stay: true }),
    );
    const bad = await servers.tls(authority.issue({ names, from: 0, to: 1_600_000_000_000 }), () => {});
    const deaf = await servers.tcp((socket) => socket.resume());
    const plain = await servers.tcp((socket) => socket.write('220 ready\r\n'));
    const http = httpParams({ host: 'www.example' });
    const targets = [
      target({ type: 'https', port: good, http, tls: tlsParams() }),
      target({ type: 'https', port: bad, http, tls: tlsParams() }),
      target({ type: 'tcp', port: good, tls: tlsParams('www.example') }),
      // Whole handshakes take long: most of these end within theirs.
      ...[deaf, plain, deaf, plain, deaf, plain, deaf].map((port) =>
        target({ type: 'tcp', port, tls: tlsParams() }, { timeoutMs: port === deaf ? 5 : 1000 }),
      ),
    ];
    await rounds(40, targets);
    const before = await settledAt(0);
    const codes = await rounds(1000, targets);
    expect([...codes].sort()).to.deep.equal(['L6OK', 'L6RSP', 'L6TOUT', 'L7OK']);
    expect(await settledAt(before)).to.be.at.most(before);
    expect([good, bad, deaf, plain].flatMap(timeWaits)).to.deep.equal([]);
  });
});
