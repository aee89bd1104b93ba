import { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import type { SyncCause } from '../../protocol/syncs.js';
import type { SyncReport } from '../../protocol/vpp.js';

/** A sync that waits for its turn, or is under way. */
interface Job {
  /** null = everything. */
  readonly frontend: string | null;
  cause: SyncCause;
  readonly replies: Reply<SyncReport>[];
}

/** Questions that may wait for one job; more are refused. */
const MAX_REPLIES = 1000;

/** As many single syncs may wait as cost VPP less than a full one, each being a full read. */
const FEW = 3;

/** Of two causes of one sync the later one here is told. */
const causes: readonly SyncCause[] = ['tick', 'retry', 'unsure', 'decision', 'asked'];

/** Which syncs are to be made, one after the other, and who waits for them. */
export class SyncJobs {
  readonly #start: (frontend: string | null, cause: SyncCause) => void;
  readonly #waiting: Job[] = [];
  #running: Job | null = null;

  /** `start` begins a sync, of everything (null) or of one frontend; its end is told to `done` or `failed`. */
  constructor(start: (frontend: string | null, cause: SyncCause) => void) {
    this.#start = start;
  }

  due(frontend: string | null, cause: SyncCause): void {
    this.#job(frontend, cause);
    this.#next();
  }

  /** Somebody wants to know what comes of a sync. */
  asked(frontend: string | null, reply: Reply<SyncReport>): void {
    const { replies } = this.#job(frontend, 'asked');
    if (replies.length < MAX_REPLIES) replies.push(reply);
    else reply.fail(new MaglevError('MGL_MAILBOX_FULL', `${MAX_REPLIES} requests wait for a sync already`));
    this.#next();
  }

  /**
   * A VIP cannot be kept up with any more before VPP was read again. A full sync that waits does for it, because it
   * looks at every VIP; one that is under way does only when it has not come to this VIP yet (`looked`). Many single
   * ones are better one full one.
   */
  unsure(frontend: string, looked: boolean): void {
    const full = (job: Job | null) => job !== null && job.frontend === null;
    if (this.#waiting.some(full) || (!looked && full(this.#running))) return;
    this.due(this.#waiting.length < FEW ? frontend : null, 'unsure');
  }

  done(report: SyncReport): void {
    for (const reply of this.#end()) reply.ok(report);
    this.#next();
  }

  failed(error: MaglevError): void {
    for (const reply of this.#end()) reply.fail(error);
    this.#next();
  }

  /** A job that waits already does for this one too; one that is under way may have looked at VPP too early. */
  #job(frontend: string | null, cause: SyncCause): Job {
    let job = this.#waiting.find((one) => one.frontend === frontend);
    if (job === undefined) {
      job = { frontend, cause, replies: [] };
      this.#waiting.push(job);
    }
    if (causes.indexOf(cause) > causes.indexOf(job.cause)) job.cause = cause;
    return job;
  }

  #end(): readonly Reply<SyncReport>[] {
    const replies = this.#running?.replies ?? [];
    this.#running = null;
    return replies;
  }

  #next(): void {
    if (this.#running !== null) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running = job;
    this.#start(job.frontend, job.cause);
  }
}
