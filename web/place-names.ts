import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../domain/errors.js';
import { formatRpcAddress, parseRpcAddress } from '../rpc/address.js';

/** A maglevd as -server names it. */
export interface PlaceName {
  /** No two have the same, and each can stand in a URL. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

/**
 * Reads `ADDR`, `name=ADDR`, and several of them with commas between. Two may have one name, or one address: their ids
 * differ. Throws MGL_USAGE.
 */
export function parsePlaces(text: string): PlaceName[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) throw usage('--server must name at least one maglevd');
  const taken = new Set<string>();
  return words.map((word) => {
    const [, given, rest = word] = /^([^=:/[\]]+)=(.*)$/.exec(word) ?? [];
    const parsed = parseRpcAddress(rest);
    if (isLeft(parsed)) throw usage(`--server: ${parsed.left}`);
    const address = formatRpcAddress(parsed.right);
    const name = given?.trim() ?? address;
    const plain = name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'maglevd';
    let id = plain;
    for (let i = 2; taken.has(id); i++) id = `${plain}-${i}`;
    taken.add(id);
    return { id, name, address };
  });
}

function usage(message: string): MaglevError {
  return new MaglevError('MGL_USAGE', message);
}
