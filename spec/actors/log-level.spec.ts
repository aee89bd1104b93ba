import { expect } from 'chai';
import { type LogLevelOptions, logLevelActor } from '../../actors/log-level.js';
import type { LogLevelState, PrintFrom } from '../../protocol/log.js';
import { realAsk } from '../support/rpc-fixture.js';
import { Tree } from '../support/tree.js';

describe('the level of the log', () => {
  let tree: Tree;
  beforeEach(() => {
    tree = new Tree();
  });
  afterEach(() => tree.end());

  const stage = async () => {
    const order: string[] = [];
    const printer: LogLevelOptions['printer'] = {
      name: 'log',
      tell: ({ level }: PrintFrom) => {
        order.push(`${level}, after ${tree.log.of('log-level').length}`);
        return true;
      },
    };
    const actor = tree.start(logLevelActor({ configured: 'info', printer }));
    await tree.clock.settle();
    const set = async (level: 'debug' | 'error', forMs: number | null): Promise<LogLevelState> => {
      const question = { type: 'set-log-level', level, forMs, peer: 'uid:0' } as const;
      const answer = realAsk(actor, question);
      await tree.clock.settle();
      return answer;
    };
    return { order, set };
  };

  it('goes back by itself, and is told where the log has it: after it prints more, before it prints less', async () => {
    const { order, set } = await stage();
    const now = tree.clock.now();
    expect(await set('debug', 60_000)).to.deep.equal({
      level: 'debug',
      configured: 'info',
      until: now + 60_000,
    });
    await tree.clock.advance(59_999);
    expect(order).to.deep.equal(['info, after 0', 'debug, after 0']);
    await tree.clock.advance(1);
    expect(order.slice(2)).to.deep.equal(['info, after 2']);
    expect(tree.log.of('log-level').map(({ fields }) => fields)).to.deep.equal([
      { level: 'debug', before: 'info', why: 'asked', forMs: 60_000, peer: 'uid:0' },
      { level: 'info', before: 'debug', why: 'over' },
    ]);
  });

  it('forgets an end when it is set again', async () => {
    const { order, set } = await stage();
    await set('debug', 60_000);
    expect(await set('error', null)).to.deep.equal({ level: 'error', configured: 'info', until: null });
    await tree.clock.advance(600_000);
    expect(order.at(-1)).to.equal('error, after 2');
  });
});
