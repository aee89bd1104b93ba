import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Metadata } from '@grpc/grpc-js';
import type { UnaryCall } from '../call.js';

export interface HttpCallFacts {
  /** Of the method. */
  readonly path: string;
  /** By which the connection is found. */
  readonly peer: string;
  /** Header `authorization`; null: there is none. */
  readonly authorization: string | null;
  /** Milliseconds since the epoch, or Infinity. */
  readonly deadline: number;
}

/** A call that came over HTTP, as those who handle it know calls. It ends with its answer or its connection. */
export class HttpCall extends EventEmitter implements UnaryCall<unknown> {
  readonly metadata = new Metadata();
  readonly request: unknown;
  readonly #facts: HttpCallFacts;
  #cancelled = false;

  constructor(facts: HttpCallFacts, request: unknown, response: ServerResponse) {
    super();
    this.#facts = facts;
    this.request = request;
    if (facts.authorization !== null) this.metadata.set('authorization', facts.authorization);
    response.once('close', () => {
      this.#cancelled = true;
      this.emit('cancelled');
    });
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  getPath(): string {
    return this.#facts.path;
  }

  getPeer(): string {
    return this.#facts.peer;
  }

  getDeadline(): number {
    return this.#facts.deadline;
  }
}
