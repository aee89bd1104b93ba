import type { TimelineAnswer, TimelineEvent } from '../../contract.js';

/** As many as maglevd-frontend keeps. */
const KEPT = 10_000;

/** From here on events are missing. */
export interface Gap {
  readonly at: number;
  readonly why: string;
}

/** What one maglevd told, in the order of its clock, nothing twice, whoever brought it: the stream or a request. */
export class EventLog {
  /** Oldest first. */
  readonly events: TimelineEvent[] = [];
  readonly gaps: Gap[] = [];
  readonly #known = new Set<string>();
  #since = Number.POSITIVE_INFINITY;

  /** From that time on everything is known, but for gaps. */
  get since(): number {
    return this.#since;
  }

  /** Takes what was told between two times; null = without such an end. Says whether anything is new. */
  take(from: number | null, to: number | null, { events, completeSince, cut }: TimelineAnswer): boolean {
    const oldest = cut ? (events[0]?.at ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
    const begins = Math.max(from ?? Number.NEGATIVE_INFINITY, completeSince, oldest);
    // With a hole between it and what is known already it makes nothing complete.
    const joins = to === null || to >= this.#since;
    if (joins && begins < this.#since) this.#since = begins;
    return this.add(events);
  }

  /** Says whether any of them is new. */
  add(events: readonly TimelineEvent[]): boolean {
    const fresh = events.filter((event) => !this.#known.has(nameOf(event)));
    if (fresh.length === 0) return false;
    let ordered = true;
    for (const event of fresh) {
      const name = nameOf(event);
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      ordered &&= event.at >= (this.events.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
      this.events.push(event);
    }
    if (!ordered) this.events.sort((a, b) => a.at - b.at || a.seq - b.seq);
    // In whole pieces, so that not every event moves the rest.
    if (this.events.length > KEPT + KEPT / 10) {
      for (const gone of this.events.splice(0, this.events.length - KEPT)) this.#known.delete(nameOf(gone));
    }
    return true;
  }

  gap(at: number, why: string): void {
    if (this.gaps.some((gap) => gap.at === at)) return;
    this.gaps.push({ at, why });
    if (this.gaps.length > 100) this.gaps.shift();
  }

  /** Those from `from` to `to`, oldest first. */
  between(from: number, to: number): readonly TimelineEvent[] {
    return this.events.slice(this.#first(from), this.#first(to + 1));
  }

  /** Index of the first event at or after that time. */
  #first(at: number): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function nameOf({ epoch, seq }: TimelineEvent): string {
  return `${epoch}-${seq}`;
}

/** Of each name one question at a time. What was asked for meanwhile is asked once more: the answer may be from before. */
export class Refetches {
  /** Questions under way; true = it is to be asked again. */
  readonly #underWay = new Map<string, boolean>();

  /** Is it to be asked now? Otherwise it is when the one under way ends. */
  begin(name: string): boolean {
    const idle = !this.#underWay.has(name);
    this.#underWay.set(name, !idle);
    return idle;
  }

  /** The answer came. Is it to be asked again? */
  end(name: string): boolean {
    const again = this.#underWay.get(name) ?? false;
    this.#underWay.delete(name);
    return again;
  }
}
