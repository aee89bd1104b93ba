import { expect } from 'chai';
import type { MaglevError } from '../../domain/errors.js';
import type { FlightRecord } from '../../domain/flight-record.js';
import { noRecorder } from '../support/bare-tree.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { fail, pass } from '../support/fake-servers.js';
import { valid, World } from '../support/world.js';
import { fleetConfig } from './checked-fleet.js';

const backends = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' } };
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 100 }]);
const one = sampleConfig(backends, [web]);
const two = sampleConfig(backends, [web, sampleFrontend('dns', '192.0.2.2', [{ b: 100 }])]);

describe('the flight recorder', () => {
  let world: World;
  const kept: FlightRecord[] = [];
  let failure: Error | null = null;
  beforeEach(() => {
    kept.length = 0;
    failure = null;
    world = new World(one);
    world.recorder = {
      ...noRecorder(),
      store: {
        keep: async (record) => {
          if (failure !== null) throw failure;
          kept.push(record);
          return `/flights/${kept.length}`;
        },
      },
    };
    world.machine.start();
  });
  afterEach(() => world.tree.end());

  const take = async (waitMs = 0): Promise<FlightRecord> => {
    const answer = new Promise<FlightRecord | MaglevError>((resolve) => {
      const set = (value: FlightRecord | MaglevError) => {
        resolve(value);
        return true;
      };
      world.targets.recorder.tell({ type: 'take-record', by: 'spec', reply: { ok: set, fail: set } });
    });
    await world.tree.clock.advance(waitMs);
    const record = await answer;
    if (record instanceof Error) throw record;
    return record;
  };

  it('has what VPP had before each sync that wrote, and what was written since', async () => {
    await world.begin();
    world.file = valid(two);
    world.root.tell({ type: 'reload' });
    await world.tree.clock.settle();
    const { reads, syncs, config, frontends, backends: lives, program, missing } = await take();
    expect(missing).to.deep.equal([]);
    expect(program).to.include({ configFile: 'm.yaml', vpp: true });
    expect(config?.frontends.size).to.equal(2);
    expect(reads?.map(({ state }) => state.vips.length)).to.deep.equal([0, 1]);
    const written = syncs?.map(({ operations }) => operations.map(({ operation }) => operation.op));
    expect(written?.map((operations) => operations.filter((op) => op === 'vip-add').length)).to.deep.equal([
      1, 1,
    ]);
    expect(frontends?.map(({ name }) => name)).to.deep.equal(['web', 'dns']);
    expect(lives?.map(({ name }) => name)).to.have.members(['a', 'b']);
  });

  it('has the last results of the probes of each server', async () => {
    await world.tree.end();
    world = new World(fleetConfig);
    world.machine.start();
    await world.begin();
    world.servers.next.set('10.0.0.1', [pass, fail]);
    await world.tree.clock.advance(5000);
    const { probes, missing } = await take();
    expect(missing).to.deep.equal([]);
    const found = probes?.('a').map(({ code }) => code) ?? [];
    expect(found.slice(-2)).to.deep.equal(['L7STS', 'L7OK']);
    expect(probes?.('nobody')).to.deep.equal([]);
  });

  it('is taken without the parts that do not answer, and says which these are', async () => {
    await world.begin(({ actor, message }) => {
      if (actor === 'operator' && message === 'list-overrides') throw new Error('wedged');
    });
    const { overrides, missing, config } = await take(5000);
    expect(overrides).to.equal(null);
    expect(missing.map(({ part, code }) => [part, code])).to.deep.equal([['overrides', 'MGL_ACTOR_CRASHED']]);
    expect(config).to.not.equal(null);
  });

  it('is kept at SIGUSR2, one at a time, and the log says where, or why it is not', async () => {
    await world.begin();
    for (let i = 0; i < 3; i++) world.root.tell({ type: 'keep-record' });
    await world.tree.clock.settle();
    expect(kept.map(({ by }) => by)).to.deep.equal(['signal']);
    expect(world.tree.log.of('flight-recorded').map(({ fields }) => fields)).to.deep.equal([
      { file: '/flights/1' },
    ]);
    failure = new Error('the disk is full');
    world.root.tell({ type: 'keep-record' });
    await world.tree.clock.settle();
    expect(world.tree.log.of('flight-not-recorded')[0]?.fields).to.deep.equal({ error: 'the disk is full' });
  });

  it('tells when the clock of the machine was set, and not when it drifts', async () => {
    await world.begin();
    await world.tree.clock.advance(5000);
    world.tree.clock.jumpWall(200);
    await world.tree.clock.advance(1000);
    world.tree.clock.jumpWall(-3_600_000);
    await world.tree.clock.advance(5000);
    expect(world.tree.log.of('clock-jump').map(({ fields }) => fields)).to.deep.equal([
      { jumpMs: -3_600_000 },
    ]);
  });
});
