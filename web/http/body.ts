import type { IncomingMessage } from 'node:http';
import type { MaglevError } from '../../domain/errors.js';
import type { Clock } from '../../protocol/clock.js';
import { requestFault } from './respond.js';

/** An action is a few names. */
const LONGEST_BYTES = 16 * 1024;
const PATIENCE_MS = 10_000;

/** The text that comes with a request, or why it is not read. */
export function readRequestBody(
  request: IncomingMessage,
  clock: Clock,
): Promise<string | { readonly status: number; readonly error: MaglevError }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (result: string | { status: number; error: MaglevError }) => {
      cancel();
      resolve(result);
    };
    const cancel = clock.schedule(PATIENCE_MS, () =>
      settle({ status: 408, error: requestFault('the request did not come in time') }),
    );
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LONGEST_BYTES) chunks.push(chunk);
      else settle({ status: 413, error: requestFault(`the request is longer than ${LONGEST_BYTES} bytes`) });
    });
    request.once('end', () => settle(Buffer.concat(chunks).toString()));
    request.once('close', () => settle({ status: 400, error: requestFault('the request broke off') }));
  });
}
