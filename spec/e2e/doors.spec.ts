import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { Stage } from '../support/daemon-stage.js';
import { programFile, run } from '../support/process.js';

const config = `
maglev:
  access:
    tokens: tokens
    certificates:
      CN = eve: viewer
  vpp:
    lb:
      ipv4-src-address: 192.0.2.1
      ipv6-src-address: 2001:db8::1
  backends:
    web1: { address: 10.0.0.1 }
  frontends:
    web:
      address: 203.0.113.1
      pools: [{ name: a, backends: { web1: {} } }]
`;

describe('e2e: doors', () => {
  const stage = new Stage();
  const authority = new Authority('doors');
  const at = (name: string) => path.join(stage.folder, name);
  const write = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  after(() => stage.end());

  it('lets each in as far as its token or certificate goes, through TLS and a new certificate, and writes it down', async () => {
    const token = write('token', 'abcdefghijklmnopqrstuvwxyz');
    const hash = execFileSync(process.execPath, [programFile('maglevd'), '--hash-token'], {
      input: 'abcdefghijklmnopqrstuvwxyz\n',
      encoding: 'utf8',
    });
    write('tokens', `ci operator ${hash}`);
    stage.write(config);
    const server = authority.issue({ names: ['DNS:localhost'] });
    const ca = write('ca.pem', authority.cert);
    const [cert, key] = [write('cert.pem', server.cert), write('key.pem', server.key)];
    const tls = ['--tls-cert', cert, '--tls-key', key, '--tls-client-ca', ca];
    const addresses = `localhost:0,${stage.grpc}`;
    const maglevd = stage.daemon('--vpp-api-addr=', '--grpc-addr', addresses, ...tls);
    const { address } = await maglevd.record('grpc-listening');
    const port = /^localhost:(\d+)/.exec(String(address))?.[1] ?? '';
    const ctl = (...words: string[]) =>
      run('maglevc', ['--server', `localhost:${port}`, '--tls-ca', ca, ...words]);

    const stranger = await ctl('show', 'backends');
    expect(stranger.code).to.equal(4);
    expect(stranger.stderr).to.match(/--token-file.*\[MGL_UNAUTHENTICATED\]/s);
    expect((await ctl('--token-file', token, 'set', 'backend', 'web1', 'pause')).code).to.equal(0);
    expect((await ctl('--token-file', token, 'config', 'reload')).stderr).to.match(/\[MGL_DENIED\]/);

    const next = authority.issue({ names: ['DNS:localhost'] });
    write('cert.pem', next.cert);
    write('key.pem', next.key);
    const loaded = maglevd.lines.length;
    maglevd.signal('SIGHUP');
    await maglevd.record('tls-loaded', loaded);
    const eve = authority.issue({ names: [], commonName: 'eve' });
    const who = ['--tls-cert', write('eve.pem', eve.cert), '--tls-key', write('eve.key', eve.key)];
    expect((await ctl(...who, 'show', 'backends')).code).to.equal(0);
    expect((await ctl(...who, 'set', 'backend', 'web1', 'resume')).code).to.equal(4);
    // Whoever runs the specs is who runs maglevd.
    expect((await stage.ctl('config', 'reload')).code).to.equal(0);

    const changes = maglevd
      .records('api-change')
      .map(({ who, method, status }) => `${who} ${method} ${status}`);
    const own = `uid:${process.geteuid?.()}`;
    expect(changes).to.deep.equal([
      'token:ci /maglev.Maglev/PauseBackend OK',
      `${own} /maglev.Maglev/ReloadConfig OK`,
    ]);
    expect(maglevd.records('operator-action')[0]).to.include({ peer: 'token:ci', outcome: 'done' });
    const refused = maglevd.records('access-refused').map(({ role, kind }) => `${role} ${kind}`);
    expect(refused).to.deep.equal(['null unknown', 'operator denied', 'viewer denied']);
    expect((await maglevd.end()).code).to.equal(0);
  }).timeout(60_000);
});
