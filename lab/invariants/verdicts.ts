import type { FrontendView } from '../../protocol/decision.js';
import type { Invariant } from '../invariant.js';
import { placesOf, vipIdOf } from '../places.js';
import { serves } from '../seen.js';
import type { World } from '../world.js';
import { takenOut } from './taken-out.js';

export const verdictsTrue: Invariant = {
  name: 'verdicts-true',
  promise: 1,
  says: 'A server is down when its own probes have failed so often, up when one has passed, and without a verdict only when its probes begin anew.',
  observe: ({ truth }, { checked, broken }) => ({
    told: (_level, event, fields) => {
      if (event !== 'backend-transition') return;
      const [name, from, to] = [String(fields['backend']), String(fields['from']), String(fields['to'])];
      const said = `${name} went from ${from} to ${to} (${fields['reason']})`;
      checked();
      if (to === 'down' && !truth.mayBeDown(name)) broken(`${said}, and its probes have not failed so often`);
      if (to === 'up' && !truth.mayBeUp(name)) broken(`${said}, and no probe has passed`);
      if (to === 'unknown' && !truth.mayBeginAnew(name)) broken(`${said}, though nothing has begun anew`);
    },
  }),
};

export const wellFirst: Invariant = {
  name: 'well-first',
  promise: 1,
  says: 'No server is put in before it has been found well, where it is probed.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      for (const [id, vip] of after) {
        for (const [address, weight] of vip.servers) {
          if (weight === 0 || (before.get(id)?.servers.get(address) ?? 0) > 0) continue;
          checked();
          if (!world.truth.mayServe(address))
            broken(`${write.name} put ${address} in at ${id}, and nobody has found it well`);
        }
      }
    },
  }),
};

export const startHolds: Invariant = {
  name: 'start-holds',
  promise: 1,
  says: 'Right after a start no server goes because of a verdict while others of its frontend were not even probed.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      const { truth } = world;
      if (write.name !== 'lb_as_set_weight') return;
      for (const [id, address] of takenOut(before, after)) {
        if (!serves(before.get(id)) || !truth.isVerdictOnly(id, address)) continue;
        checked();
        const unheard = truth.unheard(id);
        if (unheard.length > 0)
          broken(`${address} of ${id} was put out before ${unheard.join(', ')} was probed`);
      }
    },
  }),
};

export const doneWhenTold: Invariant = {
  name: 'done-when-told',
  promise: 3,
  says: 'When an operator is told that VPP has what he asked for, VPP has it.',
  observe: (world, { checked, broken }) => ({
    obeyed: (backend, action, applied) => {
      if (action !== 'pause' && action !== 'disable') return;
      const { config } = world.truth;
      for (const { frontend: name, acknowledged, pending } of applied) {
        const frontend = config.frontends.find((one) => one.name === name);
        if (pending !== null || acknowledged === 0 || frontend === undefined) continue;
        const address = world.truth.addressOf(backend);
        const [place, ...others] = placesOf(config, frontend, address);
        if (place?.backend !== backend || others.length > 0) continue;
        checked();
        const weight = world.seen.get(vipIdOf(frontend))?.servers.get(address) ?? 0;
        if (weight > 0)
          broken(`${action} of ${backend} was acknowledged, and ${address} of ${name} weighs ${weight}`);
      }
    },
  }),
};

/** So long after the word of it, in milliseconds. */
const SOON_MS = 1000;

export const patienceEnds: Invariant = {
  name: 'patience-ends',
  promise: 2,
  says: 'Who is told to be given up for want of a verdict is not waited for any longer.',
  observe: (world, { checked, broken }) => {
    /** By backend, how often something was told of it. */
    const told = new Map<string, number>();
    return {
      told: (_level, event, fields) => {
        const name = String(fields['backend']);
        if (event === 'backend-transition') told.set(name, (told.get(name) ?? 0) + 1);
        if (event !== 'backend-given-up') return;
        const [times, pid] = [told.get(name), world.process?.pid];
        world.clock.schedule(SOON_MS, () => {
          const isSame = () => told.get(name) === times && world.process?.pid === pid;
          if (isSame()) look(world, name, isSame, checked, broken);
        });
      },
    };
  },
};

function look(
  world: World,
  name: string,
  isSame: () => boolean,
  checked: () => void,
  broken: (what: string) => void,
): void {
  const { truth } = world;
  // A reload may have its probes begin anew without a word.
  if (truth.quietMs < SOON_MS || truth.configs.some((one) => one !== truth.config)) return;
  for (const frontend of truth.config.frontends) {
    if (!frontend.pools.some(({ backends }) => backends.some((one) => one.name === name))) continue;
    world.ask<FrontendView>(
      `show ${frontend.name}`,
      ({ ask, views }) => ask(views, { type: 'get-frontend', name: frontend.name }),
      (view) => {
        if (view === null || !isSame()) return;
        checked();
        const own = view.pools.flatMap(({ backends }) => backends).filter((one) => one.name === name);
        for (const { reason } of own)
          if (reason.startsWith('no verdict yet'))
            broken(`${name} of ${frontend.name} was given up, and is told '${reason}'`);
      },
    );
  }
}
