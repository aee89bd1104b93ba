import { expect } from 'chai';
import type { MaglevConfig } from '../../domain/config.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { fail } from '../support/fake-servers.js';
import type { Hook } from '../support/instrument.js';
import { World } from '../support/world.js';
import { a, CheckedFleet, checked, withCheck } from './checked-fleet.js';

const FRONTENDS = 50;

/** Whoever has to do with what is decided; VPP's side, the probes and the gateway are not of them. */
const deciding = new Set(['root', 'config-keeper', 'operator', 'health', 'decision']);

/** 50 frontends of two servers each. */
function fifty(backend: (address: string) => { readonly address: string }): MaglevConfig {
  const numbers = Array.from({ length: FRONTENDS }, (_, i) => i + 1);
  const backends = Object.fromEntries(
    numbers.flatMap((n) => [
      [`a${n}`, backend(`10.0.1.${n}`)],
      [`b${n}`, backend(`10.0.2.${n}`)],
    ]),
  );
  const frontends = numbers.map((n) =>
    sampleFrontend(`f${n}`, `192.0.2.${n}`, [{ [`a${n}`]: 1, [`b${n}`]: 1 }]),
  );
  return withCheck(sampleConfig(backends, frontends));
}

describe('how many messages it takes', () => {
  it('10 mailboxes at the most from a failed probe to the new weight in VPP', async () => {
    const fleet = new CheckedFleet();
    const points: string[] = [];
    const hook: Hook = ({ actor, message, phase }) => {
      if (phase === 'before') points.push(`${actor} ${message}`);
    };
    await fleet.start(undefined, { hook });
    await fleet.seconds(20);
    fleet.world.servers.answers.set(a, fail);
    points.length = 0;
    const before = fleet.world.machine.vpp.writes.length;
    while (fleet.world.machine.vpp.writes.length === before) await fleet.seconds(0.01);
    const end = points.lastIndexOf('link apply');
    const way = points.slice(points.lastIndexOf('backend-a probed', end), end + 1);
    await fleet.end();
    console.log(`      ${way.length} mailboxes: ${way.join(', ')}`);
    expect(way.length).to.be.within(3, 10);
  });

  for (const [kind, backend, mostDecided] of [
    ['without health checks: each frontend is decided once', (address: string) => ({ address }), FRONTENDS],
    // At the start, when nothing is known, and at each verdict but those that come at the same moment.
    ['with health checks: each frontend is decided once for each verdict', checked, 3 * FRONTENDS],
  ] as const) {
    it(`350 at the most in the decision part for a cold start of ${FRONTENDS} frontends ${kind}`, async () => {
      const world = new World(fifty(backend));
      world.machine.start();
      let messages = 0;
      const by = new Map<string, number>();
      await world.begin(({ actor, phase }) => {
        if (phase !== 'before' || !deciding.has(actor)) return;
        messages++;
        by.set(actor, (by.get(actor) ?? 0) + 1);
      });
      await world.tree.clock.advance(4000);
      const runs = world.tree.log.of('decision').map(({ fields }) => Number(fields['decided']));
      const decided = runs.reduce((sum, n) => sum + n, 0);
      const installed = world.installed().length;
      await world.tree.end();
      const parts = [...by].map(([actor, n]) => `${actor} ${n}`).join(', ');
      console.log(`      ${messages} messages (${parts}), ${decided} decisions`);
      expect(installed).to.equal(FRONTENDS);
      expect(decided).to.be.within(FRONTENDS, mostDecided);
      expect(messages).to.be.within(1, 350);
    });
  }
});
