import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { hashOfToken } from '../../domain/token-list.js';
import type { MaglevClient } from '../../rpc/client.js';
import type { WatchRequest } from '../../rpc/generated/maglev.js';
import { Authority } from '../support/certificates.js';
import { curl, noCurl } from '../support/curl.js';
import { Stage } from '../support/daemon-stage.js';
import { eventually } from '../support/eventually.js';
import { readEvents } from '../support/http-caller.js';
import { rejection } from '../support/rejection.js';
import { clientOf } from '../support/rpc-fixture.js';
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

/** A stream of gRPC: told that it has begun, and how it ended. */
function watching(client: MaglevClient) {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const request = { names: [], events: [], epoch: '', config: true } as unknown as WatchRequest;
  return { begun, error: rejection(client.watchEvents(request, new AbortController().signal, begin)) };
}

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
      const clients = Array.from({ length: 20 }, () => clientOf(stage.grpc));
      const watched = clients.map((client) => watching(client));
      await Promise.all(watched.map(({ begun }) => begun));
      const began = performance.now();
      const end = await maglevd.end();
      expect(end.code).to.equal(0);
      expect(performance.now() - began).to.be.below(2000);
      await Promise.all(streams.map(({ ended }) => ended));
      for (const { heard } of streams) expect(heard.at(-1)?.event).to.equal('end');
      for (const { error } of watched) expect(await error).to.include({ status: 'UNAVAILABLE' });
      for (const client of clients) client.close();
    },
  );

  it('cuts streams whose role a reload takes away, over gRPC and HTTP, and no other', async () => {
    const hash = hashOfToken('t'.repeat(32));
    writeFileSync(at('tokens'), `ci viewer sha256:${hash}\n`);
    const withAccess = (anonymous: string) =>
      stage.write(
        config.replace('maglev:', `maglev:\n  access: { anonymous: ${anonymous}, tokens: tokens }`),
      );
    withAccess('viewer');
    const addresses = ['--grpc-addr', `127.0.0.1:0,${stage.grpc}`, '--http-addr', '127.0.0.1:0'];
    const maglevd = stage.daemon('--vpp-api-addr=', ...addresses);
    const { address } = await maglevd.record('http-listening');
    const grpc = String((await maglevd.record('grpc-listening'))['address']).split(',')[0] ?? '';
    const reader = readEvents(String(address), '?config');
    const ci = readEvents(String(address), '?config', { token: 't'.repeat(32) });
    const client = clientOf(grpc);
    const watch = watching(client);
    await watch.begun;
    await eventually(() => {
      for (const { length } of [reader.heard, ci.heard]) expect(length).to.be.above(0);
    });

    withAccess('nobody');
    expect((await stage.ctl('config', 'reload')).code).to.equal(0);
    expect(await watch.error).to.include({ status: 'UNAUTHENTICATED', code: 'MGL_UNAUTHENTICATED' });
    await reader.ended;
    expect(reader.heard.at(-1)).to.deep.include({ event: 'end' });
    expect(reader.heard.at(-1)?.data).to.include({ code: 'unauthenticated' });
    await eventually(() => expect(ci.heard.at(-1)?.event).to.equal('config'));
    client.close();
    expect((await maglevd.end()).code).to.equal(0);
    await ci.ended;
    expect(ci.heard.at(-1)?.data).to.include({ code: 'unavailable' });
  });

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
