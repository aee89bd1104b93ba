import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
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
    expect(await json('show events 1')).to.have.nested.property('events.0.log.msg', 'backend-transition');
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

  it('show config', async () => {
    await start();
    const { stdout } = await run('show config');
    expect(stdout).to.match(/^maglev:\n {2}healthchecker:\n/);
    expect(stdout).to.match(/\n {4}web1:\n {6}address: 10\.0\.0\.1\n/);
    expect(await json('show config')).to.deep.equal({ text: stdout });
  });

  it('show log, set log level', async () => {
    await start();
    expect((await run('show log')).stdout).to.equal('log-level info\n');
    expect((await run('set log level debug')).stdout).to.equal('log-level debug started-with info\n');
    expect((await run('set log level debug for 90s')).stdout).to.equal(
      'log-level debug for 1m30s started-with info\n',
    );
    expect(await json('set log level warn')).to.deep.equal({ level: 'warn', configured: 'info' });
    const wrong = await run('set log level debgu');
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.include(
      "unknown command word 'debgu' after 'set log level': did you mean 'debug'?",
    );
    for (const time of ['0s', '500ms', '169h', 'soon']) {
      expect(await run(`set log level debug for ${time}`)).to.include({ code: 2 });
    }
  });

  it('record', async () => {
    await start();
    const folder = mkdtempSync(path.join(tmpdir(), 'maglev-record-'));
    try {
      const file = path.join(folder, 'flight.jsonl');
      const { code, stdout } = await run(`record ${file}`);
      const text = readFileSync(file, 'utf8');
      expect([code, stdout]).to.deep.equal([0, `record ${file}: ${text.length} bytes\n`]);
      expect(text)
        .to.match(/^\{"kind":"begin",[^\n]*"by":"unix/)
        .and.match(/\n\{"kind":"end","lines":\d+\}\n$/);
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      const again = await run(`record ${file}`);
      expect(again).to.include({ code: 1 });
      expect(again.stderr).to.include('it exists already');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves no half of a record', async () => {
    await start({
      recorder: (message) =>
        message.type === 'take-record' && message.reply.fail(new MaglevError('MGL_ACTOR_CRASHED', 'no')),
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'maglev-record-'));
    expect((await run(`record ${folder}/x`)).code).to.not.equal(0);
    expect(readdirSync(folder)).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });

  it('show overrides', async () => {
    await start();
    const text = (await run('show overrides')).stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>');
    expect(text).to.equal(
      block(`
        gone in pool primary of 'old shop': weight 10; the config says weight: 100
          since an unknown time
          dormant since <time> (5m0s ago): the config lacks the name
        web1: disable; the config says enabled: true
          since <time> (2h0m ago), by unix
          in 'a p i', web: not probed, weight 0, flows cut
      `),
    );
    const { overrides } = (await json('show overrides')) as { overrides: Record<string, unknown>[] };
    expect(overrides).to.have.length(2);
    expect(overrides[0]).to.include({
      asked: 'weight 10',
      backend: 'gone',
      frontend: 'old shop',
      pool: 'primary',
    });
    expect(overrides[0]).not.to.have.any.keys('atNs', 'peer');
    expect(overrides[1]).to.include({ asked: 'disable', peer: 'unix', configSays: 'enabled: true' });
    expect(overrides[1]?.['atNs']).to.match(/^\d{19}$/);
  });

  it('show overrides, where there are none', async () => {
    await start({
      operator: (message) => {
        if (message.type === 'list-overrides') message.reply.ok([]);
      },
    });
    expect((await run('show overrides')).stdout).to.equal('none: everything is as the config says\n');
  });
});
