import { expect } from 'chai';
import type { HttpParams } from '../../domain/config.js';
import type { ProbeTarget } from '../../probes/target.js';
import { answers, loopback6, type Manners, onRequest, ProbeServers } from '../support/probe-servers.js';
import { httpParams, RealSurroundings, run, shown, target } from '../support/probing.js';

for (const sockets of ['bare', 'node'] as const) {
  describe(`http probe with ${sockets} sockets`, () => {
    const servers = new ProbeServers();
    const around = new RealSurroundings({ sockets });
    after(() => {
      servers.close();
      around.close();
    });

    async function probe(
      manners: Manners,
      params: Partial<HttpParams> = {},
      rest: Partial<ProbeTarget> = {},
    ) {
      const port = await servers.tcp(manners, rest.address ?? '127.0.0.1');
      return run(target({ type: 'http', port, http: httpParams(params) }, rest), around);
    }

    const ok = 'HTTP/1.1 200 OK\r\n';
    const accepting = {
      responseCodes: [
        { from: 200, to: 299 },
        { from: 404, to: 404 },
      ],
    };
    const up = { responseRegexp: '"status":\\s*"up"' };

    const rows: readonly [title: string, manners: Manners, shown: string, params?: Partial<HttpParams>][] = [
      ['an expected status', answers(`${ok}\r\n`), 'L7OK HTTP 200'],
      ['HTTP/1.0', answers('HTTP/1.0 200 OK\r\n\r\n'), 'L7OK HTTP 200'],
      ['a status without a reason', answers('HTTP/1.1 200\r\n\r\n'), 'L7OK HTTP 200'],
      ['lines that end with LF alone', answers('HTTP/1.1 200 OK\nServer: x\n\n'), 'L7OK HTTP 200'],
      [
        'a status within an expected range',
        answers('HTTP/1.1 204 No Content\r\n\r\n'),
        'L7OK HTTP 204',
        accepting,
      ],
      ['an expected single status', answers('HTTP/1.1 404 Not Found\r\n\r\n'), 'L7OK HTTP 404', accepting],
      [
        'interim answers before the answer',
        answers(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok}\r\n`),
        'L7OK HTTP 200',
      ],
      ['an unexpected status', answers('HTTP/1.1 503 Service Unavailable\r\n\r\n'), 'L7STS HTTP 503'],
      [
        'a redirect, which is not followed',
        answers('HTTP/1.1 302 Found\r\nLocation: https://www.example/\r\n\r\n'),
        'L7STS HTTP 302 to "https://www.example/"',
      ],
      [
        'another protocol',
        answers('SSH-2.0-OpenSSH_9.2\r\n'),
        'L7RSP not HTTP/1: the answer begins "SSH-2.0-OpenSSH_9.2\\r..."',
      ],
      [
        'a bad status line',
        answers('HTTP/1.1 2000 OK\r\n\r\n'),
        'L7RSP malformed status line "HTTP/1.1 2000 OK"',
      ],
      [
        'a bad header line',
        answers(`${ok}no colon here\r\n\r\n`),
        'L7RSP malformed header line "no colon here"',
      ],
      [
        'a header of more than 16 KiB',
        answers(`${ok}X: ${'x'.repeat(17_000)}\r\n\r\n`),
        'L7RSP response header larger than 16 KiB',
      ],
      [
        'a header without an end',
        answers(`${ok}${'X: y\r\n'.repeat(4000)}`),
        'L7RSP response header larger than 16 KiB',
      ],
      [
        'endless interim answers',
        answers('HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000)),
        'L7RSP response header larger than 16 KiB',
      ],
      [
        'a connection closed at once',
        (socket) => socket.end(),
        'L7RSP connection closed by peer before any response',
      ],
      [
        'a connection reset',
        onRequest((socket) => socket.resetAndDestroy()),
        'L7RSP connection reset by peer before any response',
      ],
      [
        'a connection closed within the header',
        answers(`${ok}Server:`),
        'L7RSP connection closed by peer within the response header (after 24 bytes)',
      ],
      ['a body that matches', answers(`${ok}Content-Length: 15\r\n\r\n{"status":"up"}`), 'L7OK HTTP 200', up],
      [
        'a body that matches before more than its length',
        answers(`${ok}Content-Length: 15\r\n\r\n{"status":"up"}`, { stay: true }),
        'L7OK HTTP 200',
        up,
      ],
      ['a body until the close that matches', answers(`${ok}\r\n{"status": "up"}`), 'L7OK HTTP 200', up],
      [
        'a body in chunks that matches',
        answers(
          `${ok}Transfer-Encoding: chunked\r\n\r\n7;x=y\r\n{"statu\r\n8\r\ns":"up"}\r\n0\r\nX: y\r\n\r\n`,
          { stay: true },
        ),
        'L7OK HTTP 200',
        up,
      ],
      [
        'a body without the text',
        answers(`${ok}Content-Length: 17\r\n\r\n{"status":"down"}`),
        `L7RSP body does not match /"status":\\s*"up"/: it begins "{'status':'down'}"`,
        up,
      ],
      [
        'an empty body',
        answers(`${ok}Content-Length: 0\r\n\r\n`, { stay: true }),
        'L7RSP body does not match /"status":\\s*"up"/: it is empty',
        up,
      ],
      [
        'the text behind the first 64 KiB',
        answers(`${ok}\r\n${' '.repeat(65_536)}{"status":"up"}`),
        `L7RSP body does not match /"status":\\s*"up"/: it begins "${' '.repeat(40)}..."`,
        up,
      ],
      [
        'the text at the end of the first 64 KiB',
        answers(`${ok}\r\n${' '.repeat(65_521)}{"status":"up"}${' '.repeat(999)}`, { stay: true }),
        'L7OK HTTP 200',
        up,
      ],
      [
        'a body shorter than its length',
        answers(`${ok}Content-Length: 20\r\n\r\n{"status":"up"}`),
        'L7RSP connection closed by peer within the response body (after 15 bytes)',
        up,
      ],
      [
        'chunks that are none',
        answers(`${ok}Transfer-Encoding: chunked\r\n\r\nhello\r\n`),
        'L7RSP malformed chunk size',
        up,
      ],
      [
        'two lengths',
        answers(`${ok}Content-Length: 15\r\nContent-Length: 16\r\n\r\n{"status":"up"}`),
        'L7RSP malformed content-length "15, 16"',
        up,
      ],
      [
        'a compressed body that was not asked for',
        answers(`${ok}Transfer-Encoding: gzip\r\n\r\nxxxx`),
        'L7RSP transfer coding "gzip" was not asked for',
        up,
      ],
      [
        'a body of bytes that are no text',
        answers(`${ok}Content-Length: 5\r\n\r\n\x00\xe4\r\n"`),
        `L7RSP body does not match /"status":\\s*"up"/: it begins "\\x00\\xe4\\r\\n'"`,
        up,
      ],
      [
        'a byte order mark before the text',
        answers(`${ok}Content-Length: 5\r\n\r\n\xef\xbb\xbfok`),
        'L7OK HTTP 200',
        { responseRegexp: '^ok$' },
      ],
      [
        'a byte order mark before another text, which is quoted without it',
        answers(`${ok}Content-Length: 7\r\n\r\n\xef\xbb\xbfdown`),
        'L7RSP body does not match /^ok$/: it begins "down"',
        { responseRegexp: '^ok$' },
      ],
      [
        'a compressed body, of which the header tells',
        answers(`${ok}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00`),
        'L7RSP body does not match /^ok$/: it is compressed (content-encoding "gzip"), which was not asked for',
        { responseRegexp: '^ok$' },
      ],
      [
        'a compressed body, of which nothing tells',
        answers(`${ok}Content-Length: 4\r\n\r\n\x1f\x8b\x08\x00`),
        'L7RSP body does not match /^ok$/: it is compressed (gzip)',
        { responseRegexp: '^ok$' },
      ],
      [
        'content-encoding identity, which is none',
        answers(`${ok}Content-Encoding: Identity\r\nContent-Length: 2\r\n\r\nok`),
        'L7OK HTTP 200',
        { responseRegexp: '^ok$' },
      ],
      [
        'a server that asks for a pause',
        answers('HTTP/1.1 503 Busy\r\nRetry-After: 0120\r\n\r\n'),
        'L7STS HTTP 503, which asks for a pause of 2m0s (Retry-After)',
      ],
      [
        'a server that asks for a pause until a date',
        answers('HTTP/1.1 429 Slow Down\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n\r\n'),
        'L7STS HTTP 429, which asks for a pause until "Fri, 31 Dec 2027 23:59:59 GMT" (Retry-After)',
      ],
      [
        'a pause that is nonsense',
        answers(`HTTP/1.1 503 Busy\r\nRetry-After: ${'9'.repeat(50)}\r\n\r\n`),
        `L7STS HTTP 503, which asks for a pause until "${'9'.repeat(40)}..." (Retry-After)`,
      ],
      [
        'chunk sizes with zeros in front',
        answers(
          `${ok}Transfer-Encoding: chunked\r\n\r\n00000000000000002\r\nok\r\n${'0'.repeat(32)}\r\n\r\n`,
          { stay: true },
        ),
        'L7OK HTTP 200',
        { responseRegexp: '^ok$' },
      ],
      [
        'a chunk size that is larger than anything',
        answers(`${ok}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok`, { stay: true }),
        'L7RSP a chunk size is larger than anything',
        { responseRegexp: '^ok$' },
      ],
      [
        'a length with zeros in front, twice',
        answers(`${ok}Content-Length: 00000000000000000002\r\nContent-Length: 2\r\n\r\nok`, { stay: true }),
        'L7OK HTTP 200',
        { responseRegexp: '^ok$' },
      ],
      [
        'flags in front of the expression',
        answers(`${ok}Content-Length: 2\r\n\r\nOK`),
        'L7OK HTTP 200',
        { responseRegexp: '(?i)^ok$' },
      ],
    ];
    for (const [title, manners, expected, params] of rows) {
      it(`${title}: ${expected}`, async () => {
        const result = await probe(manners, params);
        expect(shown(result)).to.equal(expected);
        expect(result.verdict).to.equal(result.code === 'L7OK' ? 'pass' : 'fail');
      });
    }

    it('says where the time went', async () => {
      const byteASecond: Manners = onRequest((socket) => {
        socket.write('H');
        setTimeout(() => socket.write('T'), 100).unref();
      });
      const timeoutMs = { timeoutMs: 200 };
      const silent = await servers.silent();
      const refusing = await servers.refusing();
      const http = httpParams();
      const results = await Promise.all([
        run(target({ type: 'http', port: silent, http }, timeoutMs), around),
        run(target({ type: 'http', port: refusing, http }, timeoutMs), around),
        probe((socket) => socket.resume(), {}, timeoutMs),
        probe(byteASecond, {}, timeoutMs),
        probe(answers(`${ok}Content-Length: 15\r\n\r\n{"st`, { stay: true }), up, timeoutMs),
      ]);
      expect(results.map(shown)).to.deep.equal([
        'L4TOUT no answer within 200ms',
        'L4CON connection refused',
        'L7TOUT no response within 200ms',
        'L7TOUT response header not complete within 200ms (2 bytes)',
        'L7TOUT response body not complete within 200ms (4 bytes)',
      ]);
      for (const { code, durationMs } of results)
        if (code !== 'L4CON') expect(durationMs).to.be.within(200, 1000);
    });

    it('finds the end of the header and of the body wherever the bytes are split', async () => {
      const text = `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\n{"s\r\nc\r\ntatus":"up"}\r\n0\r\n\r\n`;
      const byByte: Manners = onRequest((socket, _request) => {
        socket.setNoDelay(true);
        let at = 0;
        const next = () => {
          if (at >= text.length || socket.destroyed) return;
          socket.write(text.charAt(at++), () => setImmediate(next));
        };
        next();
      });
      expect(shown(await probe(byByte, up))).to.equal('L7OK HTTP 200');
    });

    it('sends one request, with its own name, and asks for the connection to be closed', async () => {
      const requests: string[] = [];
      const note: Manners = onRequest((socket, request) => {
        requests.push(request);
        socket.end(`${ok}\r\n`);
      });
      await probe(note, { method: 'HEAD', path: '/health?full=1', host: 'www.example:8080' });
      expect(requests).to.have.length(1);
      const [first, ...fields] = requests[0]?.split('\r\n') ?? [];
      expect(first).to.equal('HEAD /health?full=1 HTTP/1.1');
      expect(fields).to.include.members(['Host: www.example:8080', 'Connection: close']);
      expect(fields.filter((field) => /^User-Agent: vpp-maglev\/\d+\.\d+\.\d+/.test(field))).to.have.length(
        1,
      );
    });

    it('names the address and its port if no host is configured', async () => {
      const hosts: (string | undefined)[] = [];
      const note: Manners = onRequest((socket, request) => {
        hosts.push(/^Host: (.*)\r$/m.exec(request)?.[1]);
        socket.end(`${ok}\r\n`);
      });
      await probe(note);
      await probe(note, {}, { address: loopback6 });
      expect(hosts[0]).to.match(/^127\.0\.0\.1:\d+$/);
      expect(hosts[1]).to.match(/^\[::1\]:\d+$/);
    });

    it('reads the answer of a server that closes behind it with a reset', async () => {
      const abrupt: Manners = (socket) => {
        socket.once('data', () =>
          socket.write(`${ok}Content-Length: 2\r\n\r\nok`, () => socket.resetAndDestroy()),
        );
      };
      expect(shown(await probe(abrupt))).to.equal('L7OK HTTP 200');
    });
  });
}
