import { expect } from 'chai';
import { type ConfigCell, configKeeperActor } from '../../actors/config-keeper.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import { nextTurn } from '../../domain/turns.js';
import type { Address } from '../../protocol/address.js';
import type {
  ConfigAnswer,
  ConfigChanged,
  ConfigConsidered,
  ConfigControl,
  ConfigRead,
} from '../../protocol/config.js';
import { noWords, verdictOf } from '../support/config-answer.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { type MockMailbox, mailbox } from '../support/mailbox.js';
import { type Gate, gate } from '../support/stage.js';
import { askBy, Tree } from '../support/tree.js';
import { valid, World } from '../support/world.js';

const backends = { a: { address: '10.0.0.1' } };
/** A config that can be told from others by a description, which needs no second reading of the file. */
const numbered = (n: number) =>
  sampleConfig(backends, [{ ...sampleFrontend('web', '192.0.2.1', [{ a: 100 }]), description: `${n}` }]);

describe('actors/config-keeper', () => {
  let tree: Tree;
  let keeper: ActorRef<ConfigControl>;
  let report: MockMailbox<ConfigChanged | ConfigConsidered>;
  /** One for every time that the file is read. */
  let reads: Gate<ConfigVerdict>[];
  let answers: boolean;
  /** Files that were only looked at, and what is found in them. */
  let looked: string[];
  let looksLike: ConfigVerdict;
  let cell: ConfigCell;

  beforeEach(async () => {
    tree = new Tree();
    report = mailbox('report');
    reads = [];
    looked = [];
    looksLike = valid(numbered(7));
    cell = { running: numbered(1), warnings: [] };
    const load = () => {
      const one = gate<ConfigVerdict>();
      reads.push(one);
      return one.opened;
    };
    const read = async (file: string): Promise<ConfigVerdict> => {
      looked.push(file);
      return looksLike;
    };
    const vpp = { name: 'vpp', tell: () => false };
    const answering: Address<ConfigChanged | ConfigConsidered> = {
      name: 'report',
      tell: (message) => {
        report.tell(message);
        if (answers) message.reply.ok(noWords);
        return true;
      },
    };
    answers = true;
    keeper = tree.start(configKeeperActor({ cell, file: 'm.yaml', load, read, vpp, report: answering }));
    await tree.clock.settle();
  });
  afterEach(() => tree.end());

  const ask = (type: 'check-config' | 'reload-config') => {
    const answer: { value: ConfigVerdict | string | null; words?: unknown } = { value: null };
    askBy<ConfigControl, ConfigAnswer>(tree.system, keeper, (reply) => ({ type, reply }), {
      timeoutMs: 60_000,
    }).then(
      (given) => {
        const verdict = verdictOf(given);
        if (!(verdict instanceof Error)) answer.value = verdict;
        if (given.ok) answer.words = given.words;
      },
      (error: MaglevError) => {
        answer.value = error.code;
      },
    );
    return answer;
  };
  const running = () =>
    askBy<ConfigControl, MaglevConfig>(tree.system, keeper, (reply) => ({ type: 'get-config', reply }));

  it('tells the running config at once while it reads the file, however many ask', async () => {
    ask('check-config');
    ask('reload-config');
    const all = await Promise.all(Array.from({ length: 500 }, running));
    expect(new Set(all)).to.deep.equal(new Set([cell.running]));
  });

  it('has a large config in force, and answers who asks, while it works out what that has changed', async () => {
    const large = (weight: number) => {
      const many = Array.from({ length: 1000 }, (_, i) => [
        `s${i}`,
        { address: `10.1.${i >> 8}.${i & 255}` },
      ]);
      const servers = Object.fromEntries(many.map(([name]) => [name, weight]));
      return sampleConfig(Object.fromEntries(many), [sampleFrontend('web', '192.0.2.1', [servers])]);
    };
    cell.running = large(1);
    const answer = ask('reload-config');
    await tree.clock.settle();
    const next = large(2);
    reads[0]?.open(valid(next));
    const seen: string[] = [];
    for (let turn = 0; turn < 500 && answer.value === null; turn++) {
      await nextTurn();
      seen.push(`${report.takeAll().length} told, ${(await running()) === next ? 'in force' : 'not yet'}`);
    }
    expect(answer.value).to.include({ ok: true });
    const first = seen.indexOf('1 told, in force');
    expect(seen.slice(first).length, 'turns of the event loop between that and the answer').to.be.above(5);
    expect(first).to.be.within(0, 3);
  });

  it('looks at a file once without making it count, and says what it would change and what a reload would refuse', async () => {
    const look = (file: string | null) =>
      askBy<ConfigControl, ConfigRead>(tree.system, keeper, (reply) => ({
        type: 'read-config',
        file,
        reply,
      }));
    const found = await look(null);
    expect(found.ok && found.changes.changes).to.have.length(1);
    looksLike = valid({ ...numbered(8), frontends: new Map() });
    const refused = await look('/tmp/other.yaml');
    expect(refused.ok ? '' : refused.issues[0]?.message).to.contain('a reload would be refused');
    expect(looked).to.deep.equal(['m.yaml', '/tmp/other.yaml']);
    expect(cell.running).to.deep.equal(numbered(1));
    expect(reads).to.deep.equal([]);
  });

  it('takes a reload whatever else waits for it', async () => {
    ask('check-config');
    for (let i = 0; i < 500; i++) void running().catch(() => {});
    const reload = ask('reload-config');
    await tree.clock.settle();
    reads[1]?.open(valid(numbered(2)));
    await tree.clock.settle();
    expect(reload.value).to.deep.include({ ok: true });
    expect(cell.running).to.deep.equal(numbered(2));
    expect(report.received.at(-1)).to.deep.include({ type: 'config-changed', config: numbered(2) });
  });

  for (const type of ['check-config', 'reload-config'] as const) {
    it(`reads the file once more for all who ask for ${type} meanwhile, and answers none with an older reading`, async () => {
      const first = ask(type);
      await tree.clock.settle();
      const later = Array.from({ length: 50 }, () => ask(type));
      await tree.clock.settle();
      expect(reads).to.have.length(1);
      reads[0]?.open(valid(numbered(2)));
      await tree.clock.settle();
      expect(first.value).to.deep.equal(valid(numbered(2)));
      expect(later.every(({ value }) => value === null)).to.equal(true);
      expect(reads).to.have.length(2);
      reads[1]?.open(valid(numbered(3)));
      await tree.clock.settle();
      for (const { value } of later) expect(value).to.deep.equal(valid(numbered(3)));
      expect(reads).to.have.length(2);
    });
  }

  it('answers a reload that is in force also when nobody knows what becomes of the words of operators', async () => {
    answers = false;
    const reload = ask('reload-config');
    await tree.clock.settle();
    reads[0]?.open(valid(numbered(2)));
    await tree.clock.advance(4_999);
    expect(reload.value).to.equal(null);
    expect(cell.running).to.deep.equal(numbered(2));
    await tree.clock.advance(1);
    expect(reload).to.deep.equal({ value: valid(numbered(2)), words: null });
  });

  it('survives a failure to read that no file explains, says so, and reads again', async () => {
    const failed = ask('reload-config');
    const after = ask('reload-config');
    await tree.clock.settle();
    reads[0]?.break(new MaglevError('MGL_INTERNAL', 'boom'));
    await tree.clock.settle();
    expect(failed.value).to.equal('MGL_INTERNAL');
    expect(
      tree.log.of('config-reload-done').map(({ level, fields }) => ({ level, ...fields })),
    ).to.deep.equal([{ level: 'error', ok: false, code: 'MGL_INTERNAL', error: 'boom' }]);
    expect(tree.log.of('actor-crash')).to.deep.equal([]);
    reads[1]?.open(valid(numbered(2)));
    await tree.clock.settle();
    expect(after.value).to.deep.include({ ok: true });
  });
});

describe('SIGHUP', () => {
  it('is taken later when nobody can take it now, and the log says so', async () => {
    let crash = false;
    const world = new World(numbered(1));
    world.machine.start();
    await world.begin(({ actor, message }) => {
      if (!crash || actor !== 'config-keeper' || message !== 'get-config') return;
      crash = false;
      throw new Error('crash of the config-keeper');
    });
    const { config } = world.targets;
    const unheard = { ok: () => false, fail: () => false };
    const flood = () => config.tell({ type: 'get-config', reply: unheard });
    crash = true;
    flood();
    await world.tree.clock.settle();
    // Held for the next life of the actor, until no more are.
    while (flood());
    world.file = valid(numbered(2));
    world.root.tell({ type: 'reload' });
    await world.tree.clock.settle();
    expect(world.tree.log.of('config-reload-delayed')).to.have.length(1);
    await world.tree.clock.advance(10_000);
    expect(world.tree.log.of('config-reload-done').map(({ fields }) => fields['ok'])).to.deep.equal([true]);
    await world.tree.end();
  });
});
