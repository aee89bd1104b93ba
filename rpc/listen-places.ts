import { isLeft } from 'fp-ts/lib/Either.js';
import { type ListenAddress, parseListenAddresses } from './address.js';
import { unreadableRefusal } from './listen-refusal.js';
import type { Offered } from './served.js';

/** Where something is served, out of the text of its flag; '', and of HTTP `none`, is nowhere. Throws MGL_LISTEN. */
export function placesOf(served: Offered, text: string): readonly ListenAddress[] {
  if (text === '' || (served === 'http' && text === 'none')) return [];
  const addresses = parseListenAddresses(text);
  if (isLeft(addresses)) throw unreadableRefusal(text, addresses.left, served);
  return addresses.right;
}

/** What maglevd is called by those who listen for it: in small letters, as the names of hosts are compared. */
export function namesIn(places: readonly ListenAddress[]): ReadonlySet<string> {
  return new Set(
    places.flatMap(({ address }) => (address.kind === 'tcp' ? [address.host.toLowerCase()] : [])),
  );
}
