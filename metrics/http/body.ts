import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { Clock } from '../../protocol/clock.js';
import type { Turns } from './turns.js';

/** For so long one writer blocks the event loop at a time. */
const SLICE_MS = 4;

/**
 * Writes pieces as the body of a response, no quicker than the client takes them, and only in turns of the event loop.
 * Resolves when all is written or the client has gone.
 */
export async function writeBody(
  response: ServerResponse,
  pieces: Iterator<string, void>,
  { gzip, turns, clock }: { readonly gzip: boolean; readonly turns: Turns; readonly clock: Clock },
): Promise<void> {
  const sink = gzip ? packing(response) : response;
  const gone = () => response.destroyed || response.writableEnded;
  for (;;) {
    await turns.next();
    const begin = clock.monotonic();
    let flows = true;
    while (flows && clock.monotonic() - begin < SLICE_MS) {
      if (gone()) return;
      const piece = pieces.next();
      if (piece.done === true) {
        await ended(sink, response);
        return;
      }
      flows = sink.write(piece.value);
    }
    if (!flows) await drained(sink, response);
  }
}

/** What is written to it is packed in a thread of Node's pool. The least that packs makes a ninth of such text. */
function packing(response: ServerResponse): Writable {
  const gzip = createGzip({
    level: constants.Z_BEST_SPEED,
    chunkSize: 64 * 1024,
  });
  response.once('close', () => gzip.destroy());
  // It is destroyed with the response, and that is no news.
  gzip.on('error', () => response.destroy());
  gzip.pipe(response);
  return gzip;
}

function drained(sink: Writable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done);
      response.off('close', done);
      resolve();
    };
    if (response.destroyed) resolve();
    else {
      sink.once('drain', done);
      response.once('close', done);
    }
  });
}

function ended(sink: Writable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else {
      response.once('close', resolve);
      response.once('finish', resolve);
      sink.end();
    }
  });
}
