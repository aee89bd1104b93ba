import { MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { Connections } from './connections.js';

export interface PlacesOptions {
  readonly clock: Clock;
  /** Calls that may have a place at once, over all clients. */
  readonly maxInFlight: number;
  /** Bytes of answers that may wait for clients to take them. */
  readonly maxUnsentBytes: number;
  /** What calls do to the connections of the server; null where there are none to look after. */
  readonly connections: Connections | null;
}

/** The place of one call. It is free again when its question has ended and its answer has been sent. */
export interface Place {
  /** The answer was handed to gRPC; its size, or null when gRPC did not take it. */
  readonly answered: (bytes: number | null) => void;
  /** Nothing waits to be sent any more. */
  readonly sent: () => void;
  readonly questionEnded: () => void;
}

/** What gRPC puts before a message. */
const PREFIX_BYTES = 5;

/** Bounds what all calls together ask of the actors, and what their answers take of the memory. */
export class Places {
  readonly #options: PlacesOptions;
  #inFlight = 0;
  #unsentBytes = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** Why there is none: MGL_MAILBOX_FULL; null = there is one. Clients that do not read lose theirs. */
  refusal(): MaglevError | null {
    const { maxInFlight, maxUnsentBytes, connections } = this.#options;
    const unread = this.#unsentBytes >= maxUnsentBytes;
    if (!unread && this.#inFlight < maxInFlight) return null;
    connections?.cutStalled();
    const why = unread
      ? `${this.#unsentBytes} bytes of answers wait for clients that do not read`
      : `${this.#inFlight} requests are under way already`;
    return new MaglevError('MGL_MAILBOX_FULL', why);
  }

  take(peer: string): Place {
    const { clock, connections } = this.#options;
    const connection = connections?.of(peer);
    let unsent = 0;
    let asking = true;
    let sending = true;
    let freed = false;
    this.#inFlight++;
    if (connection !== undefined) {
      connection.calls++;
      connection.usedAt = clock.monotonic();
    }
    const free = () => {
      if (asking || sending || freed) return;
      freed = true;
      this.#inFlight--;
      this.#unsentBytes -= unsent;
      if (connection === undefined) return;
      connection.calls--;
      connection.unsentBytes -= unsent;
      connection.usedAt = clock.monotonic();
      connection.tookAt = connection.usedAt;
    };
    const sent = () => {
      sending = false;
      free();
    };
    return {
      sent,
      questionEnded: () => {
        asking = false;
        free();
      },
      answered: (bytes) => {
        if (bytes === null) return sent();
        unsent = bytes + PREFIX_BYTES;
        this.#unsentBytes += unsent;
        if (connection === undefined) return;
        if (connection.unsentBytes === 0) connection.tookAt = clock.monotonic();
        connection.unsentBytes += unsent;
      },
    };
  }
}
