/** What waits to be sent to VPP. */
export interface Sendable {
  /** What it costs VPP, in milliseconds; null: a read, which shows all that was to be sent before it. */
  readonly cost: number | null;
}

/**
 * Writes are sent before the earlier ones are answered, so that VPP always has the next one; but no more at once than
 * it does in this many milliseconds, because what was sent cannot be overtaken any more.
 */
const UNDER_WAY_MS = 100;

/** What waits is overtaken by so many milliseconds of VPP's work, and then has its turn. */
const OVERTAKEN_MAX_MS = 1000;

/** In which order, and when, requests are sent to VPP. */
export class SendQueue<Request extends Sendable> {
  readonly #urgent: Request[] = [];
  readonly #waiting: Request[] = [];
  /** What VPP was sent and has not answered, in milliseconds of its work. */
  #underWayMs = 0;
  /** What was sent before others that waited already, in milliseconds of VPP's work, since one of those was sent. */
  #overtakenMs = 0;

  push(request: Request, urgent: boolean): void {
    (urgent ? this.#urgent : this.#waiting).push(request);
  }

  /** The one that is to be sent now; null = none. `readsWait`: something is about to be sent that a read must show. */
  next(readsWait: boolean): Request | null {
    const patient = this.#waiting.length === 0 || this.#overtakenMs < OVERTAKEN_MAX_MS;
    const overtakes = this.#urgent.length > 0 && patient;
    const queue = overtakes ? this.#urgent : this.#waiting;
    const [first] = queue;
    if (first === undefined) return null;
    const { cost } = first;
    const full = cost !== null && this.#underWayMs > 0 && this.#underWayMs + cost > UNDER_WAY_MS;
    if (cost === null ? readsWait : full) return null;
    queue.shift();
    this.#underWayMs += cost ?? 0;
    this.#overtakenMs = overtakes && this.#waiting.length > 0 ? this.#overtakenMs + (cost ?? 0) : 0;
    return first;
  }

  answered({ cost }: Request): void {
    this.#underWayMs = Math.max(0, this.#underWayMs - (cost ?? 0));
  }

  /** What waits, and what decides who is next; for whoever tries out what may come. */
  get all() {
    const urgent: readonly Request[] = this.#urgent;
    const waiting: readonly Request[] = this.#waiting;
    return { urgent, waiting, underWayMs: this.#underWayMs, overtakenMs: this.#overtakenMs };
  }

  /** The same, on its own from now on. */
  copy(): SendQueue<Request> {
    const copy = new SendQueue<Request>();
    copy.#urgent.push(...this.#urgent);
    copy.#waiting.push(...this.#waiting);
    copy.#underWayMs = this.#underWayMs;
    copy.#overtakenMs = this.#overtakenMs;
    return copy;
  }

  /** All that will not be sent any more. */
  clear(): Request[] {
    return [...this.#urgent.splice(0), ...this.#waiting.splice(0)];
  }
}
