import type { Cancel, Clock } from '../protocol/clock.js';
import type { Change, StreamMessage } from './contract.js';

export interface JournalOptions {
  readonly clock: Clock;
  /** Names this life: no other one of this program had the same. */
  readonly epoch: string;
  /** Changes within so many ms go out together; default 100. */
  readonly tickMs?: number;
  /** So long, and so many messages, and bytes, are kept for those who come again; default 30 s, 2,000, 32 MiB. */
  readonly keptMs?: number;
  readonly keptMessages?: number;
  readonly keptBytes?: number;
}

/** A message as it goes over the wire: written once, however many read it. */
export interface Encoded {
  readonly seq: number;
  readonly bytes: Buffer;
}

interface Kept extends Encoded {
  /** On the monotonic scale of the clock. */
  readonly at: number;
}

/**
 * What changes, for whoever follows. Of rows that change several times within a tick the last one goes out; events all
 * do. The first change after a pause goes out at once.
 */
export class Journal {
  readonly epoch: string;
  readonly #options: Required<JournalOptions>;
  readonly #readers = new Set<(message: Encoded) => void>();
  #seq = 0;
  #rows = new Map<string, Change>();
  #events: Change[] = [];
  #kept: Kept[] = [];
  #keptBytes = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #tick: Cancel | null = null;

  constructor(options: JournalOptions) {
    this.#options = {
      tickMs: 100,
      keptMs: 30_000,
      keptMessages: 2000,
      keptBytes: 32 * 1024 * 1024,
      ...options,
    };
    this.epoch = options.epoch;
  }

  /** The number of the last message. */
  get seq(): number {
    return this.#seq;
  }

  get readers(): number {
    return this.#readers.size;
  }

  add(change: Change): void {
    const key = rowKey(change);
    if (key === null) this.#events.push(change);
    else this.#rows.set(key, change);
    if (this.#tick !== null) return;
    const { clock, tickMs } = this.#options;
    this.#tick = clock.schedule(Math.max(0, this.#sentAt + tickMs - clock.monotonic()), () => this.flush());
  }

  /** Sends what waits. What is read from the rows afterwards is what is true behind the message `seq`. */
  flush(): void {
    this.#tick?.();
    this.#tick = null;
    if (this.#rows.size === 0 && this.#events.length === 0) return;
    const changes = [...this.#rows.values(), ...this.#events];
    this.#rows = new Map();
    this.#events = [];
    const at = this.#options.clock.monotonic();
    this.#sentAt = at;
    const seq = ++this.#seq;
    const bytes = encode({ event: 'changes', data: changes }, `${this.epoch}-${seq}`);
    this.#keep({ seq, bytes, at });
    for (const hear of [...this.#readers]) hear({ seq, bytes });
  }

  /** Hears every message from now on, until what is returned is called. */
  follow(hear: (message: Encoded) => void): () => void {
    this.#readers.add(hear);
    return () => this.#readers.delete(hear);
  }

  /** Every message behind this number; null: not all of them are kept. */
  behind(seq: number): readonly Encoded[] | null {
    if (seq > this.#seq) return null;
    if (seq === this.#seq) return [];
    const first = this.#kept[0]?.seq ?? this.#seq + 1;
    return seq + 1 < first ? null : this.#kept.slice(seq + 1 - first);
  }

  end(): void {
    this.#tick?.();
    this.#tick = null;
    this.#readers.clear();
  }

  #keep(message: Kept): void {
    const { keptMs, keptMessages, keptBytes } = this.#options;
    this.#kept.push(message);
    this.#keptBytes += message.bytes.length;
    let gone = 0;
    let count = this.#kept.length;
    for (const { at, bytes } of this.#kept) {
      const old = at < message.at - keptMs;
      if (!old && count <= keptMessages && this.#keptBytes <= keptBytes) break;
      gone++;
      count--;
      this.#keptBytes -= bytes.length;
    }
    if (gone > 0) this.#kept.splice(0, gone);
  }
}

/** A server-sent event. */
export function encode({ event, data }: StreamMessage, id: string | null): Buffer {
  const head = id === null ? '' : `id: ${id}\n`;
  return Buffer.from(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What a later change of the same makes superfluous; null: nothing does. */
function rowKey(change: Change): string | null {
  const { maglevd, kind } = change;
  switch (kind) {
    case 'maglevd':
    case 'refetch':
    case 'syncs':
    case 'debts':
      return `${maglevd} ${kind}`;
    case 'frontend':
      return `${maglevd} f ${change.row.name}`;
    case 'backend':
      return `${maglevd} b ${change.row.name}`;
    case 'member':
      return `${maglevd} m ${change.frontend}\n${change.pool}\n${change.row.backend}`;
    // Of counters each has only the VIPs that changed.
    case 'counters':
    case 'event':
    case 'gap':
      return null;
  }
}
