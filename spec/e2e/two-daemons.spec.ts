import path from 'node:path';
import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import { run } from '../support/process.js';

const config = (address: string) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1s } }
  backends: { a: { address: 10.0.0.1 } }
  frontends:
    web: { address: ${address}, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: {} } }] }
`;

describe('e2e: two maglevds for one VPP', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config('192.0.2.1'));
  });
  afterEach(() => stage.end());

  it('one governs, the other one says so, waits, and takes over when the first one is killed', async () => {
    await stage.simulator();
    const first = stage.daemon();
    await first.record('vpp-lbsync-done');
    const spare = `unix:${path.join(stage.folder, 'spare.sock')}`;
    const second = stage.daemon('--grpc-addr', spare, '--state-dir', path.join(stage.folder, 'state2'));

    const refused = await second.record('vpp-connect-failed');
    expect(refused).to.include({ level: 'warn', code: 'MGL_VPP_GOVERNED' });
    expect(refused['error']).to.include(`process ${first.pid}, gRPC at ${stage.grpc}`);
    const shown = await run('maglevc', ['--server', spare, 'show', 'vpp', 'lbstate']);
    expect(shown.code).to.equal(5);
    expect(shown.stderr).to.match(/another maglevd .* governs the VPP.*\n.*takes over.*\[MGL_VPP_GOVERNED\]/);
    expect((await run('maglevc', ['--server', spare, 'show', 'frontends'])).code).to.equal(0);
    expect(second.records('vpp-connect')).to.deep.equal([]);

    await first.end('SIGKILL');
    await second.record('vpp-lbsync-done');
    const warned = second.records('vpp-connect-failed').filter(({ level }) => level === 'warn');
    expect(warned, 'told once').to.have.length(1);
  });
});
