import type { Metadata, sendUnaryData } from '@grpc/grpc-js';

/** What the handlers ask of a call. Those of gRPC have it, and more; those that came over HTTP have no more than this. */
export interface Call<Request> {
  readonly request: Request;
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  /** `/maglev.Maglev/GetStatus`. */
  readonly getPath: () => string;
  /** By which the connection is found. */
  readonly getPeer: () => string;
  /** Told however the call ends. */
  readonly once: (event: 'cancelled', hear: () => void) => unknown;
}

export interface UnaryCall<Request> extends Call<Request> {
  /** Milliseconds since the epoch, or Infinity; a Date as well. */
  readonly getDeadline: () => Date | number;
}

export interface StreamCall<Request, Message> extends Omit<Call<Request>, 'once'> {
  /** False: what it was given is kept, and nothing more should come before `drain`. */
  readonly write: (message: Message) => boolean;
  /** `error` tells the status with which it is ended; `finish`: all was said. */
  readonly once: (
    event: 'cancelled' | 'drain' | 'error' | 'finish',
    hear: (status?: unknown) => void,
  ) => unknown;
  readonly off: (event: 'drain', hear: () => void) => unknown;
  /** Ends the stream, with a StatusObject. */
  readonly emit: (event: 'error', status: unknown) => unknown;
}

export type UnaryHandler<Request, Response> = (
  call: UnaryCall<Request>,
  callback: sendUnaryData<Response>,
) => void;

export type StreamHandler<Request, Message> = (call: StreamCall<Request, Message>) => void;
