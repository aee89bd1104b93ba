import type { ActorSpec, Context } from '../../actors/kernel/contract.js';

/** Called before and after every message that any actor of an instrumented tree handles; to throw is a crash, to wait is to be stuck. */
export type Hook = (point: {
  actor: string;
  message: string;
  phase: 'before' | 'after' | 'start';
}) => void | Promise<void>;

/** The same actor, and the same tree below it, with a hook around every start and every message. */
export function instrument<M>(spec: ActorSpec<M>, hook: Hook): ActorSpec<M> {
  return {
    ...spec,
    start: async (context) => {
      const actor = spec.name;
      const spawn: Context<M>['spawn'] = (child) => context.spawn(instrument(child, hook));
      const behavior = await spec.start(withSpawn(context, spawn));
      try {
        void hook({ actor, message: 'start', phase: 'start' });
      } catch (error) {
        // A start that fails has released what it took.
        await behavior.stop?.();
        throw error;
      }
      return {
        ...(behavior.stop === undefined ? {} : { stop: () => behavior.stop?.() }),
        receive: async (message) => {
          const point = { actor, message: typeOf(message) };
          const stuck = hook({ ...point, phase: 'before' });
          if (stuck !== undefined) await stuck;
          await behavior.receive(message);
          void hook({ ...point, phase: 'after' });
        },
      };
    },
  };
}

function withSpawn<M>(context: Context<M>, spawn: Context<M>['spawn']): Context<M> {
  return new Proxy(context, {
    get: (target, key) => {
      if (key === 'spawn') return spawn;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function typeOf(message: unknown): string {
  return typeof message === 'object' && message !== null && 'type' in message
    ? String(message.type)
    : typeof message;
}
