import type { Override } from '../../domain/overrides.js';
import type { FrontendView, PoolBackendView } from '../../protocol/decision.js';
import type { Invariant } from '../invariant.js';
import { vipIdOf } from '../places.js';
import type { World } from '../world.js';
import { isCalm } from './calm.js';

/** So often somebody asks, in seconds. */
const EVERY = 30;

/** Calls `look` now and then when all is calm. */
function nowAndThen(world: World, look: () => void): () => void {
  let seconds = 0;
  return () => {
    if (++seconds % EVERY === 0 && isCalm(world)) look();
  };
}

export const wordsKept: Invariant = {
  name: 'words-kept',
  promise: 1,
  says: 'What an operator was told to be done holds until he, or the config, says otherwise, over every crash and restart.',
  observe: (world, { checked, broken }) => ({
    second: nowAndThen(world, () => {
      const { truth } = world;
      const words = truth.words.told(truth.config).join('; ');
      world.ask<readonly Override[]>(
        'list overrides',
        ({ ask, operator }) => ask(operator, { type: 'list-overrides' }),
        (overrides) => {
          if (overrides === null || truth.words.told(truth.config).join('; ') !== words) return;
          checked();
          const told = overrides
            .filter((one) => one.dormantSince === null && truth.words.isSure(subjectOf(one)))
            .map(wordOf)
            .sort()
            .join('; ');
          if (told !== words) broken(`operators are told '${told}', and had said '${words}'`);
        },
      );
    }),
  }),
};

function subjectOf({ asked, backend, frontend, pool }: Override): string {
  if (frontend !== null) return `weight ${frontend} ${pool ?? ''} ${backend}`;
  return `${asked === 'pause' ? 'paused' : 'enabled'} ${backend}`;
}

function wordOf({ asked, backend, frontend, pool }: Override): string {
  return frontend === null ? `${asked} ${backend}` : `${asked} ${frontend} ${pool ?? ''} ${backend}`;
}

export const reasonsTrue: Invariant = {
  name: 'reasons-true',
  promise: 3,
  says: 'The reason that is given for a weight leads to something that is so.',
  observe: (world, { checked, broken }) => ({
    second: nowAndThen(world, () => {
      for (const { name } of world.truth.config.frontends) {
        world.ask<FrontendView>(
          `show ${name}`,
          ({ ask, views }) => ask(views, { type: 'get-frontend', name }),
          (view) => {
            if (view === null || !isCalm(world)) return;
            for (const pool of view.pools) {
              for (const backend of pool.backends) {
                checked();
                const wrong = contradiction(world, view, pool.name, backend);
                if (wrong !== null)
                  broken(`${name} ${pool.name} ${backend.name} is told '${backend.reason}': ${wrong}`);
              }
            }
          },
        );
      }
    }),
  }),
};

/** What of it is not so; null = all is. */
function contradiction(world: World, view: FrontendView, pool: string, told: PoolBackendView): string | null {
  const { truth } = world;
  const { name, reason, effectiveWeight } = told;
  const frontend = truth.config.frontends.find((one) => one.name === view.name);
  const plan = truth.config.backends.find((one) => one.name === name);
  if (frontend === undefined || plan === undefined) return 'the config has no such thing';
  const isDown = plan.check !== null && world.servers.isDeadNow(plan.address);
  const weight = truth.weightOf({ frontend: view.name, pool, backend: name }) ?? 0;
  const vip = world.seen.get(vipIdOf(frontend));
  const has = vip?.servers.get(plan.address) ?? 0;
  if (effectiveWeight === null) return 'it is held, though all is known';
  if (effectiveWeight > has) return `VPP gives it ${has}`;
  if (reason.startsWith('disabled')) return truth.isEnabled(name) ? 'it is enabled' : null;
  if (reason.startsWith('paused')) return truth.isPaused(name) ? null : 'nobody has paused it';
  if (reason.startsWith('down')) return isDown ? null : 'it is well';
  if (!truth.isEnabled(name) || truth.isPaused(name) || isDown) return 'it is not up';
  if (reason.includes('its weight is 0')) return weight === 0 ? null : `its weight is ${weight}`;
  if (reason.includes('in the active pool'))
    return weight === effectiveWeight ? null : `its weight is ${weight}`;
  return reason.includes('is active') ? null : 'nobody knows such a reason';
}
