import { expect } from 'chai';
import { newIntentCell } from '../../actors/intent-keeping.js';
import { memoryStore } from '../../actors/intent-store.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { operatorActor } from '../../actors/operator.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { EffectiveChanged, OperatorRequest } from '../../protocol/operator.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { outcome } from '../support/stage.js';
import { answering, Tree } from '../support/tree.js';

const config = sampleConfig({ a: { address: '10.0.0.1' } }, [
  sampleFrontend('web', '192.0.2.1', [{ a: 100 }]),
]);

describe('actors/operator', () => {
  let tree: Tree;
  /** How long it takes until a change is in force. */
  let takesMs: number;
  let operator: ActorRef<OperatorRequest>;
  beforeEach(async () => {
    tree = new Tree();
    takesMs = 0;
    const keeper = answering<ConfigControl>('config', (message) => {
      if (message.type === 'get-config') message.reply.ok(config);
    });
    const report = answering<EffectiveChanged>('root', ({ reply }) => {
      if (takesMs === 0) reply.ok(undefined);
      else tree.clock.schedule(takesMs, () => void reply.ok(undefined));
    });
    operator = tree.start(
      operatorActor({ config: keeper, report, store: memoryStore(), cell: newIntentCell() }),
    );
    await tree.clock.settle();
  });
  afterEach(() => tree.end());

  const act = (name: string, action: 'pause' | 'disable' | 'resume', peer?: string) =>
    tree.system.ask<OperatorRequest, unknown>(
      operator,
      (reply) => ({ type: 'act-on-backend', name, action, reply, ...(peer === undefined ? {} : { peer }) }),
      { timeoutMs: 60_000 },
    );
  const logged = () => tree.log.of('operator-action').map(({ level, fields }) => ({ level, ...fields }));

  it('waits for a change to be in force as long as whoever asked does', async () => {
    takesMs = 20_000;
    const answer = act('a', 'disable');
    await tree.clock.advance(19_999);
    expect(await outcome(tree.clock, answer)).to.equal('pending');
    await tree.clock.advance(1);
    expect(await outcome(tree.clock, answer)).not.to.match(/pending|MGL/);
  });

  it('logs each request once: who asked for what, and whether it was done', async () => {
    await act('a', 'disable', 'ipv4:192.0.2.77:4711');
    await act('a', 'resume').catch(() => {});
    await act('z', 'pause').catch(() => {});
    const change = { frontend: 'web', pool: 'pool0', backend: 'a', weight: 7 };
    await tree.system.ask<OperatorRequest, unknown>(operator, (reply) => ({
      type: 'set-weight',
      change,
      flush: true,
      peer: 'unix',
      reply,
    }));
    expect(logged()).to.deep.equal([
      { level: 'info', backend: 'a', action: 'disable', outcome: 'done', peer: 'ipv4:192.0.2.77:4711' },
      { level: 'info', backend: 'a', action: 'resume', outcome: 'refused', code: 'MGL_BACKEND_DISABLED' },
      { level: 'info', backend: 'z', action: 'pause', outcome: 'refused', code: 'MGL_BACKEND_UNKNOWN' },
      { level: 'info', action: 'weight', ...change, flush: true, outcome: 'done', peer: 'unix' },
    ]);
  });
});
