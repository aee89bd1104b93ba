import type { status } from '@grpc/grpc-js';

/** Name of a gRPC status: `NOT_FOUND`. */
export type StatusName = keyof typeof status;

/** A call that failed, as a person or a program wants to know it. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly status: StatusName,
    /** Stable, `MGL_...`; one that this client does not know when the server is newer. */
    readonly code: string,
    message: string,
    /** What the reader can do, one sentence; '' when it is part of the message. */
    readonly advice: string,
  ) {
    super(message);
  }
}
