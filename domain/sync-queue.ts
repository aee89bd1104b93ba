import type { SyncCause } from './syncs.js';

/** A sync that waits for its turn, or is under way. */
export interface SyncJob<Asker> {
  /** null = everything. */
  readonly frontend: string | null;
  readonly cause: SyncCause;
  /** Who is to be told what comes of it. */
  readonly askers: readonly Asker[];
}

interface Waiting<Asker> extends SyncJob<Asker> {
  cause: SyncCause;
  readonly askers: Asker[];
}

/** So many may wait for one sync. */
const MAX_ASKERS = 1000;

/** As many single syncs may wait as cost VPP less than a full one, each being a full read. */
const FEW = 3;

/** Of two causes of one sync the later one here is told. */
const causes: readonly SyncCause[] = ['tick', 'retry', 'unsure', 'decision', 'asked'];

/** Which syncs are to be made, one after the other, and who waits for them. */
export class SyncQueue<Asker> {
  readonly #waiting: Waiting<Asker>[] = [];
  #running: SyncJob<Asker> | null = null;

  due(frontend: string | null, cause: SyncCause): void {
    this.#job(frontend, cause);
  }

  /** Somebody wants to know what comes of a sync. False: there is no room for him. */
  asked(frontend: string | null, asker: Asker): boolean {
    const { askers } = this.#job(frontend, 'asked');
    if (askers.length >= MAX_ASKERS) return false;
    askers.push(asker);
    return true;
  }

  /**
   * A VIP cannot be kept up with any more before VPP was read again. A full sync that waits does for it, because it
   * looks at every VIP; one that is under way does only when it has not come to this VIP yet (`looked`). Many single
   * ones are better one full one.
   */
  unsure(frontend: string, looked: boolean): void {
    const full = (job: SyncJob<Asker> | null) => job !== null && job.frontend === null;
    if (this.#waiting.some(full) || (!looked && full(this.#running))) return;
    this.due(this.#waiting.length < FEW ? frontend : null, 'unsure');
  }

  /** The sync that is to begin now; null = none, or one is under way. */
  begin(): SyncJob<Asker> | null {
    if (this.#running !== null) return null;
    this.#running = this.#waiting.shift() ?? null;
    return this.#running;
  }

  /** Those that wait, and the one that is under way; for whoever tries out what may come. */
  get all() {
    const waiting: readonly SyncJob<Asker>[] = this.#waiting;
    return { waiting, running: this.#running };
  }

  /** The same, on its own from now on. */
  copy(): SyncQueue<Asker> {
    const copy = new SyncQueue<Asker>();
    for (const { frontend, cause, askers } of this.#waiting)
      copy.#waiting.push({ frontend, cause, askers: [...askers] });
    copy.#running = this.#running;
    return copy;
  }

  /** The one that was under way is over: gives those who wait for it. */
  end(): readonly Asker[] {
    const askers = this.#running?.askers ?? [];
    this.#running = null;
    return askers;
  }

  /** A job that waits already does for this one too; one that is under way may have looked at VPP too early. */
  #job(frontend: string | null, cause: SyncCause): Waiting<Asker> {
    let job = this.#waiting.find((one) => one.frontend === frontend);
    if (job === undefined) {
      job = { frontend, cause, askers: [] };
      this.#waiting.push(job);
    }
    if (causes.indexOf(cause) > causes.indexOf(job.cause)) job.cause = cause;
    return job;
  }
}
