import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { parseListenAddresses } from '../../rpc/address.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { DashboardServer } from '../support/dashboard-server.js';
import { rejection } from '../support/rejection.js';

const listenAt = (text: string) => {
  const read = parseListenAddresses(text);
  if (read._tag === 'Left') throw new Error(read.left);
  return read.right;
};

describe('web: TLS, certificates, unix sockets', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-web-tls-'));
  const file = (name: string, text: string) => {
    const full = path.join(folder, name);
    writeFileSync(full, text);
    return full;
  };
  const ours = new Authority('ours');
  const users = new Authority('users');
  const own = ours.issue({ names: ['DNS:dash.example', 'IP:127.0.0.1'] });
  const tls = {
    cert: file('cert.pem', own.cert),
    key: file('key.pem', own.key),
    clientCa: file('users.pem', users.cert),
  };
  let server: DashboardServer;
  before(async () => {
    const socket = path.join(folder, 'web.sock');
    server = await DashboardServer.start({
      tls,
      certificateRole: 'operator',
      listen: listenAt(`127.0.0.1:0,unix:${socket}`),
    });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const ask = (where: string, certificate: Certificate | null, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
      const shown = certificate === null ? {} : { cert: certificate.cert, key: certificate.key };
      const options = { ...shown, ca: ours.cert, agent: false, headers };
      const request = https.get(`${server.base.replace('http:', 'https:')}${where}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      request.on('error', reject);
    });

  it('knows a user by the certificate that his authority has signed, and gives him the role for that', async () => {
    const anna = users.issue({ names: [], commonName: 'anna' });
    expect((await ask('/admin/api/who', anna)).body).to.deep.equal({ user: 'CN=anna', role: 'operator' });
    const other = new Authority('somebody else').issue({ names: [], commonName: 'anna' });
    for (const certificate of [null, other]) {
      const { status, body } = await ask('/admin/api/who', certificate);
      expect([status, body['code']]).to.deep.equal([401, 'MGL_UNAUTHENTICATED']);
    }
    expect((await ask('/view/api/maglevds', null)).status).to.equal(200);
  });

  it('answers to any name behind TLS, where the browser has looked at the certificate', async () => {
    expect((await ask('/view/api/maglevds', null, { host: 'dash.example' })).status).to.equal(200);
    const strange = { host: 'dash.example', origin: 'https://evil.example' };
    expect((await ask('/view/api/maglevds', null, strange)).status).to.equal(403);
  });

  it('serves a proxy through a unix socket', async () => {
    const socketPath = path.join(folder, 'web.sock');
    const status = await new Promise((resolve, reject) => {
      const options = {
        socketPath,
        path: '/view/api/maglevds',
        headers: { host: 'dash.example' },
        agent: false,
      };
      http.get(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(status).to.equal(200);
  });

  it('listens on no address that others can reach without TLS, unless it is told to', async () => {
    const listen = listenAt('0.0.0.0:0');
    const error = await rejection(DashboardServer.start({ listen }));
    expect(error).to.have.property('code', 'MGL_LISTEN');
    expect((error as Error).message).to.contain(
      'the dashboard is served on loopback addresses and unix sockets only',
    );
    const open = await DashboardServer.start({ listen, insecure: true, hostNames: ['dash.example'] });
    const named = async (host: string) =>
      (await open.ask('/view/api/maglevds', { headers: { host } })).status;
    expect([await named('dash.example'), await named('evil.example')]).to.deep.equal([200, 403]);
    await open.stop();
  });
});
