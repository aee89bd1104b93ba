import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { Stage } from '../support/daemon-stage.js';
import { NotifyReceiver } from '../support/notify-receiver.js';
import { until } from '../support/until.js';

const WATCHDOG_MS = 1500;
const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends: { a: { address: 10.0.0.1 } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { a: {} } }] }
`;

describe('e2e: a service manager that watches', function () {
  this.timeout(60_000);
  let stage: Stage;
  let systemd: NotifyReceiver | null = null;
  let wedged: ChildProcess | null = null;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config);
  });
  afterEach(async () => {
    wedged?.kill('SIGKILL');
    await stage.end();
    systemd?.end();
    systemd = null;
  });

  it('starts maglevd anew when its tree is stuck, and VPP forwards on and is not written to', async () => {
    const address = path.join(stage.folder, 'notify');
    const manager = new NotifyReceiver(address);
    systemd = manager;
    const environment = { NOTIFY_SOCKET: address, WATCHDOG_USEC: `${WATCHDOG_MS * 1000}` };
    await stage.simulator();
    const main = path.join(import.meta.dirname, '../support/wedged-main.js');
    wedged = spawn(process.execPath, [main, stage.config, stage.socket], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: 'ignore',
    });
    await manager.message(/^READY=1$/);
    const served = ['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=100'];
    await until(async () => (await stage.vips()).join() === served.join());
    await manager.message(/^WATCHDOG=1\nSTATUS=VPP connected, 1 frontend, none down$/);
    await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 100 every 50ms');
    const writes = async () => (await stage.type('show maglev-vppsim writes')).split('\n')[0];
    const before = await writes();

    wedged.kill('SIGUSR2');
    // What systemd does: it ends who gives no sign of life for so long.
    let alive = realClock.monotonic();
    let heard = manager.messages.length;
    await until(() => {
      if (manager.messages.slice(heard).some((message) => message.startsWith('WATCHDOG=1'))) {
        alive = realClock.monotonic();
      }
      heard = manager.messages.length;
      return realClock.monotonic() - alive > WATCHDOG_MS;
    });
    await manager.message(/^STATUS=stuck: /);
    const packets = async () => /(\d+) packets/.exec(await stage.type('show maglev-vppsim traffic'))?.[1];
    const sent = await packets();
    await until(async () => (await packets()) !== sent);
    wedged.kill('SIGKILL');
    expect(await stage.vips()).to.deep.equal(served);

    const from = manager.messages.length;
    stage.environment = environment;
    const next = stage.daemon();
    await next.record('vpp-lbsync-done');
    await manager.message(/^WATCHDOG=1\nSTATUS=VPP connected, 1 frontend, none down$/, from);
    expect(await stage.vips()).to.deep.equal(served);
    expect(await writes()).to.equal(before);
  });
});
