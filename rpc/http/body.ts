import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../protocol/clock.js';

/** Requests are a name at most, so that a large one is an error. */
export const LONGEST_BODY = 64 * 1024;
/** Whoever needs longer to send that does not want an answer. */
const BODY_MS = 10_000;

/** The body of a request, or what is wrong with it; `gone`: its client does not wait for an answer any more. */
export type Body = Buffer | 'too-long' | 'too-slow' | 'gone';

/** Reads no more than is taken; what comes behind that is thrown away by whoever answers. */
export function readBody(request: IncomingMessage, clock: Clock): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) return Promise.resolve('too-long');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (body: Body) => {
      cancel();
      request.off('data', take);
      resolve(body);
    };
    const cancel = clock.schedule(BODY_MS, () => settle('too-slow'));
    const take = (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size > LONGEST_BODY) settle('too-long');
    };
    request.on('data', take);
    request.once('end', () => settle(Buffer.concat(parts)));
    request.once('close', () => settle('gone'));
    request.once('error', () => settle('gone'));
  });
}
