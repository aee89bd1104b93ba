import { expect } from 'chai';
import type { MaglevConfig } from '../../domain/config.js';
import type { ConfigControl, WordsReviewed } from '../../protocol/config.js';
import { configAnswer } from '../support/config-answer.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { CliSite } from './cli-site.js';

const running = sampleConfig({ a: { address: '10.0.0.1' }, 'b 2': { address: '10.0.0.2' } }, [
  sampleFrontend('vip/http', '192.0.2.1', [{ a: 100, 'b 2': 100 }]),
  sampleFrontend('old', '192.0.2.2', [{ a: 10 }]),
]);
const next: MaglevConfig = {
  ...sampleConfig({ a: { address: '10.0.0.9' }, 'b 2': { address: '10.0.0.2' } }, [
    sampleFrontend('vip/http', '192.0.2.1', [{ a: 100, 'b 2': 50 }], { description: 'the shop' }),
    sampleFrontend('new', '192.0.2.3', [{ 'b 2': 10 }]),
  ]),
  lb: { ...running.lb, flowTimeout: 60_000 },
};
const words: WordsReviewed = {
  dropped: [
    { asked: 'disable', backend: 'a', why: 'the config says enabled: false now, and said true then' },
  ],
  fellDormant: [{ asked: 'weight 10', backend: 'a', frontend: 'old', pool: 'pool0' }],
  woke: [{ asked: 'pause', backend: 'b 2' }],
};

describe('cli: what a config changes', () => {
  const site = new CliSite();
  afterEach(() => site.end());
  const answering = (config: MaglevConfig, known: WordsReviewed | null) => (message: ConfigControl) => {
    if (message.type === 'get-config') message.reply.ok(running);
    else if (message.type !== 'get-warnings')
      message.reply.ok(configAnswer({ ok: true, config, warnings: [] }, running, known));
  };

  it('is told by config reload, with what is cut and what becomes of the words of operators', async () => {
    await site.start({ config: answering(next, words) });
    expect((await site.run('config reload')).stdout.split('\n')).to.deep.equal([
      "changed frontend vip/http: description none -> 'the shop', pools.pool0.'b 2'.weight 100 -> 50",
      'removed frontend old',
      'added frontend new',
      'changed backend a: address 10.0.0.1 -> 10.0.0.9',
      'changed setting vpp.lb.flow-timeout: 40s -> 1m0s',
      'VIP removed 192.0.2.2/32,tcp,80: its flows are cut',
      'server removed 10.0.0.1 of 192.0.2.1/32,tcp,80: its flows are cut',
      'VIP added 192.0.2.3/32,tcp,80',
      'server added 10.0.0.9 of 192.0.2.1/32,tcp,80',
      'operator disable of backend a is dropped: the config says enabled: false now, and said true then',
      'operator weight 10 of backend a in frontend old, pool pool0 is out of force until the config has it again',
      "operator pause of backend 'b 2' is in force again",
      'the config is valid, and running now',
      '',
    ]);
  });

  it('is told by config check as what would be', async () => {
    await site.start({ config: answering(next, words) });
    const { stdout } = await site.run('config check');
    expect(stdout).to.match(/operator disable of backend a would be dropped: .*\n/);
    expect(stdout).to.match(/\nthe config is valid\n$/);
  });

  it('is nothing when the config means the same', async () => {
    await site.start({ config: answering(running, { dropped: [], fellDormant: [], woke: [] }) });
    expect((await site.run('config reload')).stdout).to.equal(
      'no change: it means the same as the running config\nthe config is valid, and running now\n',
    );
  });

  it('is nothing for a file that is wrong, whose lines are shown where words do not do', async () => {
    const place = { file: 'm.yaml', line: 2, column: 1 };
    const excerpt = ['1 | maglev:', '2 | \u2192vpp: {}', '  | ^'];
    await site.start({
      config: (message: ConfigControl) => {
        if (message.type === 'get-config' || message.type === 'get-warnings') return;
        const issues = [{ place, path: '', message: 'indentation: a tab', excerpt }];
        message.reply.ok({ ok: false, stage: 'parse', issues, warnings: [] });
      },
    });
    expect((await site.run('config check')).stdout.split('\n')).to.deep.equal([
      'm.yaml:2:1: indentation: a tab',
      ...excerpt.map((line) => `    ${line}`),
      '',
    ]);
  });

  it('says what is not known', async () => {
    await site.start({ config: answering(running, null) });
    expect((await site.run('config reload')).stdout).to.match(
      /^operators what becomes of their words is not known/,
    );
  });

  it('is cut short on a screen, and complete in JSON', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `s${i}`);
    const many = Object.fromEntries(names.map((name, i) => [name, { address: `10.0.1.${i % 250}` }]));
    await site.start({ config: answering(sampleConfig(many, [...running.frontends.values()]), words) });
    const { stdout } = await site.run('config check');
    expect(stdout.split('\n').length).to.be.below(120);
    expect(stdout).to.match(/\n\.\.\. and 252 more\n/);
    const whole = (await site.json('config check')) as { changes: { changes: unknown[] } };
    expect(whole.changes.changes).to.have.length(302);
  });
});
