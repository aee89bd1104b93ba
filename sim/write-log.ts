/** A request to change the load balancer that was executed, refused ones included. */
export interface ExecutedWrite {
  /** `lb_add_del_vip_v2`. */
  readonly name: string;
  /** As decoded. */
  readonly fields: unknown;
  readonly retval: number;
  /** Seconds of uptime. */
  readonly uptime: number;
}

/** Older entries are forgotten beyond so many; the counts go on. */
const KEPT_MAX = 100_000;

/** Remembers every LB write that came over the API. What is typed at the command line is not among them. */
export class WriteLog {
  #kept: ExecutedWrite[] = [];
  readonly #heard: (write: ExecutedWrite) => void;
  readonly #counts = new Map<string, number>();

  /** `heard` is told of each write, right after it was executed. */
  constructor(heard: (write: ExecutedWrite) => void = () => undefined) {
    this.#heard = heard;
  }

  record(write: ExecutedWrite): void {
    if (this.#kept.length >= KEPT_MAX) this.#kept = this.#kept.slice(KEPT_MAX / 2);
    this.#kept.push(write);
    this.#counts.set(write.name, (this.#counts.get(write.name) ?? 0) + 1);
    this.#heard(write);
  }

  /** In the order of execution. */
  list(): readonly ExecutedWrite[] {
    return this.#kept;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** By message name. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  clear(): void {
    this.#kept = [];
    this.#counts.clear();
  }
}
