import { type IpAddress, ipFamily } from '../domain/ip.js';

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function endpoint(address: IpAddress, port: number): string {
  return `${bracketed(address)}:${port}`;
}

/** An address as URLs have it. */
export function bracketed(address: IpAddress): string {
  return ipFamily(address) === 6 ? `[${address}]` : address;
}

/** What a peer sent, fit for one line of a log: printable ASCII, quoted, cut after `limit` characters. */
export function quoted(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}...` : text;
  return `"${cut.replace(/[^\x20-\x7e]/g, (character) => escaped(character)).replaceAll('"', "'")}"`;
}

function escaped(character: string): string {
  if (character === '\r') return '\\r';
  if (character === '\n') return '\\n';
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
