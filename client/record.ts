import type { ServiceError } from '@grpc/grpc-js';
import type { Channel } from '../rpc/channel.js';
import { MaglevService, type RecordPiece } from '../rpc/generated/maglev.js';

export interface Recording {
  readonly channel: Channel;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Each piece is asked for when the one before has been taken. Throws an RpcError, or the reason of the signal. */
export async function* record({
  channel,
  timeoutMs,
  signal,
}: Recording): AsyncGenerator<string, void, undefined> {
  signal.throwIfAborted();
  const stream = channel.stream(MaglevService.record, {}, { timeoutMs });
  const leave = () => stream.cancel();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<RecordPiece>;
    // What comes after the iteration has ended is nobody's.
    stream.on('error', () => undefined);
    for (;;) {
      const next = await pieces.next().catch((error: ServiceError) => {
        throw signal.aborted ? signal.reason : channel.errorOf(error, timeoutMs);
      });
      if (next.done === true) return;
      yield next.value.text;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    stream.cancel();
  }
}
