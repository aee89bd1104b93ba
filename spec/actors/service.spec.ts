import { expect } from 'chai';
import { watchdogOf } from '../../daemon/service-manager.js';
import { statusText } from '../../domain/service-status.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import type { Hook } from '../support/instrument.js';
import { World } from '../support/world.js';

const WATCHDOG_MS = 30_000;
const config = sampleConfig({ a: { address: '10.0.0.1' } }, [
  sampleFrontend('web', '192.0.2.1', [{ a: 100 }]),
]);

/** systemd, as far as it matters: it ends a service that gives no sign of life for too long. */
class FakeSystemd {
  readonly told: string[] = [];
  #aliveAt = 0;

  constructor(readonly world: World) {
    world.service = {
      watchdogMs: WATCHDOG_MS,
      notify: (lines) => {
        this.told.push(...lines);
        if (lines.includes('WATCHDOG=1')) this.#aliveAt = world.tree.clock.monotonic();
      },
    };
  }

  get givesUp(): boolean {
    return this.world.tree.clock.monotonic() - this.#aliveAt > WATCHDOG_MS;
  }
}

const forever = new Promise<void>(() => {});

describe('actors/service: the sign of life', () => {
  for (const part of ['config-keeper', 'events', 'operator', 'health', 'decision', 'vpp', 'root']) {
    it(`is withheld when ${part} is stuck in a message; VPP forwards on, and the next life writes nothing`, async () => {
      let stuck = false;
      const hook: Hook = ({ actor }) => (stuck && actor === part ? forever : undefined);
      const world = new World(config);
      const systemd = new FakeSystemd(world);
      world.machine.start();
      await world.begin(hook);
      await world.tree.clock.advance(10 * WATCHDOG_MS);
      expect(systemd.givesUp).to.equal(false);
      expect(systemd.told).to.include('STATUS=VPP connected, 1 frontend, none down');
      expect(systemd.told.filter((line) => line === 'READY=1')).to.have.length(1);

      stuck = true;
      await world.tree.clock.advance(2 * WATCHDOG_MS);
      expect(systemd.givesUp).to.equal(true);
      expect(world.tree.log.of('service-stuck').length).to.be.above(0);
      expect(world.weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100 });
      await world.tree.end();

      const next = new World(config, undefined, world.machine);
      const again = new FakeSystemd(next);
      world.machine.vpp.writes.length = 0;
      await next.begin();
      await next.tree.clock.advance(2 * WATCHDOG_MS);
      expect(again.givesUp).to.equal(false);
      expect(world.machine.vpp.writes).to.deep.equal([]);
      await next.tree.end();
    });
  }

  it('goes on while VPP is away, and while a part crashes and comes back', async () => {
    let crashes = 3;
    const world = new World(config);
    const systemd = new FakeSystemd(world);
    await world.begin(({ actor, message }) => {
      if (actor !== 'config-keeper' || message !== 'get-config' || crashes === 0) return;
      crashes--;
      throw new Error('crash of the config-keeper');
    });
    for (let i = 0; i < 20; i++) {
      await world.tree.clock.advance(WATCHDOG_MS / 2);
      expect(systemd.givesUp).to.equal(false);
    }
    expect(crashes).to.equal(0);
    expect(systemd.told).to.include('STATUS=VPP not connected, 1 frontend, none down');
    await world.tree.end();
  });

  it('is asked for by the environment of the very process', () => {
    expect(watchdogOf({ WATCHDOG_USEC: '30000000' }, 7)).to.equal(30_000);
    expect(watchdogOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7)).to.equal(30_000);
    expect(watchdogOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7)).to.equal(null);
    for (const word of ['', '0', '-5', 'soon', '1e9'])
      expect(watchdogOf({ WATCHDOG_USEC: word }, 7)).to.equal(null);
  });

  it('comes with the state in words', () => {
    expect(statusText({ vpp: 'connected', frontends: 40, frontendsDown: 2 })).to.equal(
      'VPP connected, 40 frontends, 2 down',
    );
  });
});
