import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type Family, family } from '../../metrics/family.js';
import {
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
} from '../../metrics/http/server.js';
import { healthReport } from '../../metrics/readiness.js';
import { readExposition } from '../support/exposition-reader.js';
import { type RecordingLog, recordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `backend-${i}`);
const enabled = (count: number): Family[] => [
  family('maglev_backend_enabled', names(count), (name, put) => put([name], 1)),
];
const well = healthReport([{ name: 'tree', ok: true, says: 'all is well' }]);
const ill = healthReport([
  { name: 'config', ok: true, says: 'valid' },
  { name: 'vpp', ok: false, says: 'not there' },
]);

describe('metrics/http', () => {
  let log: RecordingLog;
  const servers: MetricsServer[] = [];

  const start = async (
    options: Partial<MetricsServerOptions> = {},
  ): Promise<{ port: number; server: MetricsServer }> => {
    log = recordingLog();
    const server = startMetricsServer({
      addresses: [{ host: '127.0.0.1', port: 0 }],
      gather: async () => enabled(3),
      live: async () => well,
      ready: async () => ill,
      clock: realClock,
      log,
      ...options,
    });
    servers.push(server);
    await until(() => log.of('metrics-listening').length > 0);
    return { port: portOf(log), server };
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.stop();
  });

  it('serves text, OpenMetrics and gzip, as it is asked for', async () => {
    const { port } = await start();
    const plain = await get(port, '/metrics');
    expect(plain.headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    readExposition(plain.body.toString());
    const packed = await get(port, '/metrics', {
      accept: 'application/openmetrics-text;version=1.0.0',
      'accept-encoding': 'gzip',
    });
    expect(packed.headers['content-type']).to.match(/^application\/openmetrics-text; version=1.0.0/);
    expect(packed.headers['content-encoding']).to.equal('gzip');
    readExposition(gunzipSync(packed.body).toString(), true);
    expect((await get(port, '/metrics', {}, 'HEAD')).body).to.have.length(0);
  });

  it('answers what it has, and says what that is', async () => {
    const { port } = await start();
    const told = async (path: string, method = 'GET') => {
      const { status, body } = await get(port, path, {}, method);
      return `${status} ${body}`;
    };
    expect(await told('/livez')).to.equal('200 ok\n');
    expect(await told('/livez?verbose')).to.equal('200 [+] tree: all is well\nok\n');
    expect(await told('/readyz')).to.equal('503 [-] vpp: not there\n');
    expect(await told('/readyz?verbose=1')).to.equal('503 [+] config: valid\n[-] vpp: not there\nnot ok\n');
    expect(await told('/')).to.match(/^200 /);
    expect(await told('/metrics/')).to.match(/^404 /);
    expect(await told('/metrics', 'POST')).to.match(/^405 /);
  });

  it('waits with a warning for an address that another process has', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    const clock = new VirtualClock();
    log = recordingLog();
    const addresses = [{ host: '127.0.0.1', port }];
    const server = startMetricsServer({
      addresses,
      gather: async () => [],
      live: async () => well,
      ready: async () => well,
      clock,
      log,
    });
    servers.push(server);
    await until(() => log.of('metrics-listen-failed').length > 0);
    expect(log.of('metrics-listen-failed')[0]?.fields).to.deep.equal({
      address: `127.0.0.1:${port}`,
      error: 'another process listens there',
      retryMs: 10_000,
    });
    await clock.advance(10_000);
    await until(() => log.of('metrics-listen-failed').length > 1);
    expect(log.of('metrics-listen-failed').map(({ level }) => level)).to.deep.equal(['warn', 'debug']);
    other.close();
    await once(other, 'close');
    await clock.advance(10_000);
    await until(() => log.of('metrics-listening').length > 0);
    expect((await get(port, '/livez')).status).to.equal(200);
  });

  it('stops writing for a scraper that vanished', async () => {
    let rows = 0;
    const many = names(1_000_000);
    const { port, server } = await start({
      gather: async () => [
        family('maglev_backend_enabled', many, (name, put) => {
          rows++;
          put([name], 1);
        }),
      ],
    });
    const request = http.get({ host: '127.0.0.1', port, path: '/metrics', agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.destroy();
    await until(() => ended(server).length > 0);
    expect(ended(server)).to.deep.equal([{ labels: ['vanished'], count: 1 }]);
    expect(rows).to.be.below(many.length);
  });

  it('cuts a scraper that does not read in the time that it has itself', async () => {
    const clock = new VirtualClock();
    let rows = 0;
    const many = names(1_000_000);
    const { port, server } = await start({
      clock,
      gather: async () => [
        family('maglev_backend_enabled', many, (name, put) => {
          rows++;
          put([name], 1);
        }),
      ],
    });
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.pause();
    socket.on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n');
    // As much as the kernel takes, and no more.
    await until(() => rows > 0);
    let before = -1;
    await until(() => {
      const rests = rows === before;
      before = rows;
      return rests;
    });
    expect(rows).to.be.below(many.length);
    await clock.advance(9_999);
    expect(ended(server)).to.deep.equal([]);
    await clock.advance(1);
    await until(() => ended(server).length > 0);
    expect(ended(server)).to.deep.equal([{ labels: ['slow'], count: 1 }]);
    socket.destroy();
  });

  it('cuts what it cannot finish, packed or not: nobody takes a half for the whole', async () => {
    for (const encoding of ['identity', 'gzip']) {
      const { port, server } = await start({
        gather: async () => [
          ...enabled(2000),
          family('maglev_build_info', [0], () => {
            throw new Error('a bug');
          }),
        ],
      });
      const cut = await get(port, '/metrics', { 'accept-encoding': encoding }).then(
        () => 'whole',
        (error: Error) => error.message,
      );
      expect(cut, encoding).to.equal('aborted');
      expect(ended(server)).to.deep.equal([{ labels: ['failed'], count: 1 }]);
    }
  });

  it('serves eight at once, and refuses more', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { port, server } = await start({
      gather: async () => {
        await held;
        return enabled(1);
      },
    });
    const answers = Array.from({ length: 9 }, () => get(port, '/metrics'));
    // Whoever comes last does not wait for the others.
    await until(() => ended(server).length > 0);
    release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([...Array.from({ length: 8 }, () => 200), 503]);
  });

  it('forgets scrapes over a connection that is gone, whose turn it was or not', async () => {
    const { port } = await start({ gather: async () => enabled(20_000) });
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(8));
    await once(socket, 'data');
    socket.destroy();
    let status = 0;
    await until(() => {
      if (status !== 200) void get(port, '/metrics').then((answer) => (status = answer.status));
      return status === 200;
    });
  });

  it('goes on with what nobody can gather: 503, and why', async () => {
    const { port } = await start({ gather: () => Promise.reject(new Error('the tree has ended')) });
    const { status, body } = await get(port, '/metrics');
    expect(`${status} ${body}`).to.equal('503 the tree has ended\n');
  });
});

/** How scrapes ended, as far as any did. */
function ended(server: MetricsServer) {
  return server.scrapes().filter(({ count }) => count > 0);
}

function portOf(log: RecordingLog): number {
  return Number(String(log.of('metrics-listening')[0]?.fields['address']).split(':').at(-1));
}

async function get(
  port: number,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
  const request = http.request({ host: '127.0.0.1', port, path, headers, method, agent: false }).end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}
