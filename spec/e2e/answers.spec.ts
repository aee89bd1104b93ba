import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

/** Two frontends of three servers that are not probed: all are up. */
const config = (frontends = 2) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 600s } }
  backends:
${[1, 2, 3].map((n) => `    s${n}: { address: 10.0.0.${n} }`).join('\n')}
  frontends:
${Array.from({ length: frontends }, (_, i) => {
  const pool = '{ name: p, backends: { s1: {}, s2: {}, s3: {} } }';
  return `    f${i}: { address: 192.0.${i >> 8}.${i & 255}, protocol: tcp, port: 80, pools: [${pool}] }`;
}).join('\n')}
`;

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('e2e: answers that are true', function () {
  this.timeout(60_000);
  let stage: Stage;
  let maglevd: Process;

  const begin = async (text = config(), ...flags: string[]) => {
    stage.write(text);
    maglevd = stage.daemon(...flags);
    await maglevd.record('grpc-listening');
  };
  const converged = () => maglevd.record('vpp-lbsync-done', 0, ({ failures }) => failures === 0);
  const fault = (text: string) => stage.type(`set maglev-vppsim fault ${text}`);
  const action = (from: number) => maglevd.record('operator-action', from);
  const flush = 'set frontend f0 pool p backend s2 weight 30 flush'.split(' ');

  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.end());

  const expectOk = ({ code, stdout, stderr }: Answer, text: RegExp) => {
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(text);
  };
  const expectWarning = ({ code, stdout, stderr }: Answer, text: RegExp, warning: RegExp) => {
    expect(code).to.equal(0);
    expect(stdout).to.match(text);
    expect(stderr).to.match(warning);
  };

  it('VPP is there: it has acknowledged every weight when the answer comes', async () => {
    await stage.simulator();
    await begin();
    await converged();
    const from = maglevd.lines.length;
    expectOk(
      await stage.ctl('set', 'backend', 's1', 'disable'),
      /^backend s1: disabled; 2 frontends, 2 weights set, flows cut, acknowledged by VPP in (under )?\d+ ms$/,
    );
    expect(await stage.vips()).to.deep.equal(
      [0, 1].map((n) => `192.0.0.${n}/32 tcp 80 gre4: 10.0.0.1=0 10.0.0.2=100 10.0.0.3=100`),
    );
    expect(await action(from)).to.include({ backend: 's1', action: 'disable', outcome: 'done', weights: 2 });
    expectOk(
      await stage.ctl(...flush),
      /^frontend f0 pool p backend s2: weight 30; 1 frontend, 1 weight set, flows cut, acknowledged by VPP in (under )?\d+ ms\n {2}effective-weight 30 /,
    );
    expectOk(
      await stage.ctl('set', 'backend', 's1', 'disable'),
      /^backend s1: disabled; nothing to write to VPP now: it is disabled$/,
    );
    const document = await stage.ctl('--json', 'set', 'backend', 's1', 'enable');
    expect(JSON.parse(document.stdout)).to.have.nested.property('outcome.frontends[1].weights', 1);
    await stage.ctl('set', 'backend', 's1', 'disable');
    await stage.ctl('set', 'backend', 's2', 'pause');
    expectWarning(
      await stage.ctl('set', 'backend', 's3', 'pause'),
      /^backend s3: paused; 2 frontends, 2 weights set, acknowledged by VPP/,
      /^maglevc: warning: frontends f0, f1 have no server left that gets new flows$/,
    );
  });

  it('VPP is absent: says so at once, what will happen, and that flows were not cut', async () => {
    await begin();
    const from = maglevd.lines.length;
    expectWarning(
      await stage.ctl('set', 'backend', 's1', 'disable'),
      /^backend s1: disabled; not in VPP yet$/,
      /^maglevc: warning: VPP is not connected: the weights follow at the next connect; flows were NOT cut/,
    );
    expect(await action(from)).to.include({ outcome: 'done', acknowledged: 0, pending: 'disconnected' });
    expectWarning(await stage.ctl(...flush), /not in VPP yet/, /VPP is not connected: .*flows were NOT cut/);
    await stage.simulator();
    await converged();
    expect(await stage.vips()).to.deep.equal([
      '192.0.0.0/32 tcp 80 gre4: 10.0.0.1=0 10.0.0.2=30 10.0.0.3=100',
      '192.0.0.1/32 tcp 80 gre4: 10.0.0.1=0 10.0.0.2=100 10.0.0.3=100',
    ]);
  });

  it('VPP is disabled: says so at once', async () => {
    await begin(config(), '--vpp-api-addr', '');
    expectWarning(
      await stage.ctl('set', 'backend', 's1', 'disable'),
      /^backend s1: disabled; not in VPP yet$/,
      /^maglevc: warning: maglevd runs without VPP: nothing is written; flows were NOT cut$/,
    );
  });

  it('VPP hangs: says after 3 s that nothing was acknowledged', async () => {
    await stage.simulator();
    await begin();
    await converged();
    await fault('hang');
    const began = performance.now();
    const answer = await stage.ctl('set', 'backend', 's1', 'disable');
    expectWarning(answer, /^backend s1: disabled; not in VPP yet$/, /VPP .*; flows were NOT cut/);
    expect(performance.now() - began).to.be.within(2500, 8000);
  });

  it('VPP refuses: says what it answered', async () => {
    await stage.simulator();
    await begin();
    await converged();
    await fault('refuse:-73@lb_as_set_weight');
    const from = maglevd.lines.length;
    expectWarning(
      await stage.ctl('set', 'backend', 's1', 'disable'),
      /^backend s1: disabled; not in VPP yet$/,
      /-73.*flows were NOT cut/,
    );
    expect(await action(from)).to.include({ pending: 'refused', acknowledged: 0 });
  });

  it('a full sync is under way: the answer is what VPP has then, never a lie', async () => {
    await stage.simulator('--fault', 'delay:10ms@lb_add_del_vip_v2#1+');
    await begin(config(200));
    await maglevd.record('vpp-lbsync-start');
    const answer = await stage.ctl('set', 'backend', 's1', 'disable');
    const weights = (await stage.vips()).flatMap((vip) => /10\.0\.0\.1=(\d+)/.exec(vip)?.[1] ?? []);
    if (answer.stderr === '') expect(new Set(weights)).to.deep.equal(new Set(['0']));
    else expect(answer.stderr).to.match(/full sync|not acknowledged/);
    await converged();
    expect(new Set((await stage.vips()).map((vip) => vip.split(': ')[1]))).to.deep.equal(
      new Set(['10.0.0.1=0 10.0.0.2=100 10.0.0.3=100']),
    );
  });
});
