import { status } from '@grpc/grpc-js';
import { Histogram, writeBounds } from '../domain/histogram.js';
import { LabelledCounts } from '../domain/labelled-counts.js';
import type { Clock } from '../protocol/clock.js';
import type { CallReading } from '../protocol/readings.js';
import type { StreamHandler, UnaryHandler } from './call.js';
import type { Guarded } from './doorkeeper.js';
import { MaglevService } from './generated/maglev.js';

interface Method {
  readonly name: string;
  readonly codes: LabelledCounts;
  readonly durations: Histogram | null;
  underWay: number;
}

/** Counts the calls of service maglev.Maglev, whoever is let in or not, over all servers that follow one another. */
export class CallTally {
  readonly #clock: Clock;
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#methods = new Map(
      Object.entries(MaglevService).map(([key, { path, responseStream }]): [string, Method] => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const durations = responseStream ? null : new Histogram(writeBounds);
        return [key, { name, codes: new LabelledCounts(), durations, underWay: 0 }];
      }),
    );
  }

  readonly read = (): CallReading[] =>
    [...this.#methods.values()].map(({ name, codes, durations, underWay }) => {
      return { method: name, codes: codes.rows(), durations, underWay };
    });

  /** The same service, whose calls are counted. */
  counting({ unary, streams }: Guarded): Guarded {
    return {
      unary: mapped(unary, (handler, key) => this.#unary(this.#method(key), handler)),
      streams: mapped(streams, (handler, key) => this.#stream(this.#method(key), handler)),
    };
  }

  #method(key: string): Method {
    const method = this.#methods.get(key);
    if (method === undefined) throw new Error(`nobody counts ${key}`);
    return method;
  }

  #unary(method: Method, handler: UnaryHandler<unknown, unknown>): UnaryHandler<unknown, unknown> {
    return (call, callback) => {
      const over = this.#begin(method);
      // It is told of every call; of one that was answered, after the answer.
      call.once('cancelled', () => over(status.CANCELLED));
      handler(call, (error, value, trailer, flags) => {
        over(error === null ? status.OK : (error.code ?? status.UNKNOWN));
        callback(error, value, trailer, flags);
      });
    };
  }

  /** A stream ends when all was said, with an error, or because the client has had enough. */
  #stream(method: Method, handler: StreamHandler<unknown, unknown>): StreamHandler<unknown, unknown> {
    return (call) => {
      const over = this.#begin(method);
      call.once('error', (ended) => over(codeOf(ended)));
      call.once('finish', () => over(status.OK));
      call.once('cancelled', () => over(status.CANCELLED));
      handler(call);
    };
  }

  /** What is to be called at the end of a call; the first code counts. */
  #begin(method: Method): (code: status) => void {
    const began = this.#clock.monotonic();
    let isOver = false;
    method.underWay++;
    return (code) => {
      if (isOver) return;
      isOver = true;
      method.underWay--;
      method.codes.add([status[code] ?? 'UNKNOWN']);
      method.durations?.observe((this.#clock.monotonic() - began) / 1000);
    };
  }
}

function mapped<T>(all: Readonly<Record<string, T>>, map: (one: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([key, one]) => [key, map(one, key)]));
}

function codeOf(ended: unknown): status {
  const { code } = ended as { readonly code?: unknown };
  return typeof code === 'number' ? code : status.UNKNOWN;
}
