import type { Invariant } from '../invariant.js';
import { placesOf, vipIdOf } from '../places.js';
import { weighedBy } from '../seen.js';
import { takenOut } from './taken-out.js';

/** After a trouble with VPP flows may be cut that were owed before it. */
const QUIET_MS = 15_000;

export const flowsCut: Invariant = {
  name: 'flows-cut',
  promise: 1,
  says: 'The flows of a server that leaves are cut when it is disabled, or down where the frontend says so, and never otherwise.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      if (write.name !== 'lb_as_set_weight' || world.truth.quietMs < QUIET_MS) return;
      const { isFlush = false } = write.fields as { readonly isFlush?: boolean };
      const weighed = weighedBy(write);
      if (isFlush && weighed !== null) {
        checked();
        const { id, address } = weighed;
        if (!world.truth.mayCut(id, address).has(true))
          broken(`the flows to ${address} of ${id} were cut, and nobody wants that`);
      }
      for (const [id, address] of takenOut(before, after)) {
        const possible = world.truth.mayCut(id, address);
        if (possible.size !== 1) continue;
        checked();
        if (!possible.has(isFlush))
          broken(
            `${address} of ${id} was put out ${isFlush ? 'with its flows cut' : 'without its flows cut'}`,
          );
      }
    },
  }),
};

export const cutWhenTold: Invariant = {
  name: 'cut-when-told',
  promise: 1,
  says: 'When an operator is told that a server is out with its flows, they were cut since it served last.',
  observe: (world, { checked, broken }) => {
    /** Servers that this VPP was told to put out, and whose flows were not cut since. */
    let uncut = new Set<string>();
    let life = 0;
    return {
      wrote: ({ write, before, after }) => {
        if (life !== world.vpp.life) uncut = new Set();
        life = world.vpp.life;
        for (const [id, address] of takenOut(before, after)) uncut.add(`${id} ${address}`);
        const weighed = weighedBy(write);
        const { isFlush = false } = write.fields as { readonly isFlush?: boolean };
        if (weighed !== null && isFlush) uncut.delete(`${weighed.id} ${weighed.address}`);
      },
      obeyed: (backend, asked, applied) => {
        if (asked !== 'flush' && asked !== 'disable') return;
        const { config } = world.truth;
        const address = world.truth.addressOf(backend);
        for (const { frontend: name, pending } of applied) {
          const frontend = config.frontends.find((one) => one.name === name);
          if (pending !== null || frontend === undefined || life !== world.vpp.life) continue;
          if (placesOf(config, frontend, address).length !== 1) continue;
          const id = vipIdOf(frontend);
          if (world.seen.get(id)?.servers.get(address) !== 0) continue;
          checked();
          if (uncut.has(`${id} ${address}`))
            broken(
              `${asked} of ${backend} is said to be done, and the flows to ${address} of ${name} are not cut`,
            );
        }
      },
    };
  },
};
