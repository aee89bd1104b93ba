import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { MetricsAddress } from '../metrics/http/door.js';
import { parseRpcAddress } from '../rpc/address.js';

// Apart from who serves them: flags are read by every start, and need no server.

/**
 * Where metrics are served: `host:port`, `[::1]:port` or `:port`, several with commas between; `none` or nothing at all:
 * nowhere. Left: one sentence of what is wrong.
 */
export function metricsAddresses(text: string): Either<string, readonly MetricsAddress[]> {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0 || (words.length === 1 && words[0] === 'none')) return right([]);
  const found: MetricsAddress[] = [];
  for (const word of words) {
    const address = parseRpcAddress(word);
    if (isLeft(address)) return address;
    if (address.right.kind === 'unix')
      return left(`'${word}' is a socket, and metrics are served over TCP only`);
    found.push(address.right);
  }
  return right(found);
}
