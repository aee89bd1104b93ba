import type { Invariant } from '../invariant.js';
import { vipIdOf } from '../places.js';
import { isCalm, SETTLED_MS } from './calm.js';

/** After a trouble with VPP nobody knows what of the last writes was done; so long after it everybody does. */
const QUIET_MS = 15_000;

/** What the config leaves as it is when it says nothing. */
const FLOW_TIMEOUT_S = 40;

export const converges: Invariant = {
  name: 'converges',
  promise: 2,
  says: `${SETTLED_MS / 1000} s after the last fault VPP has what the config, the operators and the servers make of it.`,
  observe: (world, { checked, broken }) => ({
    second: () => {
      if (!isCalm(world)) return;
      checked();
      const wanted = world.truth.expected(world.servers.isDeadNow);
      const { seen } = world;
      for (const [id, servers] of wanted) {
        const vip = seen.get(id);
        if (vip === undefined) {
          broken(`VPP lacks ${id}`);
          continue;
        }
        for (const address of new Set([...servers.keys(), ...vip.servers.keys()])) {
          const [should, has] = [servers.get(address), vip.servers.get(address)];
          if (should !== has)
            broken(
              `${address} of ${id} weighs ${has ?? 'nothing, it is missing'}, and should ${should ?? 'be gone'}`,
            );
        }
      }
      for (const frontend of world.truth.config.frontends) {
        const vip = seen.get(vipIdOf(frontend));
        if (vip !== undefined && vip.sticky !== frontend.sticky)
          broken(
            `${frontend.name} is ${vip.sticky ? '' : 'not '}sticky in VPP, and should ${vip.sticky ? 'not ' : ''}be`,
          );
        if (vip !== undefined && vip.tableLength !== world.truth.config.tableLength)
          broken(`${frontend.name} has a table of ${vip.tableLength} in VPP`);
      }
      const { flowTimeout } = world.vpp.lb.config;
      if (flowTimeout !== FLOW_TIMEOUT_S) broken(`VPP forgets idle flows after ${flowTimeout} s`);
      for (const id of seen.keys()) if (!wanted.has(id)) broken(`VPP has ${id}, which nobody wants`);
    },
  }),
};

export const noIdleWrite: Invariant = {
  name: 'no-idle-write',
  promise: 2,
  says: 'When nothing has happened for so long, nothing is written.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write }) => {
      checked();
      if (isCalm(world)) broken(`${write.name} in the calm: ${JSON.stringify(write.fields)}`);
    },
  }),
};

export const everyWriteChanges: Invariant = {
  name: 'every-write-changes',
  promise: 2,
  says: 'No write sets what VPP has already, but for one that cuts flows, or one that nobody knows the end of.',
  observe: (world, { checked, broken }) => ({
    wrote: ({ write, before, after }) => {
      if (!write.name.startsWith('lb_a') || world.truth.quietMs < QUIET_MS) return;
      // What somebody has changed by hand is seen when VPP is read.
      const { config } = world.truth;
      if (config.frontends.some((one) => world.truth.isTouched(vipIdOf(one)))) return;
      checked();
      const { isFlush = false } = write.fields as { readonly isFlush?: boolean };
      if (isFlush) return;
      if (write.retval !== 0)
        broken(`${write.name} was refused with ${write.retval}: VPP was not as it was taken to be`);
      else if (sameText(before, after)) broken(`${write.name} changed nothing`);
    },
  }),
};

function sameText(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return text(a) === text(b);
}

function text(value: ReadonlyMap<string, unknown>): string {
  return JSON.stringify([...value], (_key, one: unknown) => (one instanceof Map ? [...one] : one));
}
