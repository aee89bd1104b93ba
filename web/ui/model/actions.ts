import type { Action, Role } from '../../contract.js';

/** An action, and the maglevd that is to do it. */
export interface Asked {
  readonly maglevd: string;
  readonly action: Action;
}

const ranks: readonly Role[] = ['viewer', 'operator', 'admin'];

/** May it be done by whoever has all of these roles at most? */
export function allows(roles: readonly (Role | null | undefined)[], action: Action['do']): boolean {
  const needed = action === 'reload' ? 'admin' : 'operator';
  return roles.every((role) => role != null && ranks.indexOf(role) >= ranks.indexOf(needed));
}

/** What it is called, and what it does, for people. */
export function describe(action: Action): { readonly title: string; readonly does: string } {
  switch (action.do) {
    case 'pause':
      return {
        title: `Pause ${action.backend}`,
        does: 'No new flows, no probes; the flows that it has live on.',
      };
    case 'resume':
      return {
        title: `Resume ${action.backend}`,
        does: 'It is probed again, and serves when the probes pass.',
      };
    case 'disable':
      return {
        title: `Disable ${action.backend}`,
        does: 'Out of service: no new flows, and those that it has are cut.',
      };
    case 'enable':
      return {
        title: `Enable ${action.backend}`,
        does: 'It is probed again, and serves when the probes pass.',
      };
    case 'weight':
      return {
        title: `Weight ${action.weight} for ${action.backend} in ${action.frontend}`,
        does: action.flush ? 'The flows that it has now are cut.' : 'The flows that it has live on.',
      };
    case 'sync':
      return {
        title: action.frontend === null ? 'Sync everything' : `Sync ${action.frontend}`,
        does: 'Makes VPP equal to the decision now.',
      };
    case 'reload':
      return { title: 'Reload the config', does: 'Checks the config file, and loads it if it is valid.' };
  }
}
