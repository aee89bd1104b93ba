import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { answers, type Manners, onRequest, ProbeServers } from '../support/probe-servers.js';
import { httpParams, RealSurroundings, run, shown, target, tlsParams } from '../support/probing.js';

describe('https probe', () => {
  const servers = new ProbeServers();
  const authority = new Authority();
  const around = new RealSurroundings({ authority: authority.cert });
  const day = 86_400_000;
  const good = authority.issue({ names: ['DNS:www.example'] });
  after(() => {
    servers.close();
    around.close();
  });

  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const https = (port: number, http = httpParams({ host: 'www.example' }), tls = tlsParams()) =>
    target({ type: 'https', port, http, tls }, { timeoutMs: 400 });
  const probe = async (manners: Manners, http = httpParams({ host: 'www.example' }), tls = tlsParams()) =>
    run(https(await servers.tls(good, manners), http, tls), around);

  it('passes with an expected status and a matching body', async () => {
    const result = await probe(answers(ok), httpParams({ host: 'www.example', responseRegexp: '^ok$' }));
    expect(shown(result)).to.equal('L7OK HTTP 200');
  });

  it('sends the host of the request as server name, without its port, and speaks HTTP/1.1', async () => {
    const seen: unknown[] = [];
    const note: Manners = (socket) => {
      const secure = socket as TLSSocket & { servername?: string };
      seen.push([secure.servername, secure.alpnProtocol]);
      answers(ok)(socket);
    };
    await probe(note, httpParams({ host: 'www.example:8443' }));
    await probe(note, httpParams({ host: 'ignored.example' }), tlsParams('www.example'));
    await probe(note, httpParams(), tlsParams(null, true));
    expect(seen).to.deep.equal([
      ['www.example', 'http/1.1'],
      ['www.example', 'http/1.1'],
      [false, 'http/1.1'],
    ]);
  });

  it('keeps the dot of the root in Host, and knows the name without it', async () => {
    const seen: unknown[] = [];
    const note: Manners = onRequest((socket, request) => {
      const secure = socket as TLSSocket & { servername?: string };
      seen.push([secure.servername, /^Host: (.*)\r$/m.exec(request)?.[1]]);
      socket.end(ok);
    });
    const results = [
      await probe(note, httpParams({ host: 'www.example.' })),
      await probe(note, httpParams({ host: 'www.example.:8443' })),
      await probe(note, httpParams({ host: 'other.example' }), tlsParams('www.example.')),
    ];
    expect(results.map(shown)).to.deep.equal(['L7OK HTTP 200', 'L7OK HTTP 200', 'L7OK HTTP 200']);
    expect(seen).to.deep.equal([
      ['www.example', 'www.example.'],
      ['www.example', 'www.example.:8443'],
      ['www.example', 'other.example'],
    ]);
  });

  it('names the alert by which a server refuses it behind the handshake', async () => {
    const demanding = { ...good, requestCert: true, rejectUnauthorized: true };
    const port = await servers.tls(demanding, answers(ok));
    const result = await run(https(port), around);
    expect(shown(result)).to.equal(
      'L7RSP connection broken (TLS alert: certificate required) before any response',
    );
  });

  it('sends nothing to a server whose certificate is not good', async () => {
    const to = Date.now() - 2 * 3_600_000 - 60_000;
    const expired = authority.issue({ names: ['DNS:www.example'], from: to - day, to });
    let bytes = 0;
    const port = await servers.tls(expired, (socket) => {
      socket.on('data', (data) => {
        bytes += data.length;
      });
    });
    const result = await run(https(port), around);
    expect(shown(result)).to.equal('L6RSP certificate expired 2 hours ago');
    await servers.idle();
    expect(bytes).to.equal(0);
  });

  it('tells a wrong name, an unexpected status, a missing text and a closed connection apart', async () => {
    const body = httpParams({ host: 'www.example', responseRegexp: 'yes' });
    const results = await Promise.all([
      probe(answers(ok), httpParams({ host: 'other.example' })),
      probe(answers('HTTP/1.1 500 Oops\r\n\r\n')),
      probe(answers(ok), body),
      probe(onRequest((socket) => socket.end())),
    ]);
    expect(results.map(shown)).to.deep.equal([
      'L6RSP certificate is for "www.example", not for other.example',
      'L7STS HTTP 500',
      'L7RSP body does not match /yes/: it begins "ok"',
      'L7RSP connection closed by peer before any response',
    ]);
  });

  it('says where the time went', async () => {
    const stalled = await servers.tcp((socket) => socket.resume());
    const results = await Promise.all([
      run(https(await servers.silent()), around),
      run(https(stalled), around),
      probe(() => {}),
      probe(onRequest((socket) => socket.write('HTTP/1.1 200 OK\r\n'))),
    ]);
    expect(results.map(shown)).to.deep.equal([
      'L4TOUT no answer within 400ms',
      'L6TOUT TLS handshake not complete within 400ms',
      'L7TOUT no response within 400ms',
      'L7TOUT response header not complete within 400ms (17 bytes)',
    ]);
  });
});
