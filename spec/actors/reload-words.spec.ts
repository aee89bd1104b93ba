import { expect } from 'chai';
import type { MaglevConfig } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import type { ConfigAnswer, ConfigControl } from '../../protocol/config.js';
import type { OperatorAnswer } from '../../protocol/operator.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { valid, World } from '../support/world.js';

const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' } };
const before = sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 100 }])]);
/** Without b, and with another weight of a. */
const after = sampleConfig({ a: backends.a }, [sampleFrontend('web', '192.0.2.1', [{ a: 50 }])]);

describe('a reload, and what operators asked for', () => {
  let world: World;
  beforeEach(async () => {
    world = new World(before);
    world.machine.start();
    await world.begin();
    await world.ask<OperatorAnswer>(({ operator }, reply) =>
      operator.tell({ type: 'act-on-backend', name: 'b', action: 'disable', reply }),
    );
    const change = { frontend: 'web', pool: 'pool0', backend: 'a', weight: 10 };
    await world.ask<OperatorAnswer>(({ operator }, reply) =>
      operator.tell({ type: 'set-weight', change, flush: false, reply }),
    );
  });
  afterEach(() => world.tree.end());

  const answerTo = async (type: 'check-config' | 'reload-config', config: MaglevConfig) => {
    world.file = valid(config);
    let answer: ConfigAnswer | MaglevError | null = null;
    const set = (given: ConfigAnswer | MaglevError) => {
      answer = given;
      return true;
    };
    const question: ConfigControl = { type, reply: { ok: set, fail: set } };
    world.targets.config.tell(question);
    await world.tree.clock.advance(2_000);
    const given = answer as ConfigAnswer | MaglevError | null;
    if (given === null || given instanceof MaglevError || !given.ok) throw new Error('not taken');
    return given;
  };
  const gone = {
    dropped: [
      {
        asked: 'weight 10',
        backend: 'a',
        frontend: 'web',
        pool: 'pool0',
        why: 'the config says weight: 50 now, and said 100 then',
      },
    ],
    fellDormant: [{ asked: 'disable', backend: 'b' }],
    woke: [],
  };

  it('says what was dropped, what waits for its name, and what is in force again', async () => {
    expect((await answerTo('reload-config', after)).words).to.deep.equal(gone);
    expect((await answerTo('reload-config', after)).words).to.deep.equal({
      dropped: [],
      fellDormant: [],
      woke: [],
    });
    const { words, changes } = await answerTo('reload-config', before);
    expect(words).to.deep.equal({ dropped: [], fellDormant: [], woke: [{ asked: 'disable', backend: 'b' }] });
    expect(changes.changes[0]).to.deep.include({ how: 'changed', what: 'frontend', name: 'web' });
    expect(changes.vips.serversAdded).to.deep.equal([{ vip: '192.0.2.1/32,tcp,80', server: '10.0.0.2' }]);
  });

  it('says so before, when it is only checked, and nothing has happened then', async () => {
    const writes = world.machine.vpp.writes.length;
    expect((await answerTo('check-config', after)).words).to.deep.equal(gone);
    expect((await answerTo('check-config', after)).words).to.deep.equal(gone);
    expect(world.machine.vpp.writes.length).to.equal(writes);
    expect(world.tree.log.of('operator-intent-dropped')).to.deep.equal([]);
    expect(world.weights('192.0.2.1/32')).to.have.property('10.0.0.1').that.equals(10);
  });
});
