import { utimesSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { Stage } from '../support/daemon-stage.js';
import { NotifyReceiver } from '../support/notify-receiver.js';

const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends: { a: { address: 10.0.0.1 } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { a: {} } }] }
`;

describe('e2e: a service manager is told', function () {
  this.timeout(60_000);
  let stage: Stage;
  let systemd: NotifyReceiver | null = null;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config);
  });
  afterEach(async () => {
    await stage.end();
    systemd?.end();
    systemd = null;
  });

  it('when maglevd is ready, reloads, lives, and ends; and how it is', async () => {
    const address = path.join(stage.folder, 'notify');
    systemd = new NotifyReceiver(address);
    stage.environment = { NOTIFY_SOCKET: address, WATCHDOG_USEC: '300000' };
    const maglevd = stage.daemon();
    await systemd.message(/^READY=1$/);
    expect(systemd.messages[0]).to.equal('READY=1');
    // Ready is who can be asked, whether VPP is there or not.
    expect(maglevd.records('grpc-listening')).to.have.length(1);
    await systemd.message(/^WATCHDOG=1\nSTATUS=VPP not connected, 1 frontend, none down$/);
    await stage.simulator();
    await systemd.message(/^WATCHDOG=1\nSTATUS=VPP connected, 1 frontend, none down$/);

    const from = systemd.messages.length;
    const before = realClock.monotonic();
    maglevd.signal('SIGHUP');
    const reloading = await systemd.message(/^RELOADING=1\n/, from);
    const [, moment = ''] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(reloading) ?? [];
    expect(Number(moment) / 1000).to.be.within(before, realClock.monotonic());
    await systemd.message(/^READY=1$/, from);
    const news = systemd.messages.slice(from).filter((message) => !message.startsWith('WATCHDOG'));
    expect(news).to.deep.equal([reloading, 'READY=1']);
    await maglevd.end();
    expect(systemd.messages.at(-1)).to.equal('STOPPING=1\nSTATUS=ends after SIGTERM');
  });

  it('in the abstract namespace as well, and that it waits for its config', async () => {
    const address = `@maglev-spec-${process.pid}`;
    systemd = new NotifyReceiver(address);
    stage.environment = { NOTIFY_SOCKET: address };
    // A start waits for more of a file that was written just now, and says so.
    const now = Date.now() / 1000;
    utimesSync(stage.config, now, now);
    const maglevd = stage.daemon('--vpp-api-addr=');
    await systemd.message(/^STATUS=waits until nobody writes to .*maglev\.yaml any more$/);
    expect((await maglevd.record('config-awaited'))['file']).to.equal(stage.config);
    await systemd.message(/^READY=1$/);
    await systemd.message(/^WATCHDOG=1\nSTATUS=VPP disabled, 1 frontend, none down$/);
  });

  it('nothing when it is not there, and maglevd runs on and says so once', async () => {
    stage.environment = { NOTIFY_SOCKET: path.join(stage.folder, 'nobody'), WATCHDOG_USEC: '100000' };
    await stage.simulator();
    const maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    expect(maglevd.records('service-not-told')).to.have.length(1);
  });
});
