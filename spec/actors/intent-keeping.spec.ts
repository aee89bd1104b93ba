import { expect } from 'chai';
import { type IntentCell, newIntentCell } from '../../actors/intent-keeping.js';
import type { IntentStore, LoadedIntents } from '../../actors/intent-store.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { operatorActor } from '../../actors/operator.js';
import { type Effective, type Intents, noIntents } from '../../domain/operator.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { EffectiveChanged, InForce, OperatorAnswer, OperatorRequest } from '../../protocol/operator.js';
import { sampleConfig } from '../support/domain-samples.js';
import { nothingToWrite } from '../support/quiet-answers.js';
import { type Gate, gate, outcome } from '../support/stage.js';
import { answering, askBy, Tree } from '../support/tree.js';

const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' }, c: { address: '10.0.0.3' } };
const config = sampleConfig(backends, []);
const disabled = { paused: false, enabled: { value: false, configured: true }, dormantSince: null };
const kept: Intents = { ...noIntents, backends: new Map([['b', disabled]]) };
const read = (intents: Intents, problem: string | null = null): LoadedIntents => ({
  kind: 'read',
  intents,
  problem,
});

/** A disk that answers when the spec says so. */
class SlowStore implements IntentStore {
  readonly loads: Gate<LoadedIntents>[] = [];
  readonly saves: (Gate & { readonly names: string[] })[] = [];
  atOnce: LoadedIntents | null = null;

  readonly load = (): Promise<LoadedIntents> => {
    const one = gate<LoadedIntents>();
    this.loads.push(one);
    if (this.atOnce !== null) one.open(this.atOnce);
    return one.opened;
  };

  readonly save = (intents: Intents): Promise<void> => {
    const one = { ...gate(), names: [...intents.backends.keys()] };
    this.saves.push(one);
    return one.opened;
  };
}

const disabledIn = ({ config: { backends } }: Effective) =>
  [...backends].flatMap(([name, { enabled }]) => (enabled ? [] : [name]));

describe('what operators asked for, and a disk that fails or hangs', () => {
  let tree: Tree;
  let store: SlowStore;
  let operator: ActorRef<OperatorRequest>;
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
    operator = tree.start(operatorActor({ config: keeper, health, decision, store, cell }));
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
    askBy<OperatorRequest, OperatorAnswer>(
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
    cell = newIntentCell();
    inForce = [];
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
    await start({ kind: 'unread', problem, nothingLost: true });
    expect(told('operator-state-not-kept')).to.deep.equal([['error', { error: problem }]]);
    expect(await warning(act('a'))).to.match(/not kept: .*cannot be made/);
    await tree.clock.advance(90_000);
    store.atOnce = read(noIntents);
    await tree.clock.advance(30_000);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['a']]);
    expect(told('operator-state-lost')).to.deep.equal([]);
    expect(told('operator-state-not-kept').filter(([level]) => level === 'error')).to.have.length(1);
  });

  it('follows what somebody else keeps, and keeps it when he has gone, with what was said here', async () => {
    const problem = 'another maglevd keeps its state in /s';
    const foreign = (name: string): LoadedIntents => {
      return { kind: 'foreign', problem, intents: { ...noIntents, backends: new Map([[name, disabled]]) } };
    };
    await start(foreign('b'));
    expect(inForce).to.deep.equal(['b']);
    store.atOnce = foreign('c');
    await tree.clock.advance(2000);
    expect(inForce).to.deep.equal(['c']);
    expect(await warning(act('a'))).to.match(/not kept: .*another maglevd/);
    await tree.clock.advance(10_000);
    expect(inForce).to.deep.equal(['a', 'c']);
    expect(store.saves).to.deep.equal([]);
    store.atOnce = read(kept);
    await tree.clock.advance(2000);
    expect(inForce).to.deep.equal(['a', 'b']);
    expect(store.saves.map(({ names }) => names)).to.deep.equal([['b', 'a']]);
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

  it('has the next life of the actor wait for what the last one left with the disk', async () => {
    await start();
    void act('a');
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
});
