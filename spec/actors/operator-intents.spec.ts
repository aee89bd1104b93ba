import { expect } from 'chai';
import { memoryStore } from '../../daemon/intent-store.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { a, b, backends, CheckedFleet, c, fleetConfig, withCheck } from './checked-fleet.js';

/** The fleet's first frontend without b, and nothing else. */
const withoutB = withCheck(
  sampleConfig({ a: backends.a, c: backends.c }, [
    sampleFrontend('web', '192.0.2.1', [{ a: 100 }, { c: 100 }]),
    sampleFrontend('other', '192.0.2.2', [{ c: 100 }]),
  ]),
);

describe('what operators asked for, and a config that changes', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, act, reload } = fleet;
  const told = (event: string) => fleet.world.tree.log.of(event).map(({ level, fields }) => [level, fields]);

  afterEach(end);

  it('waits for a name that a reload lacks: a server that was taken out is not put back by two reloads', async () => {
    await start();
    await seconds(10);
    await act('b', 'disable');
    await reload(withoutB);
    await seconds(10);
    expect(told('operator-intent-dormant')).to.deep.equal([['warn', { asked: 'disable', backend: 'b' }]]);
    await reload(fleetConfig);
    await seconds(10);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 0, [c]: 0 });
    expect(told('operator-intent-back')).to.deep.equal([['warn', { asked: 'disable', backend: 'b' }]]);
    expect(told('operator-intent-dropped')).to.deep.equal([]);
  });

  it('waits over a restart of maglevd as well', async () => {
    const intents = memoryStore();
    await start(fleetConfig, { intents });
    await act('b', 'disable');
    await end();
    const { machine } = fleet.world;
    await start(withoutB, { intents, machine });
    await end();
    await start(fleetConfig, { intents, machine });
    await seconds(10);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 0, [c]: 0 });
  });

  it('yields to a config that says something else, and tells of it', async () => {
    await start();
    await seconds(10);
    await act('b', 'disable');
    const overruled = { ...backends, b: { ...backends.b, enabled: false } };
    await reload(withCheck({ ...fleetConfig, backends: sampleConfig(overruled, []).backends }));
    await seconds(1);
    const why = 'the config says enabled: false now, and said true then';
    expect(told('operator-intent-dropped')).to.deep.equal([
      ['warn', { asked: 'disable', backend: 'b', why }],
    ]);
  });
});
