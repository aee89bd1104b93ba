import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The name of a negative errno, as ECONNREFUSED. */
export function errnoName(result: number): string {
  return getSystemErrorMap().get(result)?.[0] ?? `errno ${-result}`;
}

/** The result of a non-blocking call that can do nothing yet. */
export function isPending(result: number): boolean {
  return result === -constants.errno.EAGAIN || result === -constants.errno.EINTR;
}
