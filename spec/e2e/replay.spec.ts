import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';
import { WebFarm } from '../support/web-farm.js';

const [a, b] = ['127.0.0.27', '127.0.0.28'];

const config = (port: number) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }
  healthchecks:
    web: { type: http, port: ${port}, interval: 100ms, timeout: 5s, rise: 2, fall: 2 }
  backends:
    a: { address: ${a}, healthcheck: web }
    b: { address: ${b}, healthcheck: web }
  frontends:
    shop:
      address: 192.0.2.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { a: {} } }, { name: spare, backends: { b: {} } }]
`;

describe('e2e: a recording of a real maglevd, played again', function () {
  this.timeout(60_000);
  let stage: Stage;
  let farm: WebFarm;
  let maglevd: Process;
  before(async () => {
    stage = new Stage();
    farm = await WebFarm.start([a, b]);
    await stage.simulator();
    stage.write(config(farm.port));
    maglevd = stage.daemon('--log-level', 'debug');
    await maglevd.record('vpp-lbsync-done');
  });
  after(async () => {
    await stage.end();
    farm.end();
  });

  const become = (backend: string, state: string, from: number) =>
    maglevd.record(
      'backend-transition',
      from,
      (record) => record['backend'] === backend && record['to'] === state,
    );
  const failures = (backend: string, count: number) => {
    const failed = () =>
      maglevd
        .records('probe-done')
        .filter((record) => record['backend'] === backend && record['verdict'] === 'fail').length;
    return maglevd.until(() => failed() >= count, `${count} failures of ${backend}`);
  };
  const replay = async (...args: string[]) => {
    const program = path.resolve(import.meta.dirname, '../../lab/replay/main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
    return stdout;
  };

  it('comes to the same again, and with another fall there would have been no outage', async () => {
    for (const backend of ['a', 'b']) await become(backend, 'up', 0);
    farm.down(a);
    await become('a', 'down', 0);
    // Probes are played in another rhythm: what lasts for only two of them may be seen by one.
    await failures('a', 8);
    const from = maglevd.lines.length;
    await farm.up(a);
    await become('a', 'up', from);
    const file = path.join(stage.folder, 'flight.jsonl');
    expect((await stage.ctl('record', file)).code).to.equal(0);
    const other = path.join(stage.folder, 'patient.yaml');
    writeFileSync(other, readFileSync(stage.config, 'utf8').replace('fall: 2', 'fall: 50'));

    const report = await replay(file, '--config', other);

    expect(report, report).to.contain('2 of 2 recorded transitions are played again');
    expect(report).to.match(/backend a not up +[\d.]+m?s \(1x\) +never\n/);
    expect(report).to.match(/changes sent to VPP +[1-9]\d* +0\n/);
  });
});
