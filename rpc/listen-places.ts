import { isLeft } from 'fp-ts/lib/Either.js';
import { type ListenAddress, parseListenAddresses } from './address.js';
import { unreadableRefusal } from './listen-refusal.js';
import type { Offered } from './served.js';

/** Where something is served, out of the text of its flag; '' = nowhere. Throws MGL_LISTEN. */
export function placesOf(served: Offered, text: string): readonly ListenAddress[] {
  if (text === '') return [];
  const addresses = parseListenAddresses(text);
  if (isLeft(addresses)) throw unreadableRefusal(text, addresses.left, served);
  return addresses.right;
}
