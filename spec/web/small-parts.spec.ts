import { expect } from 'chai';
import { commands } from '../../cli/commands.js';
import { grammarOf } from '../../cli/grammar.js';
import { failureText, resolve } from '../../cli/resolve.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { hashOfToken } from '../../domain/token-list.js';
import { planAction } from '../../web/acting.js';
import { commandOf, readAction } from '../../web/action.js';
import { Board } from '../../web/board.js';
import type { TimelineEvent } from '../../web/contract.js';
import { parseFrontendCommand } from '../../web/flags.js';
import { Skew } from '../../web/moment.js';
import { parsePlaces } from '../../web/place-names.js';
import { countersOf } from '../../web/rates.js';
import { Refresher } from '../../web/refresher.js';
import { Timeline } from '../../web/timeline.js';
import { Users } from '../../web/users.js';
import { StandInMaglevd } from '../support/stand-in-maglevd.js';

const event = (seq: number, at: number, text = ''): TimelineEvent => {
  return { seq, epoch: 'e', at, level: 'info', msg: 'spec', attrs: { text } };
};

describe('web/timeline', () => {
  it('keeps events once, in the order of their time, whenever they come', () => {
    const timeline = new Timeline(0);
    for (const seq of [5, 6, 1, 3, 2, 5, 1]) timeline.add(event(seq, seq * 10));
    expect(timeline.between(0, 1000, 100).events.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 5, 6]);
    expect(timeline.between(20, 50, 2)).to.deep.include({ cut: true, events: [event(3, 30), event(5, 50)] });
  });

  it('is bounded by number and by size, and says from when on it is complete', () => {
    const timeline = new Timeline(0);
    for (let i = 0; i < 12_000; i++) timeline.add(event(i, i));
    const { events, completeSince, cut } = timeline.between(0, 20_000, 2000);
    expect([events.length, events.at(-1)?.seq, cut]).to.deep.equal([2000, 11_999, true]);
    expect(completeSince).to.be.within(2000, 3000);
    const large = new Timeline(0);
    for (let i = 0; i < 100; i++) large.add(event(i, i, 'x'.repeat(200_000)));
    expect(large.between(0, 1000, 2000).events.length).to.be.within(35, 42);
  });
});

describe('web/refresher', () => {
  it('runs at once, again behind the last time it was asked, and never sooner than it may', async () => {
    const clock = new VirtualClock();
    const began: number[] = [];
    const refresher = new Refresher({
      clock,
      gapMs: 100,
      everyMs: 5000,
      run: async () => void began.push(clock.monotonic()),
    });
    refresher.ask();
    expect(began).to.deep.equal([]);
    refresher.start();
    for (let i = 0; i < 25; i++) {
      refresher.ask();
      await clock.advance(10);
    }
    await clock.advance(5000);
    expect(began).to.deep.equal([0, 100, 200, 300, 5300].slice(0, began.length));
    expect(began.length).to.be.within(4, 5);
    refresher.stop();
    refresher.ask();
    await clock.advance(20_000);
    expect(began.length).to.be.within(4, 5);
  });

  it('takes no more than a tenth of the time when a run takes long', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    const run = () => {
      runs++;
      return new Promise<void>((resolve) => void clock.schedule(200, resolve));
    };
    const refresher = new Refresher({ clock, gapMs: 100, everyMs: 1000, run });
    refresher.start();
    for (let i = 0; i < 220; i++) {
      refresher.ask();
      await clock.advance(100);
    }
    expect(runs).to.be.within(10, 11);
    refresher.stop();
  });

  it('forgets a run that had begun before it was stopped', async () => {
    const clock = new VirtualClock();
    const ends: (() => void)[] = [];
    const over: (() => boolean)[] = [];
    const run = (isOver: () => boolean) => {
      over.push(isOver);
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    const refresher = new Refresher({ clock, gapMs: 100, everyMs: 1000, run });
    refresher.start();
    refresher.stop();
    refresher.start();
    expect(ends).to.have.length(2);
    // What the first one finds is from before.
    expect(over.map((isOver) => isOver())).to.deep.equal([true, false]);
    ends[0]?.();
    await clock.advance(5000);
    expect(ends).to.have.length(2);
    ends[1]?.();
    await clock.advance(31_000);
    expect(ends).to.have.length(3);
  });
});

describe('web/board', () => {
  const lb = new StandInMaglevd(() => 0, { shop: ['web1', 'web2'] });
  const [shop] = lb.frontends;
  const [web1, web2] = [...lb.backends.values()];
  if (shop === undefined || web1 === undefined || web2 === undefined) throw new Error('there is no shop');

  it('keeps what it was told since a list was asked for, when the list has other names', () => {
    const board = new Board(() => undefined);
    board.takeFrontends([shop], new Set());
    board.takeBackends([web1, web2], new Set());
    const news = { from: 'up', to: 'down', cause: 'refused', code: 'L4CON', at: 7 };
    board.hearBackend({ name: 'web1', ...news });
    board.hearFrontend('shop', 'down', 7);
    const newcomer = { ...web2, name: 'web3' };
    board.takeBackends([web1, newcomer], new Set(['web1']));
    board.takeFrontends([shop, { ...shop, name: 'mail' }], new Set(['shop']));
    expect(board.backends.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      'web1 down',
      'web3 up',
    ]);
    expect(board.backend('web1')).to.deep.include({ since: 7, cause: 'refused' });
    expect(board.frontends.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      'shop down',
      'mail up',
    ]);
  });
});

describe('web/rates', () => {
  const reading = (atMs: number, count: number) => ({
    timeNs: BigInt(atMs) * 1_000_000n,
    vips: [
      {
        ...{ prefix: '192.0.2.1/32', protocol: 'tcp', port: 80, frontend: 'shop', applicationServers: [] },
        ...{ next: BigInt(count), first: 0n, untracked: 0n, noServer: 0n },
      },
    ],
    forecast: undefined,
    vpp: undefined,
  });
  const rate = (from: number, to: number, passedMs: number) =>
    countersOf(reading(to, 300), countersOf(reading(from, 100), null, 0), passedMs).vips[0]?.packetsPerSecond;

  it('are by the clock of who counts, unless somebody has set it', () => {
    expect(rate(1000, 2000, 1010)).to.equal(200);
    expect(rate(1000, 3_601_000, 1000)).to.equal(null);
    expect(rate(3_601_000, 1000, 1000)).to.equal(null);
    expect(rate(1000, 31_000, 30_000)).to.equal(6.67);
  });
});

describe('web/acting', () => {
  it('plans a sync of one frontend as what it does to that one', async () => {
    const { api } = new StandInMaglevd(() => 0, { shop: ['web1'] });
    const whole = await api.plan({});
    const vip = { ...whole.vips[0], vppMs: 2, flowsAtStake: 5 } as (typeof whole.vips)[number];
    const vips = [vip, { ...vip, frontend: 'mail', vppMs: 40, flowsAtStake: 1000 }];
    const plan = async () => ({ ...whole, vips, settings: ['flow timeout'], vppMs: 42, flowsAtStake: 1005 });
    const { settings, vppMs, flowsAtStake } = await planAction(
      { ...api, plan },
      { do: 'sync', frontend: 'shop' },
    );
    expect({ settings, vppMs, flowsAtStake }).to.deep.equal({ settings: [], vppMs: 2, flowsAtStake: 5 });
    const all = await planAction({ ...api, plan }, { do: 'sync', frontend: null });
    expect(all).to.deep.include({ settings: ['flow timeout'], vppMs: 42, flowsAtStake: 1005 });
  });
});

describe('web/moment', () => {
  it('believes the shortest way, and a clock that was set', async () => {
    const clock = new VirtualClock();
    const skew = new Skew(clock);
    const ask = (aheadMs: number, thereMs: number, backMs: number) => async () => {
      await clock.advance(thereMs);
      const nowNs = BigInt(clock.now() + aheadMs) * 1_000_000n;
      await clock.advance(backMs);
      return { nowNs };
    };
    expect(skew.best).to.equal(null);
    await skew.measure(ask(1000, 300, 100));
    expect(skew.best).to.deep.equal({ skewMs: 1100, error: 201 });
    await skew.measure(ask(1000, 2, 2));
    expect(skew.best).to.deep.equal({ skewMs: 1000, error: 3 });
    await skew.measure(ask(1000, 400, 0));
    expect(skew.best?.error).to.equal(3);
    await skew.measure(ask(-60_000, 50, 50));
    expect(skew.best).to.deep.equal({ skewMs: -60_000, error: 51 });
  });
});

describe('web/place-names', () => {
  it('tells apart what has one name, or one address', () => {
    const ids = parsePlaces('lb=h1:9090, lb=h2:9090,h1:9090,h1:9090,unix:/run/x.sock,ä b=[::1]:9090');
    expect(ids).to.deep.equal([
      { id: 'lb', name: 'lb', address: 'h1:9090' },
      { id: 'lb-2', name: 'lb', address: 'h2:9090' },
      { id: 'h1-9090', name: 'h1:9090', address: 'h1:9090' },
      { id: 'h1-9090-2', name: 'h1:9090', address: 'h1:9090' },
      { id: 'unix-run-x.sock', name: 'unix:/run/x.sock', address: 'unix:/run/x.sock' },
      { id: 'b', name: 'ä b', address: '[::1]:9090' },
    ]);
    for (const wrong of ['', ' , ', 'lb1', 'a=b'])
      expect(() => parsePlaces(wrong), wrong).to.throw(/--server/);
  });
});

describe('web/flags', () => {
  const settings = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const command = parseFrontendCommand(argv, env);
    if (command.kind !== 'run') throw new Error(command.kind);
    return command.settings;
  };

  it('takes the flags of the reference, with one dash or two, and variables', () => {
    const short = settings(['-server', 'a:1,b:2', '-listen', ':8080', '-log-level=debug']);
    expect(
      settings(['--server=a:1', '--server', 'b:2', '--listen', ':8080', '--log-level', 'debug']),
    ).to.deep.equal(short);
    const env = {
      MAGLEV_FRONTEND_SERVER: 'a:1,b:2',
      MAGLEV_FRONTEND_LISTEN: ':8080',
      MAGLEV_FRONTEND_LOG_LEVEL: 'debug',
    };
    expect(settings([], env)).to.deep.equal(short);
    expect(settings(['--server', 'c:3'], env).servers.map(({ address }) => address)).to.deep.equal(['c:3']);
    const user = { MAGLEV_FRONTEND_USER: 'anna', MAGLEV_FRONTEND_PASSWORD: 'x' };
    expect(settings(['--server', 'a:1'], user).user).to.deep.equal({ name: 'anna', password: 'x' });
    expect(settings(['--server', 'a:1']).listen).to.deep.equal([
      { address: { kind: 'tcp', host: '127.0.0.1', port: 8080 }, plain: false },
    ]);
  });

  for (const [argv, env, message] of [
    [[], {}, /--server must name/],
    [['--server', 'a:1', '--listen', 'x'], {}, /--listen/],
    [['--server', 'a:1', '--log-level', 'loud'], {}, /--log-level is "loud"/],
    [['--server', 'a:1', '--tls-cert', 'x'], {}, /go together/],
    [['--server', 'a:1', '--server-tls-key', 'x'], {}, /go together/],
    [['--server', 'a:1'], { MAGLEV_FRONTEND_USER: 'x' }, /go together/],
    [['--server', 'a:1'], { MAGLEV_FRONTEND_INSECURE: 'perhaps' }, /must be true or false/],
    [['--sever', 'a:1'], {}, /did you mean '--server'/],
  ] as const) {
    it(`refuses ${argv.join(' ')} ${JSON.stringify(env)}`, () => {
      expect(() => parseFrontendCommand(argv, env)).to.throw(message);
    });
  }
});

describe('web/users', () => {
  const users = new Users({
    user: { name: 'adm', password: 'pass:word' },
    owners: new Map([[hashOfToken('x'.repeat(20)), { name: 'anna', role: 'operator' }]]),
  });
  const as = (text: string) => users.find(`Basic ${Buffer.from(text).toString('base64')}`);

  it('knows who is who, and nobody else', () => {
    expect(as('adm:pass:word')).to.deep.equal({ name: 'adm', role: 'admin' });
    expect(as(`anna:${'x'.repeat(20)}`)).to.deep.equal({ name: 'anna', role: 'operator' });
    for (const text of ['adm:', 'adm:pass', `adm:${'x'.repeat(20)}`, 'anna:pass:word', ':', '', 'anna']) {
      expect(as(text), text).to.equal(null);
    }
    for (const header of [undefined, '', 'Basic', 'Bearer eDp4', 'Basic !!!']) {
      expect(users.find(header)).to.equal(null);
    }
  });
});

describe('web/action', () => {
  it('reads what a page may ask for, and names the command that does the same', () => {
    for (const action of [
      { do: 'pause', backend: 'web1' },
      { do: 'disable', backend: "web's 1" },
      { do: 'weight', frontend: 'shop', pool: 'main', backend: 'web1', weight: 0, flush: true },
      { do: 'sync', frontend: null },
      { do: 'sync', frontend: 'shop' },
      { do: 'reload' },
    ] as const) {
      expect(readAction(JSON.stringify(action))).to.deep.include({ right: action });
      const words = commandOf(action).replace("'web'\\''s 1'", 'web1').split(' ').slice(1);
      const found = resolve(grammarOf(commands), words);
      expect(found.kind === 'command' ? '' : failureText(found), words.join(' ')).to.equal('');
    }
  });

  for (const text of [
    '',
    'null',
    '[]',
    '{"do":"record"}',
    '{"do":"pause"}',
    '{"do":"pause","backend":7}',
    '{"do":"sync"}',
    '{"do":"weight","frontend":"a","pool":"b","backend":"c","weight":101,"flush":false}',
    '{"do":"weight","frontend":"a","pool":"b","backend":"c","weight":1.5,"flush":false}',
    '{"do":"weight","frontend":"a","pool":"b","backend":"c","weight":1}',
    `{"do":"pause","backend":"${'x'.repeat(300)}"}`,
  ]) {
    it(`refuses ${text.slice(0, 60)}`, () => {
      expect(readAction(text)).to.have.property('_tag', 'Left');
    });
  }
});
