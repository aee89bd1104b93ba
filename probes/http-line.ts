import type { Socket } from 'node:net';
import type { ProbeFinding } from '../domain/probe-result.js';
import { mostOpenFiles } from '../linux/open-files.js';
import type { HttpResponse } from './http-response.js';
import type { Surroundings } from './probe.js';
import type { SecureUser } from './tls.js';
import { alertOf } from './tls-error.js';

/** Connections that this thread keeps for later probes, at most: those, and so great a part of all descriptors. */
const MOST_KEPT = 4096;
const KEPT_PART = 0.25;

let keptHere = 0;
let mostKept: number | null = null;

function mayKeep(): boolean {
  mostKept ??= Math.min(MOST_KEPT, Math.floor(mostOpenFiles() * KEPT_PART));
  return keptHere < mostKept;
}

/** One request that is answered, or not. */
interface Asked {
  readonly response: HttpResponse;
  /** Called once, unless the line is closed before. */
  found: ((finding: ProbeFinding) => void) | null;
}

/**
 * A connection of Node over which one request follows the other. It outlives its probe while it is kept. Whoever has made it
 * tells it what happens on it.
 */
export class HttpLine implements SecureUser {
  readonly #stream: Socket;
  readonly #onItsBehalf: Surroundings['onItsBehalf'];
  #asked: Asked | null = null;
  #requests = 0;
  #isOpen = true;
  #isKept = false;

  constructor(stream: Socket, { onItsBehalf }: Pick<Surroundings, 'onItsBehalf'>) {
    this.#stream = stream;
    this.#onItsBehalf = onItsBehalf;
  }

  came(bytes: Buffer): void {
    this.#onItsBehalf(() => this.#came(bytes));
  }

  /** The peer sends no more. */
  ended(): void {
    this.#onItsBehalf(() => this.#broke((response) => response.end()));
  }

  failed(error: NodeJS.ErrnoException): void {
    const alert = alertOf(error);
    const how = alert === null ? (error.code ?? error.message) : `TLS alert: ${alert}`;
    this.#onItsBehalf(() => this.#broke((response) => response.broken(how)));
  }

  /** Requests that it has carried. */
  get requests(): number {
    return this.#requests;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  /** Can the next request be sent? */
  get isFree(): boolean {
    return this.#isOpen && !this.#stream.destroyed && this.#asked?.response.onward === 'now';
  }

  ask(request: Buffer, response: HttpResponse, found: (finding: ProbeFinding) => void): void {
    this.#requests++;
    this.#asked = { response, found };
    this.#stream.write(request);
  }

  /** Keeps it for another request, if it can carry one, now or when the rest of the answer has been read. */
  keep(): void {
    if (!this.#isOpen || this.#isKept || !mayKeep()) return;
    if (this.#asked === null || this.#asked.response.onward === 'never') return;
    this.#isKept = true;
    keptHere++;
  }

  /** It ends with the present probe, unless that keeps it again. */
  take(): void {
    if (this.#isKept) keptHere--;
    this.#isKept = false;
  }

  close(): void {
    this.take();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stream.destroy();
  }

  #came(bytes: Buffer): void {
    const asked = this.#asked;
    if (!this.#isOpen || asked === null) return;
    const finding = asked.response.feed(bytes);
    if (finding !== null) this.#tell(finding);
    // Nobody will ask again over a connection on which something came that nobody has asked for.
    else if (asked.found === null && asked.response.onward === 'never') this.close();
  }

  #broke(finding: (response: HttpResponse) => ProbeFinding): void {
    const asked = this.#asked;
    if (!this.#isOpen) return;
    if (asked?.found != null) this.#tell(finding(asked.response));
    this.close();
  }

  #tell(finding: ProbeFinding): void {
    const asked = this.#asked;
    const found = asked?.found ?? null;
    if (asked !== null) asked.found = null;
    found?.(finding);
  }
}
