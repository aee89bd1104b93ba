import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { WhatIf } from '../../protocol/plan.js';
import { block } from '../support/cli-run.js';
import * as samples from '../support/rpc-samples.js';
import { CliSite } from './cli-site.js';

describe('maglevc plan', () => {
  const { start, end, run, json } = new CliSite();
  afterEach(end);

  it('prints what would be sent to VPP, why, and what it moves', async () => {
    await start();
    expect(await run('plan set backend web1 disable')).to.deep.equal({
      code: 0,
      stderr: '',
      stdout: block(`
        vip 192.0.2.1/32 protocol tcp port 443 (frontend web)
          change weight of server 10.0.0.1 of 192.0.2.1/32,tcp,443 from 100 to 0, cutting its flows: backend web1: disabled
          250 of 1024 buckets move (24.4%): 102 had to, 148 are collateral; 0.7 ms
          4,711 flows at stake: VPP cuts or forgets them
        1 operation on 1 VIP, about 0.7 ms of VPP's main thread, 4,711 flows at stake
      `),
    });
    expect(await json('plan sync')).to.have.nested.property('vips[0].moved.collateral', 148);
  });

  it('says so when there is nothing to do, and what is left as it is', async () => {
    const [vip] = samples.planReport.vips;
    if (vip === undefined) throw new Error('the sample has a VIP');
    const conf = { ...samples.lbState.conf };
    await start({
      planner: (message) => {
        if (message.type !== 'plan') return;
        const { whatIf, reply } = message;
        const rest = { begunAnew: [], atStake: null };
        if (whatIf.kind === 'sync')
          reply.ok({ conf: null, vips: [], refused: ['a NAT VIP'], ...rest, vppMs: 0 });
        else
          reply.ok({
            conf: { before: conf, after: { ...conf, stickyBucketsPerCore: 1024, flowTimeout: 60 } },
            vips: [
              { ...vip, frontend: '', anew: true, moved: null },
              {
                ...vip,
                operations: [],
                moved: { length: 16, moved: 0, hadToMove: 0, collateral: 0, gained: 16 },
              },
            ],
            refused: [],
            begunAnew: ['web1', 'web2'],
            atStake: 120_000,
            vppMs: 12.4,
          });
      },
    });
    expect((await run('plan sync')).stdout).to.equal(
      'nothing to do: VPP would get no write\nleft as it is: a NAT VIP\n',
    );
    const { stdout } = await run('plan reload');
    expect(stdout).to.contain(
      'set sticky-buckets-per-core from 65536 to 1024: VPP forgets the server of every flow\nset flow-timeout from 40s to 60s\n',
    );
    expect(stdout).to.contain('(no frontend)\n  made anew: it drops everything in between');
    expect(stdout).to.contain('16 that led nowhere lead to a server');
    expect(stdout).to.contain('begin anew and keep what VPP has until they are probed: web1, web2\n');
    expect(stdout).to.match(/about 12 ms of VPP's main thread, 120,000 flows at stake\n$/);
  });

  it('asks for what is behind the word, and tells what the change itself would be refused with', async () => {
    const asked: WhatIf[] = [];
    await start({
      planner: (message) => {
        if (message.type !== 'plan') return;
        const { whatIf, reply } = message;
        asked.push(whatIf);
        reply.fail(new MaglevError('MGL_BACKEND_UNKNOWN', 'backend "x" is not in the config'));
      },
    });
    expect(await run('plan set backend x pause')).to.include({ code: 3, stdout: '' });
    await run('plan set frontend web pool primary backend web1 weight 7 flush');
    expect(asked).to.deep.equal([
      { kind: 'backend', name: 'x', action: 'pause' },
      {
        kind: 'weight',
        change: { frontend: 'web', pool: 'primary', backend: 'web1', weight: 7 },
        flush: true,
      },
    ]);
    expect(await run('plan set frontend web pool primary backend web1 weight 101')).to.include({ code: 2 });
    expect(asked).to.have.length(2);
  });
});

describe('maglevc explain', () => {
  const { start, end, run } = new CliSite();
  afterEach(end);

  it('tells where a flow goes, and where it would go if that server left', async () => {
    await start();
    const { stdout } = await run('explain flow 198.51.100.7 40000 192.0.2.1 443');
    expect(stdout).to.equal(
      block(`
        vip         192.0.2.1/32 protocol tcp port 443
        hash        0xe3777cc0 of addresses and ports
        bucket      192 of 1024
        server      10.0.0.1 (web1)
        if-it-left  nobody: no server has weight, and VPP drops it
        note        a flow that VPP remembers stays where it is; this is where VPP sends a new one
      `),
    );
  });
});
