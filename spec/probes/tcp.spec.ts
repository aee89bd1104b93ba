import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { loopback6, ProbeServers } from '../support/probe-servers.js';
import { address, RealSurroundings, run, shown, target, tlsParams } from '../support/probing.js';

for (const sockets of ['bare', 'node'] as const) {
  describe(`tcp probe with ${sockets} sockets`, () => {
    const servers = new ProbeServers();
    const authority = new Authority();
    const around = new RealSurroundings({ authority: authority.cert, sockets });
    const tcp = (port: number) => ({ type: 'tcp', port, tls: null }) as const;

    after(() => {
      servers.close();
      around.close();
    });

    it('passes when the port accepts, over IPv4 and IPv6', async () => {
      const four = await servers.tcp(() => {});
      const six = await servers.tcp(() => {}, loopback6);
      const results = await Promise.all([
        run(target(tcp(four)), around),
        run(target(tcp(six), { address: loopback6 }), around),
      ]);
      expect(results.map(shown)).to.deep.equal(['L4OK connected', 'L4OK connected']);
      expect(results.every(({ durationMs }) => durationMs > 0 && durationMs < 1000)).to.equal(true);
    });

    it('says that the connection was refused', async () => {
      const port = await servers.refusing();
      const result = await run(target(tcp(port)), around);
      expect(result).to.include({ verdict: 'fail', code: 'L4CON', detail: 'connection refused' });
    });

    it('says how long it waited for a port that answers nothing', async () => {
      const port = await servers.silent();
      const result = await run(target(tcp(port), { timeoutMs: 150 }), around);
      expect(result).to.include({ verdict: 'fail', code: 'L4TOUT', detail: 'no answer within 150ms' });
      expect(result.durationMs).to.be.within(150, 1000);
    });

    it('connects from the source address', async () => {
      let heard: (from: string | undefined) => void = () => {};
      // The server may hear of the connection after the prober has.
      const seen = new Promise<string | undefined>((resolve) => {
        heard = resolve;
      });
      const port = await servers.tcp((socket) => heard(socket.remoteAddress));
      const result = await run(target(tcp(port), { source: address('127.0.0.77') }), around);
      expect(shown(result)).to.equal('L4OK connected');
      expect(await seen).to.equal('127.0.0.77');
    });

    it('doubts, and names the source address, when that is not on this machine', async () => {
      const port = await servers.tcp(() => {});
      const result = await run(target(tcp(port), { source: address('203.0.113.7') }), around);
      expect(result).to.include({
        verdict: 'doubt',
        code: 'SOCKERR',
        detail: 'source address 203.0.113.7 is not on this machine (EADDRNOTAVAIL)',
      });
    });

    it('doubts a link-local address, which no probe can reach without an interface', async () => {
      const result = await run(target(tcp(80), { address: address('fe80::1') }), around);
      expect(result).to.include({ verdict: 'doubt', code: 'SOCKERR' });
      expect(result.detail).to.match(/^fe80::1 is a link-local address, which needs an interface/);
    });

    it('ends the connection with a reset', async () => {
      const ended = new Promise<string>((resolve) => {
        void servers
          .tcp((socket) => {
            socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
            socket.on('end', () => resolve('FIN'));
            socket.resume();
          })
          .then((port) => run(target(tcp(port)), around));
      });
      expect(await ended).to.equal('ECONNRESET');
    });

    it('does nothing more once it is cancelled', async () => {
      const { prepareProbe } = await import('../../probes/prepare.js');
      const port = await servers.silent();
      let results = 0;
      const cancel = prepareProbe(target(tcp(port), { timeoutMs: 30 })).run(around, () => results++);
      cancel();
      await run(target(tcp(port), { timeoutMs: 100 }), around);
      expect(results).to.equal(0);
    });

    describe('with TLS', () => {
      const day = 86_400_000;
      const secure = (port: number, name: string | null, skip = false) =>
        ({ type: 'tcp', port, tls: tlsParams(name, skip) }) as const;
      const good = authority.issue({ names: ['DNS:www.example', 'IP:127.0.0.1'] });

      it('passes when the handshake succeeds and the certificate is for the name, or for the address', async () => {
        const port = await servers.tls(good, () => {});
        const named = await run(target(secure(port, 'www.example')), around);
        const unnamed = await run(target(secure(port, null)), around);
        expect([named, unnamed].map(shown)).to.deep.equal([
          'L6OK TLSv1.3 handshake',
          'L6OK TLSv1.3 handshake',
        ]);
      });

      it('completes the handshake also for the server, which would count a failed one else', async () => {
        for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
          let completed = 0;
          const port = await servers.tls({ ...good, maxVersion }, () => completed++);
          for (let i = 0; i < 3; i++) await run(target(secure(port, null)), around);
          await servers.idle();
          expect(completed, maxVersion).to.equal(3);
        }
      });

      it('passes a server that demands a certificate of its clients behind the handshake, not within it', async () => {
        const demanding = { ...good, requestCert: true, rejectUnauthorized: true };
        const within = { ...demanding, maxVersion: 'TLSv1.2' };
        const ports = [await servers.tls(demanding, () => {}), await servers.tls(within, () => {})];
        const results = await Promise.all(ports.map((port) => run(target(secure(port, null)), around)));
        expect(results.map(shown)).to.deep.equal([
          'L6OK TLSv1.3 handshake',
          'L6RSP TLS handshake refused: handshake failure',
        ]);
      });

      it('says for how long the certificate has been expired', async () => {
        const to = Date.now() - 3 * day - 60_000;
        const port = await servers.tls(
          authority.issue({ names: ['DNS:www.example'], from: to - day, to }),
          () => {},
        );
        const result = await run(target(secure(port, 'www.example')), around);
        expect(shown(result)).to.equal('L6RSP certificate expired 3 days ago');
      });

      it('says from when on the certificate will be valid', async () => {
        const from = Date.now() + day;
        const port = await servers.tls(authority.issue({ names: [], from, to: from + day }), () => {});
        const result = await run(target(secure(port, 'www.example')), around);
        expect(shown(result)).to.match(/^L6RSP certificate is not valid before \w{3} .* GMT$/);
      });

      it('says for which names the certificate is', async () => {
        const port = await servers.tls(good, () => {});
        const result = await run(target(secure(port, 'other.example')), around);
        expect(shown(result)).to.equal(
          'L6RSP certificate is for "www.example, 127.0.0.1", not for other.example',
        );
      });

      it('says that the authority is not trusted', async () => {
        const stranger = new Authority('stranger').issue({ names: ['DNS:www.example'] });
        const port = await servers.tls(stranger, () => {});
        const result = await run(target(secure(port, 'www.example')), around);
        expect(shown(result)).to.equal(
          'L6RSP certificate is signed by an authority that is not trusted: "stranger"',
        );
      });

      it('accepts any certificate if it is told to skip the check', async () => {
        const stranger = new Authority('stranger').issue({ names: [], to: Date.now() - day });
        const port = await servers.tls(stranger, () => {});
        const result = await run(target(secure(port, null, true)), around);
        expect(shown(result)).to.equal('L6OK TLSv1.3 handshake');
      });

      it('says that the answer is not TLS', async () => {
        const tooLong = `\x16\x03\x03\xff\xff${'x'.repeat(100)}`;
        for (const answer of ['SSH-2.0-OpenSSH_9.2\r\n', 'HTTP/1.1 400 No\r\n\r\n', tooLong]) {
          const port = await servers.tcp((socket) => socket.write(answer, 'latin1'));
          const result = await run(target(secure(port, null)), around);
          expect(shown(result), answer).to.equal('L6RSP the answer is not TLS');
        }
      });

      it('says by which alert the server refuses, whatever OpenSSL calls it', async () => {
        const alerts: [number, string][] = [
          [40, 'handshake failure'],
          [70, 'protocol version'],
          [112, 'unrecognized name'],
          [49, 'access denied'],
        ];
        for (const [number, words] of alerts) {
          const port = await servers.tcp((socket) => socket.write(Buffer.of(21, 3, 3, 0, 2, 2, number)));
          const result = await run(target(secure(port, null)), around);
          expect(shown(result)).to.equal(`L6RSP TLS handshake refused: ${words}`);
        }
      });

      it('says that the connection was closed during the handshake', async () => {
        const port = await servers.tcp((socket) => socket.destroy());
        const result = await run(target(secure(port, null)), around);
        expect(shown(result)).to.equal('L6RSP connection closed during the TLS handshake');
      });

      it('waits for a handshake no longer than the timeout', async () => {
        const port = await servers.tcp((socket) => socket.resume());
        const result = await run(target(secure(port, null), { timeoutMs: 150 }), around);
        expect(shown(result)).to.equal('L6TOUT TLS handshake not complete within 150ms');
      });

      it('refusal and silence are those of the connection', async () => {
        const [refusing, silent] = [await servers.refusing(), await servers.silent()];
        const results = await Promise.all([
          run(target(secure(refusing, null)), around),
          run(target(secure(silent, null), { timeoutMs: 100 }), around),
        ]);
        expect(results.map(shown)).to.deep.equal([
          'L4CON connection refused',
          'L4TOUT no answer within 100ms',
        ]);
      });
    });
  });
}
