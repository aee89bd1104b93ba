import { isLeft } from 'fp-ts/lib/Either.js';
import { parseVip, type Vip } from '../../tester/vip.js';

/** The VIP that somebody writes so behind --vip. */
export function parsedVip(text: string): Vip {
  const vip = parseVip(text);
  if (isLeft(vip)) throw new Error(vip.left);
  return vip.right;
}
