import { MaglevError } from '../domain/errors.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { Route } from './channel.js';

/** A request that waits for its reply, which goes to it. */
export interface PendingRequest extends Route {
  readonly context: number;
  /** For people: `lb_vip_dump`. */
  readonly name: string;
  readonly fields: unknown;
  /** Rises from request to request, in the order in which VPP gets them. */
  readonly order: number;
  readonly replyId: number;
  /** The request ends without a reply. */
  fail(error: MaglevError): void;
  /** Its neighbours in the order of sending; null at first, and for nobody but PendingRequests. */
  before: PendingRequest | null;
  after: PendingRequest | null;
}

/** Contexts of requests that timed out are remembered up to this many, to tell late replies from strange ones. */
const MAX_LATE = 65_536;

/**
 * The requests that VPP has not answered.
 *
 * VPP answers a connection in the order of its requests. So only the oldest one has a clock, which starts when it
 * becomes the oldest: a long batch does not time out as long as VPP works on it. A sign of a later request means that
 * an earlier one was overtaken, and that its reply will not come; when the oldest times out, all that were overtaken
 * fail with it.
 */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #byContext = new Map<number, PendingRequest>();
  /** Ends of the list of all entries in the order of sending. */
  #oldest: PendingRequest | null = null;
  #newest: PendingRequest | null = null;
  readonly #late = new Set<number>();
  /** VPP is known to have come as far as the request of this order. */
  #reached = 0;
  /** When the oldest request became the oldest, or gave a sign. */
  #since = 0;
  #timer: Cancel | null = null;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#byContext.size;
  }

  /** Oldest first. */
  list(): PendingRequest[] {
    const requests: PendingRequest[] = [];
    for (let entry = this.#oldest; entry !== null; entry = entry.after) requests.push(entry);
    return requests;
  }

  /** Requests are added in the order of sending. */
  add(request: PendingRequest): void {
    request.before = this.#newest;
    if (this.#newest === null) {
      this.#oldest = request;
      this.#since = this.#clock.monotonic();
    } else {
      this.#newest.after = request;
    }
    this.#newest = request;
    this.#byContext.set(request.context, request);
    this.#timer ??= this.#clock.schedule(this.#timeoutMs, () => this.#expire());
  }

  get(context: number): PendingRequest | undefined {
    return this.#byContext.get(context);
  }

  /** The reply came at `now`: the request no longer waits. */
  answered(request: PendingRequest, now: number): void {
    if (this.#byContext.get(request.context) !== request) return;
    this.#reached = Math.max(this.#reached, request.order);
    if (request === this.#oldest) this.#since = now;
    this.#remove(request);
  }

  /** Something else than its reply came at `now` for the request with this context, which VPP got as number `order`. */
  progress(context: number, order: number, now: number): void {
    this.#reached = Math.max(this.#reached, order);
    if (this.#oldest?.context === context) this.#since = now;
  }

  /** Did a request with this context time out? */
  isLate(context: number): boolean {
    return this.#late.has(context);
  }

  /** Messages with this context come too late from now on. */
  markLate(context: number): void {
    this.#late.add(context);
    if (this.#late.size <= MAX_LATE) return;
    for (const first of this.#late) {
      this.#late.delete(first);
      break;
    }
  }

  /** Nothing comes any more. */
  failAll(error: MaglevError): void {
    this.#timer?.();
    this.#timer = null;
    const failed = this.list();
    while (this.#oldest !== null) this.#remove(this.#oldest);
    for (const request of failed) request.fail(error);
  }

  #remove(request: PendingRequest): void {
    const { before, after } = request;
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#newest = before;
    else after.before = before;
    // Garbage that has grown old must not hold what is young, or that grows old too: each would keep its successor.
    request.before = null;
    request.after = null;
    this.#byContext.delete(request.context);
  }

  #expire(): void {
    this.#timer = null;
    if (this.#oldest === null) return;
    const now = this.#clock.monotonic();
    // Reckoned in one way only: otherwise, by the rounding of a sum, no time is left that has not passed yet.
    const left = () => this.#since + this.#timeoutMs - now;
    if (left() <= 0) this.#failOldest(now);
    if (this.#oldest === null) return;
    this.#timer ??= this.#clock.schedule(left(), () => this.#expire());
  }

  #failOldest(now: number): void {
    const failed: PendingRequest[] = [];
    let request = this.#oldest;
    while (request !== null && (failed.length === 0 || request.order < this.#reached)) {
      const { after }: PendingRequest = request;
      failed.push(request);
      this.#remove(request);
      this.markLate(request.context);
      request = after;
    }
    this.#since = now;
    for (const request of failed) {
      request.fail(
        new MaglevError(
          'MGL_VPP_TIMEOUT',
          `${request.name}: VPP did not answer within ${this.#timeoutMs} ms`,
        ),
      );
    }
  }
}
