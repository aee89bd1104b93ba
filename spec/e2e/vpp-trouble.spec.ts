import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';
import { WebFarm } from '../support/web-farm.js';

const names = ['a', 'b', 'c'];
const addresses = ['127.0.0.31', '127.0.0.32', '127.0.0.33'];

const config = (port: number) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }
  healthchecks:
    web: { type: http, port: ${port}, interval: 200ms, fast-interval: 50ms, down-interval: 5s, timeout: 200ms, rise: 2, fall: 2 }
  backends:
${names.map((name, i) => `    ${name}: { address: ${addresses[i]}, healthcheck: web }`).join('\n')}
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: {}, b: {}, c: {} } }] }
`;
const serving = [`192.0.2.1/32 tcp 80 gre4: ${addresses.map((address) => `${address}=100`).join(' ')}`];

/** Probes in a row that find silence; two of them are the law. */
const SILENT_PROBES = 6;

describe('e2e: servers that answer only while VPP lives', function () {
  this.timeout(60_000);
  let stage: Stage;
  let farm: WebFarm;
  let maglevd: Process;
  let vpp: Process;

  /** Until each of them was probed so often in vain from line `from` of the log on. */
  const untilSilent = (from: number) =>
    maglevd.until(() => {
      const silent = maglevd.records('probe-done', from).filter(({ code }) => code === 'L7TOUT');
      return names.every((name) => silent.filter(({ backend }) => backend === name).length >= SILENT_PROBES);
    }, `${SILENT_PROBES} silent probes of each`);
  /** Until nobody is in doubt any more about those who were from line `from` on. */
  const untilSure = (from: number) =>
    maglevd.until(() => {
      const over = [
        ...maglevd.records('backend-doubt-over', from),
        ...maglevd.records('backend-doubts-over', from),
      ];
      return over.reduce((n, { more }) => n + (typeof more === 'number' ? more : 1), 0) >= names.length;
    }, 'end of all doubts');
  const transitions = (from = 0) =>
    maglevd
      .records('backend-transition', from)
      .filter((record) => record['from'] !== record['to'])
      .map(({ to }) => to);

  before(async () => {
    farm = await WebFarm.start(addresses);
    stage = new Stage();
    stage.write(config(farm.port));
    vpp = await stage.simulator();
    maglevd = stage.daemon('--log-level', 'debug');
    await maglevd.until(() => transitions().length === names.length, 'verdicts');
    for (let from = 0; (await stage.vips())[0] !== serving[0]; from = maglevd.lines.length) {
      await maglevd.record('vpp-lbsync-done', from);
    }
  });
  after(async () => {
    await stage.end();
    farm.end();
  });

  it('takes nobody out when VPP is killed, and has all weights there as soon as it is back', async () => {
    const from = maglevd.lines.length;
    farm.silence(...addresses);
    await vpp.end('SIGKILL');
    await untilSilent(from);
    const back = maglevd.lines.length;
    vpp = await stage.simulator();
    await maglevd.record('vpp-lbsync-done', back, ({ failures }) => failures === 0);
    expect(await stage.vips(), 'before any server has answered').to.deep.equal(serving);
    farm.speak();
    await untilSure(from);
    expect(transitions()).to.deep.equal(['up', 'up', 'up']);
    expect(maglevd.records('backend-doubt', from)[0]).to.include({ code: 'VPP', state: 'up' });
  });

  it('takes nobody out when VPP hangs for seconds, and writes nothing', async () => {
    const from = maglevd.lines.length;
    farm.silence(...addresses);
    vpp.signal('SIGSTOP');
    await untilSilent(from);
    vpp.signal('SIGCONT');
    farm.speak();
    await untilSure(from);
    expect(transitions()).to.deep.equal(['up', 'up', 'up']);
    expect(maglevd.records('vpp-lbsync-as-weight', from)).to.deep.equal([]);
    expect(await stage.vips()).to.deep.equal(serving);
  });

  it('takes a server out that falls silent while VPP lives', async () => {
    const from = maglevd.lines.length;
    farm.silence(addresses[1] ?? '');
    await maglevd.record(
      'vpp-lbsync-as-weight',
      from,
      ({ address, weight }) => address === addresses[1] && weight === 0,
    );
    expect(transitions(from)).to.deep.equal(['down']);
  });
});
