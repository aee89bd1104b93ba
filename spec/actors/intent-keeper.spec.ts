import { expect } from 'chai';
import { IntentCell, intentKeeperActor } from '../../actors/intent-keeper.js';
import type { ActorRef, ActorSpec } from '../../actors/kernel/contract.js';
import { type OperatorMessage, operatorActor } from '../../actors/operator.js';
import type { InForce } from '../../domain/applied.js';
import type { LoadedIntents } from '../../domain/intent-desk.js';
import { type Effective, type Intent, type Intents, intentsOf, noIntents } from '../../domain/operator.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { EffectiveChanged, OperatorAnswer } from '../../protocol/operator.js';
import { sampleConfig } from '../support/domain-samples.js';
import { type Hook, instrument } from '../support/instrument.js';
import { nothingToWrite } from '../support/quiet-answers.js';
import { SlowStore } from '../support/slow-store.js';
import { outcome } from '../support/stage.js';
import { answering, askBy, Tree } from '../support/tree.js';

const backends = {
  a: { address: '10.0.0.1' },
  b: { address: '10.0.0.2' },
  c: { address: '10.0.0.3' },
  d: { address: '10.0.0.4' },
};
const config = sampleConfig(backends, []);
const lasting = { at: null, peer: null, dormantSince: null };
const disabled = (backend: string): Intent => ({
  kind: 'enabled',
  value: false,
  configured: true,
  backend,
  ...lasting,
});
const kept = intentsOf([disabled('b')]);
const read = (intents: Intents, problem: string | null = null): LoadedIntents => ({
  kind: 'read',
  intents,
  problem,
});

const disabledIn = ({ config: { backends } }: Effective) =>
  [...backends].flatMap(([name, { enabled }]) => (enabled ? [] : [name]));

describe('what operators asked for, and a disk that fails or hangs', () => {
  let tree: Tree;
  let store: SlowStore;
  let operator: ActorRef<OperatorMessage>;
  let hook: Hook;
  let cell: IntentCell;
  /** Names that are disabled, as the tree was told last. */
  let inForce: string[];

  const start = async (atOnce: LoadedIntents | null = read(noIntents)) => {
    store.atOnce = atOnce;
    const keeper = answering<ConfigControl>('config', (message) => {
      if (message.type === 'get-config') message.reply.ok(config);
    });
    const health = answering<EffectiveChanged>('health', ({ reply }) => void reply.ok(undefined));
    const decision = answering<EffectiveChanged<InForce>>('decision', ({ effective, reply }) => {
      inForce = disabledIn(effective);
      reply.ok(nothingToWrite);
    });
    const both: ActorSpec<never> = {
      name: 'both',
      start: (context) => {
        const report = context.alias<OperatorMessage>('operator');
        const intents = context.spawn(intentKeeperActor({ store, cell, report }));
        operator = context.spawn(operatorActor({ config: keeper, health, decision, keeper: intents }));
        report.bind(operator);
        return { receive: () => {} };
      },
    };
    tree.start(instrument(both, hook));
    await tree.clock.settle();
    // The tree asks at first, and is told afterwards.
    if (inForce.length === 0) {
      void tree.system.ask(operator, { type: 'get-effective' }).then((now) => {
        inForce = disabledIn(now);
      });
      await tree.clock.settle();
    }
  };
  const act = (name: string, action: 'disable' | 'enable' = 'disable') =>
    askBy<OperatorMessage, OperatorAnswer>(
      tree.system,
      operator,
      (reply) => ({ type: 'act-on-backend', name, action, reply }),
      { timeoutMs: 60_000 },
    );
  const warning = async (answer: Promise<OperatorAnswer>) => {
    const said = await outcome(tree.clock, answer);
    return typeof said === 'string' ? said : said.warning;
  };
  const told = (event: string) => tree.log.of(event).map(({ level, fields }) => [level, fields]);

  beforeEach(() => {
    tree = new Tree();
    store = new SlowStore();
    cell = new IntentCell();
    inForce = [];
    hook = () => {};
  });
  afterEach(() => tree.end());

  it('answers without a warning when it is kept', async () => {
    await start();
    const answer = act('a');
    expect(await warning(answer)).to.equal('pending');
    store.saves[0]?.open();
    expect(await warning(answer)).to.equal(null);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a']]);
  });

  it('is in force at once while a disk hangs, and says after 2 s that it is not kept yet', async () => {
    await start();
    const first = act('a');
    await tree.clock.settle();
    expect(inForce).to.deep.equal(['a']);
    const second = act('b');
    await tree.clock.advance(1999);
    expect(inForce).to.deep.equal(['a', 'b']);
    expect(await warning(first)).to.equal('pending');
    await tree.clock.advance(1);
    expect(await warning(first)).to.match(/not kept yet/);
    expect(await warning(second)).to.match(/not kept yet/);
  });

  it('writes one thing at a time, and of several the newest', async () => {
    await start();
    const answers = [act('a'), act('b'), act('c')];
    await tree.clock.settle();
    expect(store.saves).to.have.length(1);
    store.saves[0]?.open();
    expect(await warning(answers[0] as Promise<OperatorAnswer>)).to.equal(null);
    expect(await warning(answers[1] as Promise<OperatorAnswer>)).to.equal('pending');
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a'], ['a', 'b', 'c']]);
    store.saves[1]?.open();
    for (const answer of answers) expect(await warning(answer)).to.equal(null);
    await tree.clock.advance(120_000);
    expect(store.saves).to.have.length(2);
  });

  it('tells of a disk that hangs for 5 s, and when it is over', async () => {
    await start();
    void act('a');
    await tree.clock.advance(4999);
    expect(told('operator-state-slow')).to.deep.equal([]);
    await tree.clock.advance(1);
    expect(told('operator-state-slow')).to.deep.equal([['warn', { forMs: 5000 }]]);
    await tree.clock.advance(2000);
    store.saves[0]?.open();
    await tree.clock.settle();
    expect(told('operator-state-kept')).to.deep.equal([['info', { ms: 7000 }]]);
  });

  it('tells the operator and the log that it is not kept, once, and tries until it is', async () => {
    await start();
    const answer = act('a');
    await tree.clock.settle();
    store.saves[0]?.break(new Error('ENOSPC'));
    expect(await warning(answer)).to.match(/^in force, but not kept: .*ENOSPC/);
    expect(store.saves, 'not in a loop').to.have.length(1);
    await tree.clock.advance(30_000);
    store.saves[1]?.break(new Error('ENOSPC'));
    await tree.clock.advance(30_000);
    expect(told('operator-state-not-kept').map(([level]) => level)).to.deep.equal(['error', 'debug']);
    store.saves[2]?.open();
    await tree.clock.advance(120_000);
    expect(store.saves).to.have.length(3);
    expect(told('operator-state-kept')).to.have.length(1);
  });

  it('warns again of what is not kept when the same is asked for again', async () => {
    await start();
    void act('a');
    await tree.clock.settle();
    store.saves[0]?.break(new Error('ENOSPC'));
    const again = act('a');
    await tree.clock.settle();
    store.saves[1]?.break(new Error('ENOSPC'));
    expect(await warning(again)).to.match(/ENOSPC/);
  });

  it('starts without what a disk that hangs has, does not write over it, and puts it in force when it comes', async () => {
    await start(null);
    expect(await outcome(tree.clock, act('z'))).to.equal('pending');
    await tree.clock.advance(2000);
    expect(told('operator-state-lost').map(([level]) => level)).to.deep.equal(['error']);
    const answer = act('a');
    await tree.clock.advance(2000);
    expect(inForce).to.deep.equal(['a']);
    expect(await warning(answer)).to.match(/not kept: .*could not be read within 2 s/);
    await tree.clock.advance(300_000);
    expect(store.saves).to.deep.equal([]);
    expect(store.loads).to.have.length(1);
    store.loads[0]?.open(read(kept));
    await tree.clock.settle();
    expect(inForce).to.deep.equal(['a', 'b']);
    expect(told('operator-state-found')).to.deep.equal([['warn', { backends: 1, weights: 0 }]]);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['b', 'a']]);
  });

  it('lets what operators said meanwhile be the later word, also where nothing of it is left', async () => {
    await start(null);
    await tree.clock.advance(2000);
    void act('b', 'enable');
    await tree.clock.settle();
    store.loads[0]?.open(read(kept));
    await tree.clock.settle();
    expect(inForce).to.deep.equal([]);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([[]]);
  });

  it('reads again what could not be read, writes nothing meanwhile, and warns every operator', async () => {
    const problem = 'operator.json is of a newer maglevd';
    await start({ kind: 'unread', problem });
    expect(told('operator-state-lost')).to.deep.equal([['error', { error: problem }]]);
    expect(await warning(act('a'))).to.match(/not kept: .*of a newer maglevd/);
    await tree.clock.advance(90_000);
    expect(store.saves).to.deep.equal([]);
    expect(store.loads.length).to.be.within(4, 6);
    expect(told('operator-state-lost').filter(([level]) => level === 'error')).to.have.length(1);
    expect(told('operator-state-not-kept').filter(([level]) => level === 'error')).to.deep.equal([
      ['error', { error: problem }],
    ]);
    store.atOnce = read(kept);
    await tree.clock.advance(30_000);
    expect(inForce).to.deep.equal(['a', 'b']);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['b', 'a']]);
  });

  it('does not say that anything was lost where there is no place to keep it, and warns every operator', async () => {
    const problem = '/var/lib/vpp-maglev cannot be made';
    await start({ kind: 'nowhere', problem });
    expect(told('operator-state-not-kept')).to.deep.equal([['error', { error: problem }]]);
    expect(await warning(act('a'))).to.match(/not kept: .*cannot be made/);
    await tree.clock.advance(90_000);
    store.atOnce = read(noIntents);
    await tree.clock.advance(30_000);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a']]);
    expect(told('operator-state-lost')).to.deep.equal([]);
    expect(told('operator-state-not-kept').filter(([level]) => level === 'error')).to.have.length(1);
  });

  it('waits while somebody else keeps it, and goes on from there when he has gone, with what was said here', async () => {
    const problem = 'another maglevd keeps its state in /s';
    await start({ kind: 'busy', problem });
    expect(inForce).to.deep.equal([]);
    expect(await warning(act('a'))).to.match(/not kept: .*another maglevd/);
    await tree.clock.advance(10_000);
    expect(told('state-dir-shared')).to.deep.equal([['error', { error: problem }]]);
    expect(told('operator-state-lost')).to.deep.equal([]);
    expect(store.saves).to.deep.equal([]);
    store.atOnce = read(kept);
    await tree.clock.advance(2000);
    expect(inForce).to.deep.equal(['a', 'b']);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['b', 'a']]);
  });

  it('has it read and in force before VPP is connected, and lets nobody wait for a disk that hangs', async () => {
    await start({ kind: 'busy', problem: 'another maglevd keeps its state in /s' });
    const ready = () => tree.system.ask(operator, { type: 'await-intents' });
    expect(await outcome(tree.clock, ready()), 'another one has it still').to.equal(undefined);
    store.atOnce = null;
    const waiting = ready();
    expect(await outcome(tree.clock, waiting)).to.equal('pending');
    await tree.clock.advance(2000);
    expect(await outcome(tree.clock, waiting), 'a disk that hangs').to.equal(undefined);
    expect(await outcome(tree.clock, ready()), 'is not waited for again').to.equal(undefined);
    store.loads.at(-1)?.open({ kind: 'busy', problem: 'another maglevd keeps its state in /s' });
    await tree.clock.settle();
    store.atOnce = read(kept);
    expect(inForce).to.deep.equal([]);
    await ready();
    expect(inForce, 'at once').to.deep.equal(['b']);
  });

  it('tells of what was damaged, and goes on with the rest', async () => {
    await start(read(kept, 'an entry was dropped'));
    expect(told('operator-state-lost')).to.deep.equal([['error', { error: 'an entry was dropped' }]]);
    expect(inForce).to.deep.equal(['b']);
  });

  it('gives the disk a last moment at the end, and no more than that', async () => {
    await start();
    void act('a');
    void act('b');
    await tree.clock.settle();
    const stopped = tree.system.stop();
    await tree.clock.settle();
    store.saves[0]?.open();
    await tree.clock.settle();
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a'], ['a', 'b']]);
    expect(await outcome(tree.clock, stopped)).to.equal('pending');
    await tree.clock.advance(2000);
    expect(await outcome(tree.clock, stopped)).to.equal(undefined);
    expect(told('actor-abandoned')).to.deep.equal([]);
  });

  it('has the next life of the tree wait for what the last one left with the disk', async () => {
    await start();
    void act('a').catch(() => {});
    await tree.clock.settle();
    await tree.end();
    tree = new Tree();
    await start();
    expect(inForce).to.deep.equal(['a']);
    const answer = act('b');
    await tree.clock.settle();
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a']]);
    store.saves[0]?.open();
    await tree.clock.settle();
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a'], ['a', 'b']]);
    store.saves[1]?.open();
    expect(await warning(answer)).to.equal(null);
    expect(store.loads).to.have.length(1);
  });

  for (const end of [false, true]) {
    it(`writes what was said before it crashed, though nobody waits for it any more${end ? ', also at the end' : ''}`, async () => {
      let crashed = false;
      hook = ({ actor, message }) => {
        if (crashed || actor !== 'intent-keeper' || message !== 'store-overdue') return;
        crashed = true;
        throw new Error('a bug');
      };
      await start();
      for (const name of ['a', 'b']) void act(name).catch(() => {});
      await tree.clock.advance(10_000);
      expect(crashed).to.equal(true);
      expect(store.saves.map(({ names }) => names)).to.deep.equal([['a']]);
      store.hangs = false;
      const stopped = end ? tree.system.stop() : null;
      await tree.clock.settle();
      store.saves[0]?.open();
      await tree.clock.settle();
      expect(store.saves.map(({ names }) => names)).to.deep.equal([['a'], ['a', 'b']]);
      if (stopped !== null) expect(await outcome(tree.clock, stopped)).to.equal(undefined);
    });
  }

  it('loses no word that was acknowledged, whoever crashes at whatever message', async () => {
    const points: string[] = [];
    const text = (point: Parameters<Hook>[0]) => `${point.actor} ${point.message} ${point.phase}`;
    /** What is in force and on disk in the end of those whose answer had no warning. */
    const live = async (with_: Hook) => {
      tree = new Tree();
      store = new SlowStore();
      store.hangs = false;
      cell = new IntentCell();
      hook = with_;
      await start({ kind: 'unread', problem: 'not now' });
      const acknowledged: string[] = [];
      for (const name of ['a', 'b', 'c']) {
        if (name === 'b') {
          store.atOnce = read(intentsOf([disabled('d')]));
          await tree.clock.advance(40_000);
        }
        const answer = act(name);
        await tree.clock.advance(5000);
        const said = await outcome(tree.clock, answer);
        if (typeof said !== 'string' && said.warning === null) acknowledged.push(name);
      }
      const { config: now } = await tree.system.ask(operator, { type: 'get-effective' });
      const result = { acknowledged, now: disabledIn({ config: now, paused: new Set() }) };
      const last = new Set(store.saves.at(-1)?.names);
      await tree.end();
      return { ...result, last };
    };
    const calm = await live((point) => {
      if (!points.includes(text(point))) points.push(text(point));
    });
    expect(calm.acknowledged).to.deep.equal(['b', 'c']);
    expect(calm.now).to.deep.equal(['a', 'b', 'c', 'd']);
    // Those which the spec itself asks aside.
    const inner = points.filter((point) => !/^both|get-effective/.test(point));
    expect(inner.length).to.be.above(12);
    for (const at of inner) {
      let crashes = 0;
      const { acknowledged, now, last } = await live((point) => {
        if (text(point) === at && crashes++ === 0) throw new Error(`crash at ${at}`);
      });
      expect(crashes, at).to.be.above(0);
      expect(now, at).to.include.members([...acknowledged, 'd']);
      for (const name of [...acknowledged, 'd'])
        expect(last.has(name), `${at}: ${name} on disk`).to.equal(true);
      expect(acknowledged.length, at).to.be.above(0);
    }
  });
});
