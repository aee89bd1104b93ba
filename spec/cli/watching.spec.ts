import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { runCli } from '../support/cli-run.js';
import { programFile } from '../support/process.js';
import { PseudoTerminal } from '../support/pseudo-terminal.js';
import { type Callees, type Fixture, startFixture } from '../support/rpc-fixture.js';
import { frontends, standings } from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';

/** A stream of events that a spec feeds. */
class Events {
  readonly #waiting: ((count: number) => void)[] = [];
  #told = 0;
  #asked = 0;
  #subscribed: () => void = () => {};

  readonly receive: NonNullable<Callees['events']> = (message) => {
    switch (message.type) {
      case 'subscribe':
        // Who has gone does not take what the next one waits for.
        this.#waiting.length = 0;
        this.#subscribed();
        message.reply.ok({ id: 1, epoch: 'spec', from: 0, resumed: true, states: [] });
        break;
      case 'next':
        this.#waiting.push((count) => {
          message.reply.ok({
            events: Array.from({ length: count }, (_, i) => eventOf(this.#told - count + i + 1)),
            lost: 0,
          });
        });
        this.#pass();
        break;
      case 'unsubscribe':
        break;
      case 'list-events':
        message.reply.ok({ epoch: 'spec', events: [] });
        break;
    }
  };

  /** Settles when the next one subscribes. */
  subscription(): Promise<void> {
    return new Promise((resolve) => {
      this.#subscribed = resolve;
    });
  }

  tell(): void {
    this.#asked += 1;
    this.#pass();
  }

  #pass(): void {
    if (this.#asked === this.#told) return;
    const take = this.#waiting.shift();
    if (take === undefined) return;
    const count = this.#asked - this.#told;
    this.#told = this.#asked;
    take(count);
  }
}

function eventOf(seq: number) {
  const fields = {
    backend: `web${seq}`,
    from: 'down',
    to: 'up',
    reason: 'L7OK HTTP 200',
    code: 'L7OK',
  } as const;
  return {
    seq,
    at: Date.UTC(2026, 0, 2, 3, 4, seq),
    event: { name: 'backend-transition', level: 'info', fields },
  } as const;
}

describe('maglevc: watching and waiting', function () {
  this.timeout(40_000);
  let fixture: Fixture;
  let terminal: PseudoTerminal | null = null;
  afterEach(async () => {
    await terminal?.close();
    terminal = null;
    await fixture.stop();
  });

  const onTerminal = (...words: string[]) => {
    terminal = new PseudoTerminal(programFile('maglevc'), ['--server', fixture.server.address, ...words]);
    return terminal;
  };

  it('watch events prints a line for each, and ends after so many, at a key, and when the daemon ends', async () => {
    const events = new Events();
    fixture = await startFixture({ ...siteCallees(), events: events.receive });
    const watching = runCli(['--server', fixture.server.address, '--json', 'watch', 'events', 'num', '2']);
    events.tell();
    events.tell();
    const { code, stdout } = await watching;
    expect(code).to.equal(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const change = { from: 'down', to: 'up', reason: 'L7OK HTTP 200', code: 'L7OK' };
    expect(lines).to.deep.equal(
      [1, 2].map((seq) => ({
        seq: `${seq}`,
        atNs: `${Date.UTC(2026, 0, 2, 3, 4, seq)}000000`,
        replay: false,
        backend: { backend: `web${seq}`, ...change },
      })),
    );

    for (const key of ['x', '\u0003', '\u001b[A']) {
      const subscribed = events.subscription();
      const shown = onTerminal('watch', 'events');
      await subscribed;
      events.tell();
      expect(await shown.sees('L7OK')).to.match(/^2026-01-02T03:04:\d\d\.000Z {2}info/);
      expect(shown.isAsBefore()).to.equal(false);
      shown.type(key);
      expect(await shown.ended()).to.equal(0);
      expect(shown.isAsBefore(), 'the terminal').to.equal(true);
      await shown.close();
    }
    terminal = null;

    // Whoever ends it by a signal gets the terminal back, too.
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      const subscribed = events.subscription();
      const killed = onTerminal('watch', 'events');
      await subscribed;
      events.tell();
      await killed.sees('L7OK');
      killed.kill(signal);
      expect(await killed.ended(), signal).to.equal(signal === 'SIGHUP' ? 129 : null);
      expect(killed.isAsBefore(), signal).to.equal(true);
      await killed.close();
    }
    terminal = null;
  });

  it('watch events ends quietly when the reader has gone', async () => {
    const events = new Events();
    fixture = await startFixture({ ...siteCallees(), events: events.receive });
    const child = spawn(
      process.execPath,
      [programFile('maglevc'), '--server', fixture.server.address, 'watch', 'events'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    events.tell();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const ended = once(child, 'close');
    // The pipe is found closed at the next line, or the one behind it.
    events.tell();
    events.tell();
    const again = setInterval(() => events.tell(), 50);
    const [code] = await ended;
    clearInterval(again);
    expect({ code, complaint }).to.deep.equal({ code: 0, complaint: '' });
  });

  it('watch show draws again in place, marks what has changed, and bears a resize and a daemon that is away', async () => {
    let state: 'up' | 'down' = 'up';
    const site = siteCallees();
    fixture = await startFixture({
      ...site,
      views: (message) => {
        if (message.type !== 'list-frontends') site.views(message);
        else message.reply.ok(frontends.map((one) => ({ ...one, state })));
      },
    });
    const shown = onTerminal('watch', 'show', 'frontends', 'every', '100ms');
    await shown.sees(/web .* up /);
    state = 'down';
    await shown.sees(/web .* down /);
    const reversed = '\u001b[7m';
    expect(shown.raw).to.contain(`${reversed}\u001b[1;31mdown`);
    // Up again by as many lines as were drawn, and not by a new screen.
    expect(shown.raw).to.match(/\[\d+A/);
    shown.resize(10, 40);
    await shown.sees('\u2026');
    await fixture.server.stop();
    await shown.sees('cannot reach maglevd');
    shown.type('q');
    expect(await shown.ended()).to.equal(0);
    expect(shown.isAsBefore()).to.equal(true);
  });

  it('wait returns when it is so, and says what is lacking when it is not so in time', async () => {
    fixture = await startFixture(siteCallees());
    const run = (line: string) => runCli(['--server', fixture.server.address, ...line.split(' ')]);
    expect((await run('wait backend web1 up')).stdout).to.match(/^web1: up, after \d\.\ds\n$/);
    const late = await run('wait backend web1 spare up for 300ms');
    expect(late.code).to.equal(1);
    expect(late.stderr).to.match(/not so after 0\.[3-9]s: spare is disabled.*\n.*\[MGL_WAIT\]/);
    expect(await run('wait synced')).to.include({ code: 0 });
    expect(await run('wait backend nobody up')).to.include({ code: 3 });
    const json = await run('--json wait backend spare up for 100ms');
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.stdout)).to.include({ met: false });
  });

  it('wait synced bears a VPP that differs, and says why it waits no longer', async () => {
    const site = siteCallees();
    fixture = await startFixture({
      ...site,
      vpp: (message) => {
        if (message.type !== 'list-standings') site.vpp?.(message);
        else
          message.reply.ok({
            ...standings,
            frontends: standings.frontends.map((one) => ({
              ...one,
              verdict: 'differs' as const,
              failures: [
                {
                  operation: { op: 'vip-sync' as const, key: one.desired.key, reason: '' },
                  error: new MaglevError('MGL_VPP_TIMEOUT', 'VPP is busy'),
                },
              ],
            })),
          });
      },
    });
    const run = (...words: string[]) => runCli(['--server', fixture.server.address, ...words]);
    const late = await run('wait', 'synced', 'for', '100ms');
    expect(late).to.include({ code: 1, stdout: '' });
    expect(late.stderr).to.match(
      /not so after 0\.[1-9]s: VPP: differs; web: VPP is busy; dns6: VPP is busy\n/,
    );
    const json = await run('--json', 'wait', 'synced', 'for', '100ms');
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.stdout)).to.deep.include({
      met: false,
      why: ['VPP: differs; web: VPP is busy; dns6: VPP is busy'],
    });
    await fixture.server.stop();
    const away = await run('wait', 'synced', 'for', '300ms');
    expect(away.code).to.equal(1);
    expect(away.stderr).to.match(
      /not so after 0\.[3-9]s: cannot reach maglevd.*\[MGL_SERVER_UNREACHABLE\]\n.*\[MGL_WAIT\]/,
    );
  });
});
