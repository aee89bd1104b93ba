import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';
import { wholeOfIt } from '../support/slow-part.js';

const names = ['one', 'two', 'three'];
const servers = [1, 2, 3, 4];
const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends:
${servers.map((n) => `    s${n}: { address: 10.0.0.${n} }`).join('\n')}
  frontends:
${names
  .map((name, i) => {
    const pool = `{ name: p, backends: { ${servers.map((n) => `s${n}: {}`).join(', ')} } }`;
    return `    ${name}: { address: 192.0.2.${i + 1}, protocol: tcp, port: 80, pools: [${pool}] }`;
  })
  .join('\n')}
`;
const converged = names.map(
  (_, i) => `192.0.2.${i + 1}/32 tcp 80 gre4: ${servers.map((n) => `10.0.0.${n}=100`).join(' ')}`,
);

describe('e2e: VPP dies', function () {
  this.timeout(120_000);
  let stage: Stage;
  let maglevd: Process;

  before(async () => {
    stage = new Stage();
    stage.write(config);
    maglevd = stage.daemon();
    await maglevd.record('grpc-listening');
  });
  after(() => stage.end());

  it('answers UNAVAILABLE at once while VPP was never there', async () => {
    const answer = await stage.ctl('--timeout', '20s', 'show', 'vpp', 'lbstate');
    expect(answer.code).to.equal(5);
    expect(answer.stderr).to.match(/MGL_VPP_(DISCONNECTED|CONNECT)/);
  });

  it('converges after a SIGKILL of VPP at every message of a cold sync, without being restarted', async () => {
    let deaths = 0;
    // Every fourth one finds what dies with any message; all of them take their time.
    for (let message = 1; ; message += wholeOfIt ? 1 : 4) {
      const mortal = await stage.simulator('--fault', `die@#${message}`);
      const synced = maglevd.record(
        'vpp-lbsync-done',
        maglevd.lines.length,
        ({ failures }) => failures === 0,
      );
      const survived = await Promise.race([mortal.ended.then(() => false), synced.then(() => true)]);
      if (survived) {
        // The fault lies behind the last message of the sync: every possible index has been tried.
        await mortal.end('SIGKILL');
        break;
      }
      synced.catch(() => {});
      deaths++;
      expect((await mortal.ended).signal, `message ${message}`).to.equal('SIGKILL');
      const from = maglevd.lines.length;
      if (message % 16 === 1) {
        const answer = await stage.ctl('--timeout', '20s', 'sync', 'vpp', 'lbstate');
        expect(answer.code, `message ${message}: ${answer.stdout}${answer.stderr}`).to.equal(5);
      }
      const healthy = await stage.simulator();
      await maglevd.record('vpp-lbsync-done', from, ({ failures }) => failures === 0);
      expect(await stage.vips(), `after a death at message ${message}`).to.deep.equal(converged);
      const gone = maglevd.lines.length;
      await healthy.end('SIGKILL');
      await maglevd.record('vpp-disconnect', gone);
    }
    // A handshake, a version, pings, reads, and an add for each VIP and each of its servers.
    expect(deaths).to.be.at.least(wholeOfIt ? 21 : 6);
    expect(maglevd.records('starting').length).to.equal(1);
    expect(maglevd.records('actor-crash')).to.deep.equal([]);
  });

  it('is told which change VPP died under twice, and when it is given that again', async () => {
    const from = maglevd.lines.length;
    for (let death = 1; death <= 2; death++) {
      const mortal = await stage.simulator('--fault', 'die@lb_add_del_vip_v2#1');
      await mortal.ended;
    }
    const told = await maglevd.record('vpp-died-writing', from, ({ level }) => level === 'error');
    expect(told).to.deep.include({ deaths: 2, pauseMs: 10_000, code: 'MGL_VPP_PAUSED' });
    expect(told['writing']).to.match(
      /^lb_add_del_vip_v2: VIP 192\.0\.2\.\d\/32,tcp,80 with a table of 1024$/,
    );
    await stage.simulator();
    await maglevd.record('vpp-connect', maglevd.lines.length);
    const info = await stage.ctl('show', 'vpp', 'info');
    expect(info.stdout).to.match(/paused +for another \d+ s/);
    expect(await stage.vips()).to.deep.equal([]);
    expect((await stage.ctl('sync', 'vpp', 'lbstate')).code).to.equal(0);
    expect(await stage.vips()).to.deep.equal(converged);
  });
});
