import { expect } from 'chai';
import { REREAD_MS, REREADS } from '../../config/settled-file.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { vipId } from '../../domain/lb.js';
import type { ConfigAnswer } from '../../protocol/config.js';
import { verdictOf } from '../support/config-answer.js';
import { sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';
import { valid, World } from '../support/world.js';

const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' } };
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 100 }]);
const dns = sampleFrontend('dns', '192.0.2.2', [{ b: 100 }]);
const whole = sampleConfig(backends, [web, dns]);
/** As far as it has been written. */
const half = sampleConfig(backends, [web]);
/** `weight: 10` of 100. */
const cutWeight = sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 10 }]), dns]);
const halfPool = sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [{ a: 100 }]), dns]);
const both = ['192.0.2.1/32', '192.0.2.2/32'].map((prefix) => vipId(vipKey(prefix)));
const broken: ConfigVerdict = {
  ok: false,
  stage: 'parse',
  issues: [{ place: { file: 'm.yaml', line: 3, column: 1 }, path: '', message: 'is no YAML' }],
  warnings: [],
};

describe('a config file that is cut off', () => {
  let world: World;
  beforeEach(async () => {
    world = new World(whole);
    world.settles = true;
    world.machine.start();
    await world.begin();
  });
  afterEach(() => world.tree.end());

  /** What the file has at its first, second, … reading; the last stays. Counts the readings. */
  const reading = (...contents: (MaglevConfig | ConfigVerdict)[]) => {
    const read = { times: 0 };
    Object.defineProperty(world, 'file', {
      get: () => {
        const next = contents[Math.min(read.times++, contents.length - 1)];
        if (next === undefined) throw new Error('a file without contents');
        return 'ok' in next ? next : valid(next);
      },
    });
    return read;
  };
  const ask = async (type: 'check-config' | 'reload-config') => {
    const answer: { verdict: ConfigVerdict | Error | null; at: number } = { verdict: null, at: 0 };
    const began = world.tree.clock.monotonic();
    const set = (given: ConfigAnswer | Error) => {
      answer.verdict = verdictOf(given);
      answer.at = world.tree.clock.monotonic() - began;
      return true;
    };
    world.targets.config.tell({ type, reply: { ok: set, fail: set } });
    await world.tree.clock.advance(60_000);
    return answer;
  };

  for (const [name, cut] of [
    ['a frontend', half],
    ['a server', halfPool],
    ['a digit of a weight', cutWeight],
  ] as const) {
    it(`is read again when it lacks ${name}: nothing is removed while it is written`, async () => {
      const writes = world.machine.vpp.writes.length;
      reading(cut, whole);
      expect(await ask('reload-config')).to.deep.include({ verdict: valid(whole), at: REREAD_MS });
      expect(world.machine.vpp.writes.length).to.equal(writes);
    });
  }

  it('counts when it stays as it is: then it is meant', async () => {
    const read = reading(half);
    expect(await ask('reload-config')).to.deep.include({ verdict: valid(half), at: REREAD_MS });
    expect(read.times).to.equal(2);
    expect(world.installed()).to.deep.equal(both.slice(0, 1));
  });

  it('is waited for through states in which it is no config at all', async () => {
    reading(half, broken, half, whole);
    expect(await ask('reload-config')).to.deep.include({ verdict: valid(whole) });
    expect(world.installed()).to.deep.equal(both);
  });

  it('is refused with its errors when that is how it stays', async () => {
    reading(half, broken);
    expect(await ask('reload-config')).to.deep.include({ verdict: broken });
    expect(world.installed()).to.deep.equal(both);
  });

  it('is refused when it does not come to rest within 10 s', async () => {
    const read = reading(...Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? half : halfPool)));
    const { verdict, at } = await ask('reload-config');
    expect(verdict).to.deep.include({ ok: false, stage: 'read' });
    expect(verdict)
      .to.have.nested.property('issues[0].message')
      .that.matches(/^the file is still being written: /);
    expect(at).to.equal(10_000);
    expect(read.times).to.equal(REREADS + 1);
    expect(world.installed()).to.deep.equal(both);
  });

  it('does not wait for what has nothing to do with traffic', async () => {
    const told = sampleConfig(backends, [{ ...web, description: 'the shop' }, dns]);
    const often = { ...told, lb: { ...told.lb, syncInterval: 1000, statsInterval: 2000 } };
    const read = reading(often);
    expect(await ask('reload-config')).to.deep.include({ verdict: valid(often), at: 0 });
    expect(read.times).to.equal(1);
  });

  it('is read again when it does not end in a line break, whatever it says', async () => {
    const read = reading({ ok: true, config: whole, warnings: [], cutOff: true }, whole);
    expect(await ask('reload-config')).to.deep.include({ verdict: valid(whole), at: REREAD_MS });
    expect(read.times).to.equal(2);
  });

  describe('before its first frontend', () => {
    const refused = /there are no frontends, but 2 are running/;

    it('never takes the last VIP away', async () => {
      reading(sampleConfig({}, []));
      const { verdict } = await ask('reload-config');
      expect(verdict).to.deep.include({ ok: false, stage: 'semantic' });
      expect(verdict).to.have.nested.property('issues[0].message').that.matches(refused);
      expect(world.installed()).to.deep.equal(both);
    });

    it('fails a check as well, which says that the file is valid and would be refused', async () => {
      reading(sampleConfig({}, []));
      const { verdict } = await ask('check-config');
      expect(verdict).to.deep.include({ ok: false, stage: 'semantic' });
      expect(verdict)
        .to.have.nested.property('issues[0].message')
        .that.matches(refused)
        .and.matches(/^valid, but a reload would be refused: /);
      const records = world.tree.log.of('config-check-failed');
      expect(records.map(({ fields }) => fields['reload'])).to.deep.equal([false]);
    });
  });
});
