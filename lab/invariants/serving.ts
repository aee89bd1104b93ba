import type { Invariant } from '../invariant.js';
import { type SeenVip, serves } from '../seen.js';
import type { World } from '../world.js';
import { takenOut } from './taken-out.js';

/** Has the VIP to be made anew, or to go, by a config that may count? */
function mayGo({ truth }: World, id: string, vip: SeenVip): boolean {
  return truth.configs.some((fleet) => {
    const wanted = truth.frontendOf(fleet, id);
    if (wanted === undefined) return true;
    return wanted.sticky !== vip.sticky || fleet.tableLength !== vip.tableLength;
  });
}

export const healthyStay: Invariant = {
  name: 'healthy-stay',
  promise: 1,
  says: 'No server is taken out, but one whose probes have failed, or that an operator or the config has put out.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      for (const [id, address, vip] of takenOut(before, after)) {
        checked();
        if (!vip.servers.has(address) && mayGo(world, id, vip)) continue;
        if (world.truth.mayLose(id, address, vip) === null)
          broken(`${write.name} took ${address} out of ${id}, which is well`);
      }
      for (const [id, vip] of before) {
        if (after.has(id) || !serves(vip)) continue;
        checked();
        if (!mayGo(world, id, vip))
          broken(`${write.name} removed ${id}, which serves and is wanted as it is`);
      }
    },
  }),
};

/** Who was refused just now is put in when VPP has been read. */
const REFUSED_MS = 5000;

export const neverEmpty: Invariant = {
  name: 'never-empty',
  promise: 1,
  says: 'No VIP that serves is left without a server while one of its servers may serve, and VPP takes it.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      for (const [id, vip] of before) {
        const now = after.get(id);
        if (now === undefined || !serves(vip) || serves(now)) continue;
        checked();
        if (now.servers.size < vip.servers.size && mayGo(world, id, vip)) continue;
        // What somebody has changed by hand is seen when VPP is read.
        if (world.truth.isTouched(id)) continue;
        const left = world.truth.mustServe(id).filter((name) => {
          const address = world.truth.addressOf(name);
          // One that was to come, and that VPP has just refused, is no reason for one that is down to stay.
          const isRefused = (vip.servers.get(address) ?? 0) === 0 && wasRefused(world);
          return now.servers.has(address) && !isRefused;
        });
        if (left.length > 0)
          broken(`${write.name} left ${id} without a server, though ${left.join(', ')} could serve`);
      }
    },
  }),
};

function wasRefused({ vpp }: World): boolean {
  return ['lb_as_set_weight', 'lb_add_del_as_v2'].some((name) => vpp.struckAgo(name) < REFUSED_MS);
}

/** May a backend that stands for this address be without a verdict now? */
function mayBeUnheard({ truth }: World, address: string): boolean {
  return truth.config.backends.some((one) => one.address === address && truth.mayBeginAnew(one.name));
}

export const weightsExplained: Invariant = {
  name: 'weights-explained',
  promise: 3,
  says: 'Every weight that is written stands in the config or was asked for by an operator, or is kept for want of a verdict.',
  observe: (world, { checked, broken }) => {
    /** What each server of a VIP weighed last, whoever has given it that. */
    const had = new Map<string, number>();
    return {
      wrote: ({ write, before, after }) => {
        for (const [id, vip] of before)
          for (const [address, weight] of vip.servers) had.set(`${id} ${address}`, weight);
        for (const [id, vip] of after) {
          for (const [address, weight] of vip.servers) {
            if (weight === 0 || before.get(id)?.servers.get(address) === weight) continue;
            checked();
            const known = world.truth.weightsAt(id, address);
            // A VIP that is made anew gets what it had.
            const isKept = had.get(`${id} ${address}`) === weight && mayBeUnheard(world, address);
            if (!known.has(weight) && !isKept)
              broken(
                `${write.name} gave ${address} of ${id} the weight ${weight}; known are ${[...known].join(', ')}`,
              );
          }
        }
      },
    };
  },
};
