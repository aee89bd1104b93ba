import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import {
  desiredAs,
  desiredVip,
  sampleConfig,
  sampleDecision,
  sampleFrontend,
} from '../support/domain-samples.js';
import { valid, World } from '../support/world.js';
import { SessionStage } from './session-stage.js';

describe('flows that an operator wants to be cut are cut, whatever comes in between', () => {
  it('a reload right behind `set weight ... flush`', async () => {
    const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }]);
    const config = sampleConfig({ a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' } }, [web]);
    const world = new World(config);
    world.machine.start();
    await world.begin();
    const from = world.machine.vpp.writes.length;
    world.file = valid({ ...config, lb: { ...config.lb, flowTimeout: config.lb.flowTimeout + 1 } });
    const { operator, config: keeper } = world.targets;
    const reply = { ok: () => true, fail: () => true };
    const change = { frontend: 'web', pool: 'pool0', backend: 'a', weight: 30 };
    operator.tell({ type: 'set-weight', change, flush: true, reply });
    keeper.tell({ type: 'reload-config', reply });
    await world.tree.clock.settle();
    const writes = world.machine.vpp.writes.slice(from);
    expect(
      writes.find(({ op }) => op === 'conf'),
      'it was reloaded',
    ).to.have.nested.property('conf.flowTimeout');
    const cuts = writes.filter((write) => 'flush' in write && write.flush);
    expect(cuts).to.have.length(1);
    expect(cuts[0]).to.include({ address: '10.0.0.1', weight: 30 });
    await world.tree.end();
  });

  it('a write that VPP refuses at first', async () => {
    const web = (weight: number) =>
      desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', weight), desiredAs('10.0.0.2')], { frontend: 'web' });
    const stage = new SessionStage();
    stage.begin();
    const { tree, vpp } = stage;
    await stage.start(sampleDecision([web(100)]));
    const from = vpp.writes.length;
    vpp.refuse = () => new MaglevError('MGL_VPP_TIMEOUT', 'VPP did not answer');
    await stage.want(web(30), '10.0.0.1');
    vpp.refuse = () => null;
    await tree.clock.advance(120_000);
    const cuts = vpp.writes.slice(from);
    expect(cuts, 'once').to.have.length(1);
    expect(cuts[0]).to.include({ op: 'as-weight', address: '10.0.0.1', weight: 30, flush: true });
    await stage.end();
  });
});
