import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { HttpParams, TlsParams } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { NodeDriver } from '../../probes/engine/node-driver.js';
import { prepareProbe } from '../../probes/prepare.js';
import type { Probe } from '../../probes/probe.js';
import { Authority } from '../support/certificates.js';
import { ProbeServers } from '../support/probe-servers.js';
import { httpParams, RealSurroundings, shown, target, tlsParams } from '../support/probing.js';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** What a server has seen: the requests of each connection, and which handshakes resumed a session. */
interface Seen {
  readonly requests: number[];
  readonly resumed: boolean[];
}

describe('what https and tls probes keep for the next ones', () => {
  const servers = new ProbeServers();
  const authority = new Authority();
  const around = new RealSurroundings({ authority: authority.cert });
  const good = authority.issue({ names: ['DNS:www.example'] });
  const probes: Probe[] = [];
  afterEach(() => {
    for (const probe of probes.splice(0)) probe.close?.();
  });
  after(() => {
    servers.close();
    around.close();
  });

  /** `answer` is told of the how many-th request of the how many-th connection it is. */
  async function server(answer: (socket: Socket, request: number, connection: number) => void) {
    const seen: Seen = { requests: [], resumed: [] };
    const port = await servers.tls(good, (socket) => {
      seen.resumed.push((socket as TLSSocket).isSessionReused());
      const connection = seen.requests.push(0);
      socket.on('data', () => {
        const request = (seen.requests[connection - 1] ?? 0) + 1;
        seen.requests[connection - 1] = request;
        answer(socket, request, connection);
      });
    });
    return { port, seen };
  }

  function https(
    port: number,
    http: Partial<HttpParams>,
    tls: Partial<TlsParams> = {},
    timeoutMs = 2000,
  ): Probe {
    const what = {
      type: 'https' as const,
      port,
      http: httpParams({ host: 'www.example', ...http }),
      tls: { ...tlsParams(), ...tls },
    };
    const probe = prepareProbe(target(what, { timeoutMs }));
    probes.push(probe);
    return probe;
  }

  const once = (probe: Probe) => new Promise<ProbeResult>((resolve) => probe.run(around, resolve));
  async function times(count: number, probe: Probe): Promise<string[]> {
    const results: string[] = [];
    for (let i = 0; i < count; i++) results.push(shown(await once(probe)));
    return [...new Set(results)];
  }

  it('use a connection as often as they may, and then a new one', async () => {
    const { port, seen } = await server((socket) => socket.write(ok));
    expect(await times(7, https(port, { reuse: 3 }))).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.requests).to.deep.equal([3, 3, 1]);
  });

  it('read a body to its end before they ask again, whether or not it has to match', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
    for (const responseRegexp of [null, 'ok']) {
      const { port, seen } = await server((socket) => socket.write(chunked));
      expect(await times(4, https(port, { reuse: 4, responseRegexp }))).to.deep.equal(['L7OK HTTP 200']);
      expect(seen.requests).to.deep.equal([4]);
    }
  });

  for (const [what, answer] of [
    ['says that it closes', 'HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok'],
    ['says nothing of its length', 'HTTP/1.1 200 OK\r\n\r\nok'],
    ['is of an old server', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['has something behind it', `${ok}HTTP/1.1 408 Late\r\n\r\n`],
    ['is too long to read', `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`],
    ['contradicts itself', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nok'],
  ] as const) {
    it(`ask nothing behind an answer that ${what}, which passes all the same`, async () => {
      const { port, seen } = await server((socket) => socket.write(answer));
      expect(await times(3, https(port, { reuse: 10 }))).to.deep.equal(['L7OK HTTP 200']);
      expect(seen.requests).to.deep.equal([1, 1, 1]);
    });
  }

  it('ask nothing behind an answer that leaves HTTP, which may be the one that is expected', async () => {
    const { port, seen } = await server((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'),
    );
    const probe = https(port, { reuse: 10, responseCodes: [{ from: 101, to: 101 }] });
    expect(await times(2, probe)).to.deep.equal(['L7OK HTTP 101']);
    expect(seen.requests).to.deep.equal([1, 1]);
  });

  for (const [what, again] of [
    ['has been closed meanwhile', null],
    ['is closed instead of an answer', (socket: Socket) => socket.end()],
    ['breaks instead of an answer', (socket: Socket) => socket.destroy()],
    ['brings another answer', (socket: Socket) => socket.write('HTTP/1.1 408 Late\r\n\r\n')],
    ['brings half an answer', (socket: Socket) => socket.end(ok.slice(0, 20))],
    ['brings no HTTP', (socket: Socket) => socket.write('what?')],
  ] as const) {
    it(`begin anew at once when the connection ${what}`, async () => {
      const { port, seen } = await server((socket, request) => {
        if (request === 1) socket.write(ok, () => again === null && socket.end());
        else again?.(socket);
      });
      const probe = https(port, { reuse: 10 });
      expect(shown(await once(probe))).to.equal('L7OK HTTP 200');
      if (again === null) await servers.idle();
      const { durationMs, ...result } = await once(probe);
      expect(result).to.deep.include({ code: 'L7OK', verdict: 'pass' });
      expect(durationMs).to.be.below(900);
      expect(seen.requests).to.deep.equal(again === null ? [1, 1] : [2, 1]);
    });
  }

  it('make a new connection beside one that is silent, within the same deadline', async () => {
    const { port } = await server((socket, request) => {
      if (request === 1) socket.write(ok);
    });
    const probe = https(port, { reuse: 10 });
    await once(probe);
    const { code, durationMs } = await once(probe);
    expect(code).to.equal('L7OK');
    expect(durationMs).to.be.within(990, 1990);
  });

  it('leave it in doubt when what was kept has taken the time that the server needs', async () => {
    const { port } = await server((socket, request, connection) => {
      if (connection === 1 && request > 1) return;
      setTimeout(() => socket.write(ok), connection === 1 ? 0 : 350);
    });
    const probe = https(port, { reuse: 10 }, {}, 500);
    await once(probe);
    expect(shown(await once(probe))).to.equal(
      'LATE L7TOUT no response within 500ms, not counted: the request went over the connection of an earlier probe',
    );
    expect((await once(probe)).code).to.equal('L7OK');
  });

  it('make a whole handshake when a resumed one is met by silence, or by an answer that is not expected', async () => {
    let hush = false;
    const { port: behind, seen } = await server((socket) => {
      socket.write(
        (socket as TLSSocket).isSessionReused() ? 'HTTP/1.1 421 No\r\nContent-Length: 0\r\n\r\n' : ok,
      );
    });
    const { port } = await way(
      behind,
      () => false,
      () => {
        const silent = hush;
        hush = false;
        return silent;
      },
    );
    const probe = https(port, {}, { resume: 10 }, 500);
    expect(await times(2, probe)).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.resumed).to.deep.equal([false, true, false]);
    seen.resumed.length = 0;
    const other = https(port, {}, { resume: 10 }, 500);
    await once(other);
    hush = true;
    expect(await times(1, other)).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.resumed).to.deep.equal([false, false]);
  });

  it('fail when the server is ill, and keep nothing then', async () => {
    let ill = false;
    const { port, seen } = await server((socket) => {
      socket.write(ill ? 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n' : ok);
    });
    const probe = https(port, { reuse: 10 }, { resume: 10 });
    await times(2, probe);
    ill = true;
    expect(await times(2, probe)).to.deep.equal(['L7STS HTTP 503']);
    ill = false;
    await times(2, probe);
    // The kept one, the resumed one, the whole one; the next probe; and when it is well again.
    expect(seen.requests).to.deep.equal([3, 1, 1, 1, 2]);
    // The second was still made with what the first had left; behind a failure nothing is.
    expect(seen.resumed).to.deep.equal([false, true, false, false, false]);
  });

  it('resume a session as often as they may', async () => {
    const { port, seen } = await server((socket) => socket.write(ok));
    expect(await times(7, https(port, {}, { resume: 3 }))).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.resumed).to.deep.equal([false, true, true, false, true, true, false]);
  });

  /** Brings connections to a server, and tells what of it comes first: a certificate, or that it knows the session. */
  async function way(
    onTo: number,
    spoil: () => boolean = () => false,
    isSilent: () => boolean = () => false,
  ) {
    const whole: boolean[] = [];
    const port = await servers.tcp((socket) => {
      if (isSilent()) return;
      if (spoil()) {
        socket.once('data', () => socket.resetAndDestroy());
        return;
      }
      const onward = connect(onTo, '127.0.0.1');
      // TLS 1.2 shows the certificate as it is; with TLS 1.3 it is told by its length.
      onward.once('data', (bytes) => whole.push(bytes.includes('www.example') || bytes.length > 600));
      onward.on('error', () => {});
      socket.on('close', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
    return { port, whole };
  }

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`resume sessions of ${maxVersion} behind a handshake alone`, async () => {
      // Without the groups of newer releases, whose keys are as long as a certificate.
      const wish = { ...good, maxVersion, ecdhCurve: 'X25519' };
      const behind = await servers.tls(wish, (socket) => socket.resume());
      const { port, whole } = await way(behind);
      const tls = { ...tlsParams('www.example'), resume: 3 };
      const probe = prepareProbe(target({ type: 'tcp', port, tls }));
      probes.push(probe);
      const codes = new Set<string>();
      for (let i = 0; i < 5; i++) {
        codes.add((await once(probe)).code);
        // The ticket comes behind the verdict.
        await servers.idle();
      }
      expect([...codes]).to.deep.equal(['L6OK']);
      expect(whole).to.deep.equal([true, false, false, true, false]);
    });
  }

  it('make a whole handshake when a session is not resumed but refused', async () => {
    let refuse = false;
    const { port: behind, seen } = await server((socket) => socket.write(ok));
    const { port } = await way(behind, () => {
      const refused = refuse;
      refuse = false;
      return refused;
    });
    const probe = https(port, {}, { resume: 10 });
    await times(2, probe);
    refuse = true;
    expect(await times(2, probe)).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.resumed).to.deep.equal([false, true, false, false]);
  });

  it('keep nothing for a while where what is kept always falls silent', async () => {
    const { port, seen } = await server((socket, request) => {
      if (request === 1) socket.write(ok);
    });
    const probe = https(port, { reuse: 10 }, {}, 300);
    expect(await times(5, probe)).to.deep.equal(['L7OK HTTP 200']);
    expect(seen.requests).to.deep.equal([2, 1, 1, 2, 1]);
  });

  it('use connections of plain HTTP in the same way', async () => {
    const requests: number[] = [];
    const port = await servers.tcp((socket) => {
      const connection = requests.push(0) - 1;
      socket.on('data', () => {
        requests[connection] = (requests[connection] ?? 0) + 1;
        if (requests[connection] === 2 && connection === 1) socket.resetAndDestroy();
        else socket.write(ok);
      });
    });
    const probe = prepareProbe(target({ type: 'http', port, http: httpParams({ reuse: 3 }) }));
    probes.push(probe);
    expect(await times(6, probe)).to.deep.equal(['L7OK HTTP 200']);
    // One that broke is followed by some that are not kept.
    expect(requests).to.deep.equal([3, 2, 1, 1]);
  });

  it('let go of it with the backend, and with another target', async () => {
    const { port, seen } = await server((socket) => socket.write(ok));
    let done: () => void = () => {};
    const driver = new NodeDriver(around, { enter: () => 0, leave: () => {} }, () => done());
    const https = (timeoutMs: number) => {
      const http = httpParams({ host: 'www.example', reuse: 100 });
      return target({ type: 'https', port, http, tls: tlsParams() }, { timeoutMs });
    };
    const probe = () =>
      new Promise<void>((resolve) => {
        done = resolve;
        driver.start(0);
      });
    driver.know(0, https(1000));
    await probe();
    await probe();
    driver.know(0, https(2000));
    await servers.idle();
    await probe();
    driver.leave();
    await servers.idle();
    await probe();
    driver.forget(0);
    await servers.idle();
    expect(seen.requests).to.deep.equal([2, 1, 1]);
  });

  it('leave no descriptor open after 1,000 rounds, whatever servers do', async () => {
    const { port } = await server((socket, request, connection) => {
      const odd = request * 7 + connection;
      if (odd % 13 === 0) socket.end();
      else if (odd % 17 === 0) socket.destroy();
      else socket.write(ok);
    });
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    const lanes = Array.from({ length: 10 }, () => https(port, { reuse: 20 }, { resume: 20 }));
    await Promise.all(lanes.map((probe) => times(100, probe)));
    for (const probe of lanes) probe.close?.();
    await servers.idle();
    for (let turn = 0; turn < 2000 && open() > before; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(open()).to.be.at.most(before);
  });
});
