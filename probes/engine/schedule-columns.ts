import type { ProbeFinding, ProbeResult } from '../../domain/probe-result.js';
import type { StandingTable } from '../../domain/standing-table.js';

/** What a backend of the schedule does. */
export const State = {
  /** There is none of that number. */
  FREE: 0,
  /** Its next probe will be due. */
  WAITING: 1,
  /** It is due, and there is no place. */
  QUEUED: 2,
  /** Its probe is under way. */
  RUNNING: 3,
  /** Its probe has failed, and it is being asked whether that counts. */
  SUSPENDED: 4,
} as const;

export interface SuspectResult {
  readonly ticket: number;
  /** In which it was told. */
  readonly round: number;
  readonly result: ProbeResult;
}

interface Row {
  readonly round: number;
  readonly timeoutMs: number;
  readonly table: StandingTable;
  readonly standing: number;
}

const never = Number.NEGATIVE_INFINITY;

/** What the schedule knows of backends, by their numbers. Times are milliseconds of the monotonic clock. */
export class Columns {
  state = new Uint8Array(0);
  standing = new Uint16Array(0);
  round = new Float64Array(0);
  timeout = new Float64Array(0);
  /** 1 = a probe is under way whose result may bring another verdict. */
  decides = new Uint8Array(0);
  /** The interval that counted last, before it was spread. */
  pace = new Float64Array(0);
  /** When the next probe is due; while one is under way, when that one was. */
  dueAt = new Float64Array(0);
  /** When the last probe has begun, the last one that its server answered, and the one before the last. */
  begunAt = new Float64Array(0);
  heardBegunAt = new Float64Array(0);
  previousBegunAt = new Float64Array(0);
  readonly table: (StandingTable | null)[] = [];
  /** The last result that was told, or is like the one that was; null = the next one is told, whatever it is. */
  readonly told: (ProbeFinding | null)[] = [];
  readonly suspect: (SuspectResult | null)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(number: number, { round, timeoutMs, table, standing }: Row): void {
    this.#grow(number);
    this.#size++;
    this.standing[number] = standing;
    this.round[number] = round;
    this.timeout[number] = timeoutMs;
    this.begunAt[number] = never;
    this.heardBegunAt[number] = never;
    this.previousBegunAt[number] = never;
    this.table[number] = table;
    this.told[number] = null;
    this.suspect[number] = null;
  }

  remove(number: number): void {
    this.#size--;
    this.state[number] = State.FREE;
    this.table[number] = null;
    this.told[number] = null;
    this.suspect[number] = null;
  }

  #grow(number: number): void {
    while (this.table.length <= number) {
      this.table.push(null);
      this.told.push(null);
      this.suspect.push(null);
    }
    if (number < this.state.length) return;
    const size = columnSize(number);
    this.state = larger(this.state, new Uint8Array(size));
    this.standing = larger(this.standing, new Uint16Array(size));
    this.round = larger(this.round, new Float64Array(size));
    this.timeout = larger(this.timeout, new Float64Array(size));
    this.decides = larger(this.decides, new Uint8Array(size));
    this.pace = larger(this.pace, new Float64Array(size));
    this.dueAt = larger(this.dueAt, new Float64Array(size));
    this.begunAt = larger(this.begunAt, new Float64Array(size));
    this.heardBegunAt = larger(this.heardBegunAt, new Float64Array(size));
    this.previousBegunAt = larger(this.previousBegunAt, new Float64Array(size));
  }
}

/** How long a column becomes in which this number must have a place. What is left over is little memory for thousands. */
export function columnSize(number: number): number {
  return 64 * Math.ceil((number + 1) / 56);
}

function larger<T extends Uint8Array | Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
