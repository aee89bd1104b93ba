import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServer, type Server } from 'node:tls';
import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

describe('e2e: whom maglevd trusts', function () {
  this.timeout(60_000);
  const authority = new Authority('the right one');
  let stage: Stage;
  let server: Server;
  let port: number;
  let maglevd: Process;

  beforeEach(async () => {
    stage = new Stage();
    server = createServer(authority.issue({ names: ['DNS:www.example'] }));
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.51');
    await once(server, 'listening');
    const address = server.address();
    port = address !== null && typeof address === 'object' ? address.port : 0;
    await stage.simulator();
  });
  afterEach(async () => {
    server.close();
    await stage.end();
  });

  const config = (params: string) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  healthchecks:
    web: { type: https, port: ${port}, interval: 30ms, timeout: 5s, rise: 1, fall: 2, params: { host: www.example${params} } }
  backends: { a: { address: 127.0.0.51, healthcheck: web } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 443, pools: [{ name: main, backends: { a: {} } }] }
`;
  const file = () => path.join(stage.folder, 'ca.pem');
  const reloaded = async (ok: boolean) => {
    const from = maglevd.lines.length;
    maglevd.signal('SIGHUP');
    await maglevd.record('config-reload-done', from, (record) => record['ok'] === ok);
    return from;
  };
  const became = (to: string, from: number) =>
    maglevd.record('backend-transition', from, (record) => record['to'] === to);

  it('doubts itself, and no server, when NODE_EXTRA_CA_CERTS cannot be used; ca-file mends it by a reload', async () => {
    stage.environment = { NODE_EXTRA_CA_CERTS: path.join(stage.folder, 'missing.pem') };
    stage.write(config(''));
    maglevd = stage.daemon('--log-level', 'debug');
    expect(await maglevd.record('trust-unusable')).to.include({
      level: 'warn',
      variable: 'NODE_EXTRA_CA_CERTS',
      error: 'cannot be read: no such file or directory (ENOENT)',
    });
    expect(await maglevd.record('backend-doubt')).to.include({ backend: 'a', code: 'TRUST' });
    for (let i = 0, from = 0; i < 4; i++) {
      expect(await maglevd.record('probe-done', from)).to.include({ verdict: 'doubt', code: 'TRUST' });
      from = maglevd.lines.length;
    }
    const changes = maglevd.records('backend-transition').filter(({ from, to }) => from !== to);
    expect(changes).to.deep.equal([]);

    writeFileSync(file(), authority.cert);
    stage.write(config(', ca-file: ca.pem'));
    await became('up', await reloaded(true));
  });

  it('takes the content of ca-file at a reload, and keeps what it has when the file is gone', async () => {
    writeFileSync(file(), authority.cert);
    stage.write(config(', ca-file: ca.pem'));
    maglevd = stage.daemon('--log-level', 'debug');
    await became('up', 0);

    rmSync(file());
    const refused = await reloaded(false);
    expect(await maglevd.record('config-check-failed', refused)).to.include({
      line: 4,
      path: 'maglev.healthchecks.web.params.ca-file',
      error: "'ca.pem' cannot be read: no such file or directory (ENOENT)",
    });
    expect(await maglevd.record('probe-done', maglevd.lines.length)).to.include({ code: 'L7OK' });

    writeFileSync(file(), new Authority('another').cert);
    const changed = await reloaded(true);
    expect(await became('down', changed)).to.include({
      reason: 'L6RSP certificate is signed by an authority that is not trusted: "the right one"',
    });
    writeFileSync(file(), authority.cert);
    await became('up', await reloaded(true));
  });
});
