import { expect } from 'chai';
import { runCli } from '../support/cli-run.js';
import { liveVpp, Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';
import { WebFarm } from '../support/web-farm.js';

const a = '127.0.0.21';
const b = '127.0.0.22';
const c = '127.0.0.23';
const names: Readonly<Record<string, string>> = { [a]: 'a', [b]: 'b', [c]: 'c' };

const config = (port: number, comment = '') => `maglev:
  ${comment}
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }
  healthchecks:
    web: { type: http, port: ${port}, interval: 200ms, fast-interval: 50ms, down-interval: 100ms, timeout: 5s, rise: 2, fall: 2 }
  backends:
    a: { address: ${a}, healthcheck: web }
    b: { address: ${b}, healthcheck: web }
    c: { address: ${c}, healthcheck: web }
  frontends:
    shop:
      address: 192.0.2.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { a: {}, b: { weight: 50 } } }, { name: spare, backends: { c: {} } }]
`;

const vip = (...weights: [number, number, number]) =>
  `192.0.2.1/32 tcp 80 gre4: ${a}=${weights[0]} ${b}=${weights[1]} ${c}=${weights[2]}`;

describe(`e2e: health checks decide, on ${liveVpp === '' ? 'the simulator' : `VPP at ${liveVpp}`}`, function () {
  this.timeout(60_000);
  let stage: Stage;
  let farm: WebFarm;
  let maglevd: Process;
  let vpp: Process | null = null;

  const start = async () => {
    maglevd = stage.daemon('--log-level', 'debug');
    await maglevd.record('vpp-lbsync-done');
  };
  /** Waits until each of these backends came to that state, from line `from` of the log on. */
  const become = async (state: string, from: number, ...addresses: readonly string[]) => {
    for (const address of addresses) {
      await maglevd.record(
        'backend-transition',
        from,
        ({ backend, to }) => backend === names[address] && to === state,
      );
    }
  };
  /** Waits for VPP to have exactly this; looks when maglevd says that it changed something. */
  const untilVppHas = async (wanted: string) => {
    for (let from = 0; (await stage.vips())[0] !== wanted; ) {
      await maglevd.record('vpp-lbsync-done', from);
      from = maglevd.lines.length;
    }
    expect(await stage.vips()).to.deep.equal([wanted]);
  };
  /** maglevc, in this process: its own start is not what is looked at here. */
  const maglevc = (...words: string[]) => runCli(['--server', stage.grpc, ...words]);
  const ctl = async (...words: string[]) => {
    const { code, stdout, stderr } = await maglevc(...words);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const weightChanges = (from: number) =>
    maglevd
      .records('vpp-lbsync-as-weight', from)
      .map(({ address, from: old, weight, flush }) => ({ address, old, weight, flush }));
  /** The changes of VPP's load balancer that this maglevd asked for from line `from` of its log on. */
  const writes = (from = 0) =>
    maglevd
      .records('vpp-api-send', from)
      .map(({ message }) => String(message))
      .filter((message) => /^lb_(?!.*(_get|_dump)$)/.test(message));
  const simulatorWrites = async () => (await stage.type('show maglev-vppsim writes')).split('\n')[0];
  /** Kills maglevd, starts it again, and waits until it knows of all backends and has compared VPP with that. */
  const killAndRestart = async (states: Readonly<Record<string, string>>) => {
    if (vpp !== null) await stage.type('clear maglev-vppsim writes');
    await maglevd.end('SIGKILL');
    await start();
    for (const [address, state] of Object.entries(states)) await become(state, 0, address);
    await ctl('sync', 'vpp', 'lbstate');
  };
  const expectNoWrite = async () => {
    expect(maglevd.records('vpp-api-send').length, 'it did read').to.be.above(0);
    expect(writes()).to.deep.equal([]);
    if (vpp !== null) expect(await simulatorWrites()).to.equal('lb-writes: 0');
  };

  before(async () => {
    stage = new Stage(liveVpp);
    farm = await WebFarm.start([a, b, c]);
    if (liveVpp === '') vpp = await stage.simulator();
    stage.write(config(farm.port));
    await start();
    await become('up', 0, a, b, c);
    await untilVppHas(vip(100, 50, 0));
  });
  after(async () => {
    await stage.end();
    farm.end();
  });

  it('takes a server out that died, with its flows, and puts it back when it is well', async () => {
    const died = maglevd.lines.length;
    farm.down(a);
    await become('down', died, a);
    await untilVppHas(vip(0, 50, 0));
    expect(weightChanges(died)).to.deep.equal([{ address: a, old: 100, weight: 0, flush: true }]);
    expect(await ctl('show', 'backend', 'a')).to.match(/last-result +fail: L4CON connection refused/);
    const cured = maglevd.lines.length;
    await farm.up(a);
    await become('up', cured, a);
    await untilVppHas(vip(100, 50, 0));
    expect(weightChanges(cured)).to.deep.equal([{ address: a, old: 0, weight: 100, flush: false }]);
    expect(writes(died)).to.deep.equal(['lb_as_set_weight', 'lb_as_set_weight']);
  });

  it('fails over to the second pool when nobody is left in the first, and back', async () => {
    const died = maglevd.lines.length;
    farm.down(a, b);
    await become('down', died, a, b);
    await untilVppHas(vip(0, 0, 100));
    expect(await ctl('show', 'frontend', 'shop')).to.match(/pool spare \(active\)/);
    const cured = maglevd.lines.length;
    await farm.up(b);
    await become('up', cured, b);
    await untilVppHas(vip(0, 50, 0));
    await farm.up(a);
    await become('up', cured, a);
    await untilVppHas(vip(100, 50, 0));
    // Whoever loses its flows is down; the spare server keeps those that it got.
    expect(weightChanges(died).filter(({ address, flush }) => address === c && flush)).to.deep.equal([]);
  });

  it('writes nothing after a SIGKILL under a healthy fleet', async () => {
    await killAndRestart({ [a]: 'up', [b]: 'up', [c]: 'up' });
    await expectNoWrite();
    expect(await stage.vips()).to.deep.equal([vip(100, 50, 0)]);
  });

  it('writes nothing either when a server was down before and is still', async () => {
    const died = maglevd.lines.length;
    farm.down(b);
    await become('down', died, b);
    await untilVppHas(vip(100, 0, 0));
    await killAndRestart({ [a]: 'up', [b]: 'down', [c]: 'up' });
    await expectNoWrite();
    expect(await stage.vips()).to.deep.equal([vip(100, 0, 0)]);
  });

  if (liveVpp === '') {
    it('fills a VPP that restarted empty with the weights it knows, at once', async () => {
      const from = maglevd.lines.length;
      await vpp?.end('SIGKILL');
      vpp = await stage.simulator();
      const done = await maglevd.record('vpp-lbsync-done', from);
      expect(done).to.include({ scope: 'all', vipAdded: 1, asAdded: 3, failures: 0 });
      expect(await stage.vips()).to.deep.equal([vip(100, 0, 0)]);
      expect(weightChanges(from), 'installed with their weights').to.deep.equal([]);
      expect(maglevd.records('backend-transition', from), 'nobody is asked anew').to.deep.equal([]);
    });
  }

  it('does what operators say at once, and keeps to it over a reload and a SIGKILL', async () => {
    const cured = maglevd.lines.length;
    await farm.up(b);
    await become('up', cured, b);
    await untilVppHas(vip(100, 50, 0));

    const from = maglevd.lines.length;
    expect(await ctl('set', 'backend', 'a', 'pause')).to.match(
      /^backend a: paused; 1 frontend, 1 weight set, acknowledged by VPP in /,
    );
    await untilVppHas(vip(0, 50, 0));
    expect(weightChanges(from)).to.deep.equal([{ address: a, old: 100, weight: 0, flush: false }]);
    const weighed = await ctl('set', 'frontend', 'shop', 'pool', 'main', 'backend', 'b', 'weight', '7');
    expect(weighed).to.match(/1 weight set, acknowledged by VPP in /);
    await untilVppHas(vip(0, 7, 0));
    expect(await ctl('set', 'backend', 'c', 'disable')).to.match(/^backend c: disabled/);
    expect((await maglevc('set', 'backend', 'c', 'pause')).stderr).to.match(/MGL_BACKEND_DISABLED/);

    const reloaded = maglevd.lines.length;
    stage.write(config(farm.port, '# the same, written anew'));
    maglevd.signal('SIGHUP');
    await maglevd.record('config-reload-done', reloaded, ({ ok }) => ok === true);
    await ctl('sync', 'vpp', 'lbstate');
    expect(writes(reloaded)).to.deep.equal([]);

    await killAndRestart({ [b]: 'up' });
    await expectNoWrite();
    expect(await stage.vips()).to.deep.equal([vip(0, 7, 0)]);
    const shown = await ctl('show', 'backends');
    expect(shown)
      .to.match(/^a .*paused/m)
      .and.match(/^c .*disabled/m);

    await ctl('set', 'backend', 'a', 'resume');
    await untilVppHas(vip(100, 7, 0));
    await ctl('set', 'backend', 'c', 'enable');
    await ctl('set', 'frontend', 'shop', 'pool', 'main', 'backend', 'b', 'weight', '50');
    await untilVppHas(vip(100, 50, 0));
  });
});
