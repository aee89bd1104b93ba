import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expect } from 'chai';
import { metricCatalogue } from '../../metrics/catalogue.js';
import { Stage } from '../support/daemon-stage.js';

import { readExposition, valueIn } from '../support/exposition-reader.js';
import type { Process } from '../support/process.js';
import { until } from '../support/until.js';
import { testWherePermitted } from '../support/where-permitted.js';

const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", stats-interval: 1s } }
  healthchecks: { gone: { type: tcp, port: 1, interval: 100ms, timeout: 1s } }
  backends: { a: { address: 127.0.0.1, healthcheck: gone }, b: { address: 10.0.0.2 } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { a: {}, b: {} } }] }
`;

const missing = (program: string) =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
    ? null
    : `${program} is not installed`;

describe('e2e: metrics', function () {
  this.timeout(60_000);
  let stage: Stage;
  let prometheus: ChildProcess | null = null;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config);
  });
  afterEach(async () => {
    prometheus?.kill('SIGKILL');
    prometheus = null;
    await stage.end();
  });

  const portOf = async (maglevd: Process) => {
    const { address } = await maglevd.record('metrics-listening');
    return Number(String(address).split(':').at(-1));
  };
  const metered = () => stage.daemon('--metrics-addr', '127.0.0.1:0');

  it('are there before VPP is, follow it, and are all in the catalogue', async () => {
    const maglevd = metered();
    const port = await portOf(maglevd);
    expect(await get(port, '/livez')).to.equal('200 ok\n');
    expect(await get(port, '/readyz')).to.match(/^503 \[-\] vpp: disconnected/);
    await stage.simulator();
    await maglevd.record('backend-transition');
    await maglevd.record('vpp-lbsync-done');
    await until(async () => (await get(port, '/readyz')) === '200 ok\n');
    await stage.ctl('show', 'frontends');
    const families = await scraped(port, (all) => all.has('maglev_vpp_vip_packets_total'));
    expect(valueIn(families, 'maglev_backend_state', { backend: 'a', state: 'down' })).to.equal(1);
    expect(valueIn(families, 'maglev_vpp_connected')).to.equal(1);
    expect(valueIn(families, 'maglev_vpp_api_total', { msg: 'lb_conf_get', direction: 'send' })).to.be.above(
      0,
    );
    expect(valueIn(families, 'maglev_grpc_calls_total', { method: 'ListFrontends', code: 'OK' })).to.equal(1);
    expect(valueIn(families, 'maglev_probe_total', { backend: 'a', code: 'L4CON' })).to.be.above(0);
    expect(Object.keys(metricCatalogue)).to.include.members([...families.keys()]);
    // What a fleet without restarts, overrides and changes of settings does not have.
    const left = Object.keys(metricCatalogue).filter((name) => !families.has(name));
    expect(left).to.have.members([
      'maglev_backend_override',
      'maglev_actor_restarts_total',
      ...left.filter((name) => /buckets|share_given|table_digest/.test(name)),
    ]);
  });

  testWherePermitted(missing('promtool'), 'promtool finds nothing to complain of', async () => {
    const maglevd = metered();
    await stage.simulator();
    await maglevd.record('vpp-lbsync-done');
    await maglevd.record('backend-transition');
    const text = (await get(await portOf(maglevd), '/metrics')).slice(4);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).to.equal('');
    expect(status).to.equal(0);
  });

  testWherePermitted(missing('prometheus'), 'a Prometheus scrapes them', async () => {
    const maglevd = metered();
    await stage.simulator();
    await maglevd.record('vpp-lbsync-done');
    const port = await portOf(maglevd);
    const file = path.join(stage.folder, 'prometheus.yml');
    writeFileSync(
      file,
      `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [ { job_name: maglevd, static_configs: [ { targets: [ '127.0.0.1:${port}' ] } ] } ]
`,
    );
    const own = await freePort();
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${path.join(stage.folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${own}`,
        '--enable-feature=exemplar-storage',
      ],
      { stdio: 'ignore' },
    );
    const answer = async (query: string): Promise<string> => {
      const text = await get(own, `/api/v1/query?query=${encodeURIComponent(query)}`).catch(() => '');
      return /"value":\[[^,]*,"([^"]*)"\]/.exec(text)?.[1] ?? '';
    };
    await until(async () => (await answer('maglev_vpp_connected')) === '1');
    expect(await answer('up{job="maglevd"}')).to.equal('1');
    expect(await answer('scrape_samples_post_metric_relabeling')).to.match(/^[1-9]\d\d/);
  });
});

async function get(port: number, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: url, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      })
      .on('error', reject);
  });
}

/** The first scrape that passes. */
async function scraped(port: number, passes: (all: ReturnType<typeof readExposition>) => boolean) {
  let all = new Map() as ReturnType<typeof readExposition>;
  await until(async () => {
    all = readExposition((await get(port, '/metrics')).slice(4));
    return passes(all);
  });
  return all;
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
