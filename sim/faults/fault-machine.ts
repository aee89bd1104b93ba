import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Fault, FaultAction } from './fault.js';

/** What happens to the whole process when its time has come. */
export type TimedAction = Extract<FaultAction, { kind: 'die' | 'restart' | 'hang' | 'disconnect' }>;

interface Armed {
  readonly fault: Fault;
  /** Messages or starts seen that the trigger is about. */
  seen: number;
  /** On the clock that never goes back. */
  readonly setAt: number;
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
    this.#armed.push({ fault, seen: 0, setAt: this.#clock.monotonic(), cancel });
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
    const now = this.#clock.monotonic();
    const actions: FaultAction[] = [];
    for (const armed of this.#armed) {
      const { trigger, action } = armed.fault;
      if (trigger.kind !== 'message' || (trigger.name !== null && trigger.name !== name)) continue;
      const age = now - armed.setAt;
      if (age < trigger.window.fromMs || age >= trigger.window.toMs) continue;
      if (countsIn(armed, trigger)) actions.push(action);
    }
    return actions;
  }

  /** VPP starts. Returns how long it is slow, in milliseconds. */
  onStart(): number {
    let slow = 0;
    for (const armed of this.#armed) {
      const { trigger, action } = armed.fault;
      if (trigger.kind !== 'start' || action.kind !== 'slow-start') continue;
      if (countsIn(armed, trigger)) slow = Math.max(slow, action.ms);
    }
    return slow;
  }
}

/** Counts one more; is it one of those that the fault is about? */
function countsIn(armed: Armed, { from, to }: { readonly from: number; readonly to: number }): boolean {
  armed.seen++;
  return armed.seen >= from && armed.seen <= to;
}

const none: readonly FaultAction[] = [];
