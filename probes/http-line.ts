import type { Socket } from 'node:net';
import type { ProbeFinding } from '../domain/probe-result.js';
import type { HttpResponse } from './http-response.js';
import type { Surroundings } from './probe.js';
import { alertOf } from './tls-error.js';

/** Connections that one thread keeps for later probes, at most. */
const MOST_KEPT = 4096;

let keptHere = 0;

/** One request that is answered, or not. */
interface Asked {
  readonly response: HttpResponse;
  /** Called once, unless the line is closed before. */
  found: ((finding: ProbeFinding) => void) | null;
}

/** A connection of Node over which one request follows the other. It outlives its probe while it is kept. */
export class HttpLine {
  readonly #stream: Socket;
  readonly #socket: Socket;
  #asked: Asked | null = null;
  #requests = 0;
  #isOpen = true;
  #isKept = false;

  /** `stream` is TLS on `socket`, or that itself. */
  constructor(stream: Socket, socket: Socket, { onItsBehalf }: Pick<Surroundings, 'onItsBehalf'>) {
    this.#stream = stream;
    this.#socket = socket;
    stream.on('data', (bytes: Buffer) => onItsBehalf(() => this.#came(bytes)));
    stream.on('end', () => onItsBehalf(() => this.#broke((response) => response.end())));
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const alert = alertOf(error);
      const how = alert === null ? (error.code ?? error.message) : `TLS alert: ${alert}`;
      onItsBehalf(() => this.#broke((response) => response.broken(how)));
    });
    stream.on('close', () => this.close());
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
    return this.#isOpen && this.#asked?.response.onward === 'now';
  }

  ask(request: Buffer, response: HttpResponse, found: (finding: ProbeFinding) => void): void {
    this.#requests++;
    this.#asked = { response, found };
    this.#stream.write(request);
  }

  /** Keeps it for another request, if it can carry one, now or when the rest of the answer has been read. */
  keep(): void {
    if (!this.#isOpen || this.#isKept || keptHere >= MOST_KEPT) return;
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
    this.#socket.destroy();
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
