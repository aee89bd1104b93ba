import { expect } from 'chai';
import { block } from '../support/cli-run.js';
import { CliSite } from './cli-site.js';

describe('maglevc: what goes on inside maglevd', () => {
  const { start, end, run, json } = new CliSite();
  afterEach(end);

  it('show events', async () => {
    await start();
    expect((await run('show events')).stdout).to.equal(
      block(`
        2026-01-02T03:04:05.000Z  info   backend-transition  backend web1 from down to up reason "L7OK HTTP 200" code L7OK
        2026-01-02T03:04:06.000Z  warn   probe-stall  thread main stallMs 700
      `),
    );
    expect(await json('show events 1')).to.have.nested.property('events.0.event.$case', 'log');
    expect(await run('show events none')).to.include({ code: 2 });
    expect(await run('show events 0')).to.include({ code: 2 });
  });

  it('show actors, and a part of them', async () => {
    await start();
    expect((await run('show actors')).stdout).to.equal(
      block(`
        actor           state       mailbox  restarts  last-error
        /root           running     0        0         -
          events        running     0        0         -
          vpp           restarting  2        5         x is undefined
            connection  running     0        0         -
        dead-letters 3
      `),
    );
    expect((await run('show actors /root/vpp')).stdout).to.equal(
      block(`
        actor         state       mailbox  restarts  last-error
        /root/vpp     restarting  2        5         x is undefined
          connection  running     0        0         -
        dead-letters 3
      `),
    );
    const unknown = await run('show actors /root/nobody');
    expect(unknown).to.include({ code: 3 });
    expect(unknown.stderr).to.include('MGL_ACTOR_UNKNOWN');
  });
});
