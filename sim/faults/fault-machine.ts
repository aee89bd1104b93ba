import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Fault, FaultAction } from './fault.js';

/** What happens to the whole process when its time has come. */
export type TimedAction = Extract<FaultAction, { kind: 'die' | 'hang' | 'disconnect' }>;

interface Armed {
  readonly fault: Fault;
  /** Messages seen that the trigger is about. */
  seen: number;
  readonly cancel: Cancel;
}

/** Holds the faults that are set, counts messages for them, and says which ones strike. */
export class FaultMachine {
  readonly #clock: Clock;
  readonly #strike: (action: TimedAction) => void;
  #armed: Armed[] = [];

  /** `strike` is called when the time of a fault has come. */
  constructor(clock: Clock, strike: (action: TimedAction) => void) {
    this.#clock = clock;
    this.#strike = strike;
  }

  set(fault: Fault): void {
    const { trigger, action } = fault;
    const cancel =
      trigger.kind === 'time'
        ? this.#clock.schedule(trigger.ms, () => this.#strike(action as TimedAction))
        : () => undefined;
    this.#armed.push({ fault, seen: 0, cancel });
  }

  clear(): void {
    for (const { cancel } of this.#armed) cancel();
    this.#armed = [];
  }

  /** As they were written. */
  list(): string[] {
    return this.#armed.map(({ fault }) => fault.text);
  }

  /** A message has come in; `name` is null when it is none that VPP knows. Returns what strikes it, mostly nothing. */
  onMessage(name: string | null): readonly FaultAction[] {
    if (this.#armed.length === 0) return none;
    const actions: FaultAction[] = [];
    for (const armed of this.#armed) {
      const { trigger, action } = armed.fault;
      if (trigger.kind !== 'message' || (trigger.name !== null && trigger.name !== name)) continue;
      armed.seen++;
      if (armed.seen >= trigger.from && armed.seen <= trigger.to) actions.push(action);
    }
    return actions;
  }
}

const none: readonly FaultAction[] = [];
