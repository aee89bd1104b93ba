import type {
  ActorRef,
  ActorSpec,
  ActorSystem,
  Behavior,
  Context,
  Supervision,
} from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Address, Ask, AskOptions, Reply } from '../../protocol/address.js';
import { type RecordingLog, recordingLog } from './recording-log.js';
import { askBy } from './tree.js';

/** What an actor of the stage does. */
export type Deed = (context: Context<Act>) => void | Promise<void>;

/** A message to an actor of the stage is what it shall do, with the way back if it is a question. */
export type Act = Deed | { readonly deed: Deed; readonly reply: Reply<never> };

/** Asks an actor of the stage to do something with the reply. */
export function askAct<R>(
  asker: { readonly ask: Ask },
  target: Address<Act>,
  make: (reply: Reply<R>) => Deed,
  options?: AskOptions,
): Promise<R> {
  return askBy<Act, R>(asker, target, (reply) => ({ deed: make(reply), reply }), options);
}

/** An actor of the stage. Everything is optional but the name. */
export interface Part extends Partial<Omit<ActorSpec<Act>, 'start'>> {
  readonly name: string;
  /** Spawned by start(), in this order. */
  readonly children?: readonly Part[];
  /** Runs in start(), after the children were spawned; `n` is the incarnation, from 1. */
  readonly start?: (context: Context<Act>, n: number) => void | Promise<void>;
  readonly stop?: (context: Context<Act>, n: number) => void | Promise<void>;
}

/** Virtual time, an actor system, and a journal of who started (+name) and stopped (-name). */
export interface Stage {
  readonly clock: VirtualClock;
  readonly log: RecordingLog;
  readonly system: ActorSystem;
  readonly journal: string[];
  /** Empties the journal. */
  readonly events: () => string[];
  /** `reason path` of every message that reached nobody, as the log has them. */
  readonly lost: () => string[];
  /** The actor that was the last to start under that name. */
  readonly ref: (name: string) => ActorRef<Act>;
  /** The latest context of the actor of that name. */
  readonly context: (name: string) => Context<Act>;
  readonly spec: (part: Part) => ActorSpec<Act>;
  /** Starts the tree and lets it settle. */
  readonly play: (root: Part) => Promise<ActorRef<Act>>;
}

/** Restarts after exactly `delayMs`, and up to `restarts` times within 5 s. */
export function calmly(strategy: Supervision['strategy'], delayMs = 100, restarts = 3): Supervision {
  return {
    strategy,
    intensity: { restarts, withinMs: 5000 },
    backoff: { minMs: delayMs, maxMs: delayMs, jitter: 0 },
  };
}

export const boom: Deed = () => {
  throw new Error('boom');
};

export function stage(): Stage {
  const clock = new VirtualClock();
  const log = recordingLog();
  const system = createActorSystem({ clock, log });
  const journal: string[] = [];
  const contexts = new Map<string, Context<Act>>();

  const context = (name: string): Context<Act> => {
    const found = contexts.get(name);
    if (found === undefined) throw new Error(`${name} never started`);
    return found;
  };

  const spec = (part: Part): ActorSpec<Act> => {
    const { children = [], start, stop, ...rest } = part;
    let n = 0;
    return {
      ...rest,
      start: async (own): Promise<Behavior<Act>> => {
        n += 1;
        const incarnation = n;
        journal.push(`+${part.name}`);
        contexts.set(part.name, own);
        for (const child of children) own.spawn(spec(child));
        await start?.(own, incarnation);
        return {
          receive: (act) => (typeof act === 'function' ? act(own) : act.deed(own)),
          stop: () => {
            journal.push(`-${part.name}`);
            return stop?.(own, incarnation);
          },
        };
      },
    };
  };

  return {
    clock,
    log,
    system,
    journal,
    events: () => journal.splice(0),
    lost: () => log.of('dead-letter').map(({ fields: { reason, to } }) => `${reason} ${to}`),
    ref: (name) => context(name).self,
    context,
    spec,
    play: async (root) => {
      const ref = system.start(spec(root));
      await clock.settle();
      return ref;
    },
  };
}

/** A promise, and the means to settle it from outside. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  readonly open: (value: T) => void;
  readonly break: (error: Error) => void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  opened.catch(() => {});
  return { opened, open, break: fail };
}

/** How a promise stands after everything has settled: its value, the code or text of its error, or pending. */
export async function outcome<T>(clock: VirtualClock, promise: Promise<T>): Promise<T | string> {
  let state: T | string = 'pending';
  promise.then(
    (value) => {
      state = value;
    },
    (thrown: unknown) => {
      state = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    },
  );
  await clock.settle();
  return state;
}
