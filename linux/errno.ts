import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The name of a negative errno, as ECONNREFUSED. */
export function errnoName(result: number): string {
  const known = names.get(result);
  if (known !== undefined) return known;
  const name = getSystemErrorMap().get(result)?.[0] ?? `errno ${-result}`;
  names.set(result, name);
  return name;
}

/** Node looks for its table every time, which takes longer than the call that has failed. */
const names = new Map<number, string>();

const AGAIN = -constants.errno.EAGAIN;
const INTERRUPTED = -constants.errno.EINTR;

/** The result of a non-blocking call that can do nothing yet. */
export function isPending(result: number): boolean {
  return result === AGAIN || result === INTERRUPTED;
}
