import type { ActorSpec, Context } from '../actors/kernel/contract.js';

/**
 * Called before an actor takes a message, and when it starts. null: it goes on. To throw is to crash it; a promise that never
 * settles is the end of a process that is gone.
 */
export type Hook = (actor: string, message: string) => Promise<never> | null;

/** The same actor, and the same tree below it, with a hook before every start and every message. */
export function instrument<M>(spec: ActorSpec<M>, hook: Hook): ActorSpec<M> {
  const actor = spec.name;
  return {
    ...spec,
    start: async (context) => {
      const gone = hook(actor, 'start');
      if (gone !== null) await gone;
      const spawn: Context<M>['spawn'] = (child) => context.spawn(instrument(child, hook));
      const inner = new Proxy(context, {
        get: (whole, key) => {
          const found: unknown = key === 'spawn' ? spawn : Reflect.get(whole, key);
          // What it keeps for itself is not to be had by way of a proxy.
          return typeof found === 'function' ? found.bind(whole) : found;
        },
      });
      const behavior = await spec.start(inner);
      return {
        ...(behavior.stop === undefined ? {} : { stop: () => behavior.stop?.() }),
        receive: (message) => hook(actor, typeOf(message)) ?? behavior.receive(message),
      };
    },
  };
}

function typeOf(message: unknown): string {
  return typeof message === 'object' && message !== null && 'type' in message
    ? String(message.type)
    : typeof message;
}
