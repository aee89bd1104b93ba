import { AsyncLocalStorage } from 'node:async_hooks';

/** What code can run on behalf of. `abandoned`: it missed its deadline, and whatever it still does must reach nobody. */
interface Agent {
  readonly abandoned: boolean;
}

/**
 * Which incarnation the running code belongs to, across every await. A handler that was abandoned at its deadline
 * cannot be killed in JavaScript; this is how its late words are told from those of the living. Only abandoned
 * agents are silenced: a callback that merely outlives its actor may belong to something shared.
 */
const running = new AsyncLocalStorage<Agent>();

/** Runs `work`, and everything that it starts, on behalf of `agent`. */
export function runAs<A extends unknown[], T>(agent: Agent, work: (...args: A) => T, ...args: A): T {
  return running.run(agent, work, ...args);
}

/** Does the running code belong to an abandoned incarnation? */
export function isFenced(): boolean {
  return running.getStore()?.abandoned === true;
}
