import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { curl, noCurl } from '../support/curl.js';
import { Stage } from '../support/daemon-stage.js';
import { eventually } from '../support/eventually.js';
import { readEvents } from '../support/http-caller.js';
import { testWherePermitted } from '../support/where-permitted.js';

const config = `
maglev:
  vpp:
    lb:
      ipv4-src-address: 192.0.2.1
      ipv6-src-address: 2001:db8::1
  backends:
    web1: { address: 10.0.0.1 }
    web2: { address: 10.0.0.2 }
  frontends:
    www:
      address: 203.0.113.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { web1: {}, web2: {} } }]
`;
const json = ['-H', 'content-type: application/json'];

describe('e2e: HTTP', function () {
  this.timeout(60_000);
  const stage = new Stage();
  const authority = new Authority('http');
  const at = (name: string) => path.join(stage.folder, name);
  after(() => stage.end());

  testWherePermitted(
    noCurl,
    'answers curl over loopback, a unix socket and TLS, follows a change to VPP, and ends within 2 s',
    async () => {
      stage.write(config);
      const server = authority.issue({ names: ['DNS:localhost'] });
      for (const [name, text] of [
        ['ca.pem', authority.cert],
        ['cert.pem', server.cert],
        ['key.pem', server.key],
      ] as const) {
        writeFileSync(at(name), text);
      }
      await stage.simulator();
      const tls = ['--tls-cert', at('cert.pem'), '--tls-key', at('key.pem'), '--tls-client-ca', at('ca.pem')];
      const socket = at('http.sock');
      const http = ['--http-addr', 'plain:127.0.0.1:0', '--http-addr', `localhost:0,unix:${socket}`];
      const maglevd = stage.daemon(...tls, ...http);
      const { address } = await maglevd.record('http-listening');
      const [plain = '', secure = ''] = String(address).split(',');
      const url = `http://${plain}`;
      await maglevd.record('vpp-lbsync-done', 0, ({ scope }) => scope === 'all');

      const version = await curl(...json, '-d', '{}', `${url}/maglev.Maglev/GetVersion`);
      expect(JSON.parse(version.text)).to.include({ pid: maglevd.pid });
      const events = readEvents(plain, '?backend&sync');
      await eventually(() => expect(events.heard.map(({ event }) => event)).to.include('backend'));
      const paused = await curl(
        ...json,
        ...['-d', '{"name":"web1"}', '--unix-socket', socket],
        'http://localhost/maglev.Maglev/PauseBackend',
      );
      expect(JSON.parse(paused.text)).to.have.nested.property('outcome.frontends[0].acknowledged', 1);
      expect(await stage.vips()).to.deep.equal(['203.0.113.1/32 tcp 80 gre4: 10.0.0.1=0 10.0.0.2=100']);
      await eventually(() => {
        const change = events.heard.find(({ id }) => id !== null)?.data['backend'];
        expect(change).to.include({ backend: 'web1', to: 'paused' });
      });
      const stranger = await curl(
        ...['-w', '%{http_code} %header{maglev-error-code}', '-o', '/dev/null', '--cacert', at('ca.pem')],
        ...[...json, '-d', '{}', `https://${secure}/maglev.Maglev/ReloadConfig`],
      );
      expect(stranger.text).to.match(/^401 /);
      const audit = maglevd.records('api-change').map(({ method, via, door }) => `${method} ${via} ${door}`);
      expect(audit).to.deep.equal(['/maglev.Maglev/PauseBackend http unix']);
      expect(maglevd.records('access-refused')[0]).to.include({ via: 'http', door: 'tls' });

      const streams = Array.from({ length: 20 }, () => readEvents(plain, '?log'));
      await Promise.all(streams.map(({ status }) => status));
      const began = performance.now();
      const end = await maglevd.end();
      expect(end.code).to.equal(0);
      expect(performance.now() - began).to.be.below(2000);
      await Promise.all(streams.map(({ ended }) => ended));
      for (const { heard } of streams) expect(heard.at(-1)?.event).to.equal('end');
    },
  );

  it('does not start where HTTP cannot listen, as with gRPC', async () => {
    stage.write(config);
    const first = stage.daemon('--vpp-api-addr=', '--http-addr', '127.0.0.1:0');
    const { address } = await first.record('http-listening');
    const second = stage.daemon(
      '--vpp-api-addr=',
      '--grpc-addr',
      `unix:${at('other.sock')}`,
      '--http-addr',
      String(address),
    );
    expect((await second.ended).code).to.equal(1);
    expect(second.errors.join('\n')).to.contain(`cannot listen on ${address}: another process listens there`);
    expect(second.errors.join('\n')).to.contain('[MGL_LISTEN]');
    await first.end();
  });
});
