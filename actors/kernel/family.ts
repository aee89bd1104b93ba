import { backoffDelay } from '../../domain/backoff.js';
import type { MaglevError } from '../../domain/errors.js';
import { Fifo } from '../../domain/fifo.js';
import { Turns } from '../../domain/turns.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { ActorDescription, ActorEnd, RestartType, Supervision } from './contract.js';
import { type Cause, isRestarted, isRestartedWithSibling, RestartIntensity } from './supervision.js';

/** Most children have nothing to release, and end in no time: a thousand together would hold up all others for 20 ms. */
const ENDS_A_TURN = 32;

/** An actor, whatever its messages are. None of these calls back before it has returned, but onEnd. */
export interface Child {
  readonly name: string;
  readonly path: string;
  readonly restart: RestartType;
  /** The number of its latest incarnation; 0 before the first. */
  readonly incarnation: number;
  /** Starts its next incarnation; answered by Family.started, unless it is told to end first, and Family.ended. */
  launch(): void;
  /** Tells its incarnation to end, if it does not do so already, and why; answered by Family.ended. */
  terminate(reason: MaglevError | null): void;
  /** It will never be launched again. */
  bury(cause: Cause): void;
  hasEnded(): boolean;
  /** Calls `listener` once, when the actor ends for good; at once if it has. */
  onEnd(listener: (end: ActorEnd) => void): Cancel;
  describe(): ActorDescription;
}

/** The supervisor, as its family sees it. */
export interface Owner {
  readonly path: string;
  /** Its children failed too often: it must end, and fail. */
  readonly escalate: (error: Error) => void;
}

/**
 * queued: waits for its turn to start. down: waits for the end of a backoff, or for its siblings to end.
 * ending: was told to end, for good or for a restart. gone: ended for good.
 */
type MemberState = 'queued' | 'starting' | 'running' | 'ending' | 'down' | 'gone';

interface Member {
  readonly child: Child;
  state: MemberState;
  /** It was stopped by its parent: no restart, whatever happens. */
  condemned: boolean;
  /** Whom to tell of its end; null = nobody has asked. */
  awaitEnd: readonly (() => void)[] | null;
  /** Restarts in a row. */
  row: number;
  runningSince: number | null;
  cancelBackoff: Cancel | null;
}

/**
 * Siblings that are restarted together: first all of them end, the last one first; then, when the backoff is over, they
 * start again. A further failure meanwhile can widen the group, and prolong the backoff.
 */
interface Group {
  /** In start order. */
  readonly members: ReadonlySet<Member>;
  /** On the monotonic scale. */
  readonly due: number;
  /** null: the backoff is over. */
  cancelBackoff: Cancel | null;
}

/**
 * The children of one incarnation (or the root of the tree): starts them in order, restarts those that fail as the
 * strategy says, gives up when they fail too often, stops them in reverse order.
 *
 * Invariants: a child has at most one incarnation that has not ended; under rest-for-one no child is
 * launched while one of its group has not ended; after close() nothing is launched.
 */
export class Family {
  readonly owner: Owner;
  readonly #supervision: Supervision;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #intensity: RestartIntensity;
  /** In start order. */
  readonly #members = new Map<string, Member>();
  /** Who starts next; those that are not `queued` any more are passed over. */
  #queue = new Fifo<Member>();
  /** The one that the queue waits for. */
  #starting: Member | null = null;
  /** A restart of several children that is under way. */
  #group: Group | null = null;
  #closed = false;
  #allEnded: Promise<void> | null = null;

  constructor(owner: Owner, supervision: Supervision, clock: Clock, log: Logger) {
    this.owner = owner;
    this.#supervision = supervision;
    this.#clock = clock;
    this.#log = log;
    this.#intensity = new RestartIntensity(supervision.intensity);
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  includes(child: Child): boolean {
    return this.#members.get(child.name)?.child === child;
  }

  children(): readonly Child[] {
    return Array.from(this.#members.values(), (member) => member.child);
  }

  /** Starts `child` when all that were added before it have started. Its name must be free. */
  add(child: Child): void {
    const member: Member = {
      child,
      state: 'queued',
      condemned: false,
      awaitEnd: null,
      row: 0,
      runningSince: null,
      cancelBackoff: null,
    };
    this.#members.set(child.name, member);
    this.#queue.push(member);
    this.#startNext();
  }

  /** Resolves when `child`, which must be of this family, and all below it have ended. */
  stop(child: Child, reason: MaglevError | null = null): Promise<void> {
    const member = this.#memberOf(child);
    member.condemned = true;
    const ended = new Promise<void>((resolve) => {
      member.awaitEnd = [...(member.awaitEnd ?? []), resolve];
    });
    if (member.state === 'queued' || member.state === 'down') {
      this.#bury(member, { kind: 'stopped', error: null, reason });
    } else {
      this.#tellToEnd(member, reason);
    }
    return ended;
  }

  /** Stops all, in reverse order, one after the other; nothing starts any more. */
  close(reason: MaglevError | null = null): Promise<void> {
    this.#closed = true;
    this.#allEnded ??= this.#stopAll(reason);
    return this.#allEnded;
  }

  /** A launched child runs. */
  started(child: Child): void {
    const member = this.#memberOf(child);
    member.state = 'running';
    member.runningSince = Math.floor(this.#clock.monotonic());
    if (this.#starting === member) this.#starting = null;
    this.#proceed();
  }

  /** The incarnation of a launched child has ended, whether it ever ran or not. */
  ended(child: Child, cause: Cause): void {
    const member = this.#memberOf(child);
    const now = this.#clock.monotonic();
    if (this.#ranCalmly(member, now)) member.row = 0;
    member.runningSince = null;
    member.state = 'down';
    if (this.#starting === member) this.#starting = null;

    if (this.#closed || member.condemned) this.#bury(member, cause);
    else if (this.#group?.members.has(member) === true) {
      if (!isRestartedWithSibling(child.restart, cause)) this.#bury(member, cause);
    } else if (isRestarted(child.restart, cause)) this.#restart(member, cause, now);
    else this.#bury(member, cause);
    this.#proceed();
  }

  /** Has it run long enough that a failure now is not one more of the same row? */
  #ranCalmly({ runningSince }: Member, now: number): boolean {
    const { intensity, backoff } = this.#supervision;
    return runningSince !== null && now - runningSince >= Math.max(intensity.withinMs, backoff.maxMs);
  }

  #restart(member: Member, cause: Cause, now: number): void {
    const { child } = member;
    if (!this.#intensity.admit(now)) {
      this.#giveUp(member, cause);
      return;
    }
    member.row += 1;
    const delayMs = backoffDelay(this.#supervision.backoff, member.row, this.#clock.random());
    const siblings = this.#restartedWith(member);
    this.#log.log('warn', 'actor-restart', {
      path: child.path,
      reason: cause.kind,
      restarts: child.incarnation,
      delayMs: Math.round(delayMs),
      siblings: siblings.length - 1,
    });
    if (this.#supervision.strategy === 'rest-for-one') this.#restartTogether(siblings, now + delayMs);
    else
      member.cancelBackoff = this.#clock.schedule(delayMs, () => {
        member.cancelBackoff = null;
        this.#launch(member);
      });
  }

  /** Who is restarted with `failed`, itself included, in start order. */
  #restartedWith(failed: Member): readonly Member[] {
    if (this.#supervision.strategy === 'one-for-one') return [failed];
    const all = Array.from(this.#members.values());
    return all.slice(all.indexOf(failed));
  }

  /**
   * When a group is under way already, the failed one is not of it (ended() saw to that), so it was started before the
   * group: what is restarted with it contains the group.
   */
  #restartTogether(members: readonly Member[], due: number): void {
    const before = this.#group;
    before?.cancelBackoff?.();
    const group: Group = {
      members: new Set(members),
      due: Math.max(due, before?.due ?? due),
      cancelBackoff: null,
    };
    group.cancelBackoff = this.#clock.schedule(group.due - this.#clock.monotonic(), () => {
      group.cancelBackoff = null;
      this.#proceed();
    });
    this.#group = group;
  }

  #giveUp(member: Member, cause: Cause): void {
    const { child } = member;
    const { restarts, withinMs } = this.#supervision.intensity;
    this.#closed = true;
    const why = cause.error?.message ?? 'it ended by itself';
    const error = new Error(
      `${child.path} would need more than ${restarts} restarts within ${withinMs} ms: ${why}`,
      { cause: cause.error },
    );
    this.#log.log('error', 'actor-escalate', {
      path: this.owner.path,
      child: child.path,
      restarts: child.incarnation - 1,
      error: error.message,
    });
    this.#bury(member, cause);
    this.owner.escalate(error);
  }

  /** Does what can be done now: goes on with the restart of a group, or else with the queue. */
  #proceed(): void {
    if (this.#closed) return;
    if (this.#group !== null) {
      const last = [...this.#group.members].findLast(isAlive);
      if (last !== undefined) {
        this.#tellToEnd(last);
        return;
      }
      if (this.#group.cancelBackoff !== null) return;
      this.#group = null;
      this.#queue = new Fifo();
      for (const member of this.#members.values()) {
        if (member.state === 'down') member.state = 'queued';
        if (member.state === 'queued') this.#queue.push(member);
      }
    }
    this.#startNext();
  }

  #startNext(): void {
    while (!this.#closed && this.#group === null && this.#starting === null) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      if (next.state === 'queued') {
        this.#starting = next;
        this.#launch(next);
      }
    }
  }

  #launch(member: Member): void {
    member.state = 'starting';
    member.child.launch();
  }

  #tellToEnd(member: Member, reason: MaglevError | null = null): void {
    member.state = 'ending';
    member.child.terminate(reason);
  }

  async #stopAll(reason: MaglevError | null): Promise<void> {
    this.#group?.cancelBackoff?.();
    this.#group = null;
    for (const member of this.#members.values()) member.cancelBackoff?.();
    const turns = new Turns(ENDS_A_TURN);
    for (const { child } of Array.from(this.#members.values()).reverse()) {
      // It may have ended by itself while its siblings were stopped.
      if (this.includes(child)) await this.stop(child, reason);
      await turns.after(1);
    }
  }

  #bury(member: Member, cause: Cause): void {
    member.cancelBackoff?.();
    member.state = 'gone';
    this.#members.delete(member.child.name);
    member.child.bury(cause);
    for (const resolve of member.awaitEnd ?? []) resolve();
  }

  #memberOf(child: Child): Member {
    const member = this.#members.get(child.name);
    if (member === undefined || member.child !== child) throw new Error(`${child.path} is not in its family`);
    return member;
  }
}

function isAlive(member: Member): boolean {
  return member.state === 'starting' || member.state === 'running' || member.state === 'ending';
}
