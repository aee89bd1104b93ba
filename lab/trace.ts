import { createHash, type Hash } from 'node:crypto';

/** What was seen, in its order: the same seed gives the same trace, byte for byte, on every release of Node. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #now: () => number;
  readonly #kept: string[] | null;
  /** By actor and type of message. */
  readonly #ids = new Map<string, Map<string, number>>();
  #lastId = 0;
  #messages = 0x811c9dc5;
  /** Messages that actors took. */
  messageCount = 0;
  lineCount = 0;

  constructor(now: () => number, keep: boolean) {
    this.#now = now;
    this.#kept = keep ? [] : null;
  }

  /** Something worth a line. */
  line(text: string): void {
    const line = `${(this.#now() / 1000).toFixed(6)} ${text}`;
    this.#hash.update(line).update('\n');
    this.lineCount++;
    this.#kept?.push(line);
  }

  /** A message that an actor takes: too many for a line each, but not one may be another in another run. */
  message(actor: string, type: string): void {
    let ids = this.#ids.get(actor);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(actor, ids);
    }
    let id = ids.get(type);
    if (id === undefined) {
      id = ++this.#lastId;
      ids.set(type, id);
      this.line(`first ${actor} ${type}`);
    }
    this.messageCount++;
    this.#mix(id);
    this.#mix(Math.floor(this.#now() * 1000));
  }

  /** The lines, if they are kept. */
  get lines(): readonly string[] {
    return this.#kept ?? [];
  }

  digest(): string {
    return this.#hash.copy().update(`${this.messageCount} ${this.#messages}`).digest('hex').slice(0, 32);
  }

  #mix(value: number): void {
    this.#messages = Math.imul(this.#messages ^ (value | 0), 0x01000193) >>> 0;
    this.#messages = Math.imul(this.#messages ^ Math.floor(value / 0x100000000), 0x01000193) >>> 0;
  }
}
