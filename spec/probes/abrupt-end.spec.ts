import { expect } from 'chai';
import type { ProbeParams } from '../../domain/config.js';
import { type AbruptManners, startAbruptServer } from '../support/abrupt-server.js';
import { Authority } from '../support/certificates.js';
import { httpParams, RealSurroundings, run, shown, target, tlsParams } from '../support/probing.js';

const rounds = 8;
/** Probes at a time, each with a connection of its own. */
const together = 20;
/** Long enough for a server on this machine to have done everything it does. */
const lateMs = 2;

/**
 * The same server, whatever the pace of our looks: at once, or when all is over. `sees` is what each of its probes must
 * find.
 */
describe('a server that ends every connection by a reset', () => {
  const authority = new Authority();
  const certificate = authority.issue({ names: ['IP:127.0.0.1'] });
  const http = httpParams({ responseRegexp: '^ok$' });
  const tcp = (port: number): ProbeParams => ({ type: 'tcp', port, tls: null });
  const tcpTls = (port: number): ProbeParams => ({ type: 'tcp', port, tls: tlsParams() });
  const plain = (port: number): ProbeParams => ({ type: 'http', port, http });
  const https = (port: number): ProbeParams => ({ type: 'https', port, http, tls: tlsParams() });

  const rows: readonly [
    title: string,
    sockets: 'bare' | 'node',
    manners: AbruptManners,
    probe: (port: number) => ProbeParams,
    sees: string,
  ][] = [
    ['at once', 'bare', 'reset', tcp, 'L4OK connected'],
    ['at once', 'node', 'reset', tcp, 'L4OK connected'],
    ['at once', 'bare', 'reset', plain, 'L7RSP connection reset by peer before any response'],
    ['at once', 'node', 'reset', plain, 'L7RSP connection reset by peer before any response'],
    ['at once', 'bare', 'reset', tcpTls, 'L6RSP connection closed during the TLS handshake'],
    ['at once', 'bare', 'reset', https, 'L6RSP connection closed during the TLS handshake'],
    ['behind an answer that waits for nobody', 'bare', 'answer', tcp, 'L4OK connected'],
    ['behind an answer that waits for nobody', 'bare', 'answer', plain, 'L7OK HTTP 200'],
    ['behind the answer to a request', 'bare', 'answer-request', plain, 'L7OK HTTP 200'],
    ['behind the answer to a request', 'node', 'answer-request', plain, 'L7OK HTTP 200'],
    ['behind the answer to a request', 'bare', 'answer-request', https, 'L7OK HTTP 200'],
  ];
  for (const [title, sockets, manners, probe, sees] of rows) {
    const kind = probe(0).type;
    it(`${title}: ${kind} with ${sockets} sockets says ${sees}, and nothing else`, async () => {
      const tls = probe === tcpTls || probe === https;
      const server = await startAbruptServer(manners, tls ? certificate : null);
      const around = new RealSurroundings({ authority: authority.cert, sockets });
      const found = new Map<string, number>();
      const batch = () => {
        const count = tls ? together / 4 : together;
        return Promise.all(Array.from({ length: count }, () => run(target(probe(server.port)), around)));
      };
      for (let i = 0; i < rounds; i++) {
        // A thread that is busy between all its looks, every other time.
        const results = await (i % 2 === 0 ? batch() : stuttering(batch));
        for (const result of results) found.set(shown(result), (found.get(shown(result)) ?? 0) + 1);
      }
      around.close();
      await server.end();
      expect([...found.keys()]).to.deep.equal([sees]);
    });
  }
});

/** Does `work` in a thread that stands still again and again. */
async function stuttering<A>(work: () => Promise<A>): Promise<A> {
  let over = false;
  const stand = () => {
    if (over) return;
    Atomics.wait(nobody, 0, 0, lateMs);
    setImmediate(stand);
  };
  const result = work();
  stand();
  return result.finally(() => {
    over = true;
  });
}

const nobody = new Int32Array(new SharedArrayBuffer(4));
