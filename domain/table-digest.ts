import { compareIps } from './ip.js';
import { type VipId, type VipState, vipId } from './lb.js';
import { lengthOfTable } from './table-prediction.js';
import { xxhash64 } from './xxhash64.js';

/**
 * 16 hexadecimal digits over what decides where a new flow goes: the VIP, how it hashes, the length of its table, and its
 * servers with their weights and buckets. Two VPPs with the same digest send every new flow to the same server. What may
 * well be different, such as the source of tunnels, is not in it; nor does any order matter.
 */
export function vipDigest(vip: VipState): string {
  const { key, encap, srcIpSticky, ases } = vip;
  const parts = [vipId(key), encap, `${lengthOfTable(vip)}`, `${srcIpSticky}`];
  for (const { address, weight, buckets } of [...ases].sort((a, b) => compareIps(a.address, b.address))) {
    parts.push(`${address} ${weight} ${buckets}`);
  }
  return digest(parts);
}

/** The same over all VIPs. */
export function tableDigest(vips: readonly VipState[]): string {
  const parts = vips.map((vip): readonly [VipId, string] => [vipId(vip.key), vipDigest(vip)]);
  parts.sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(parts.map(([id, of]) => `${id} ${of}`));
}

/** As much of a digest as a number holds exactly: 48 bits. */
export function digestNumber(of: string): number {
  return Number.parseInt(of.slice(0, 12), 16);
}

function digest(lines: readonly string[]): string {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
  const state = new Uint32Array(2);
  for (let at = 0; at < bytes.length; at += 4) {
    const word = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
    xxhash64(
      (state[0] as number) ^ (word | (byteAt(bytes, at + 3) << 24)),
      (state[1] as number) ^ at,
      state,
      0,
    );
  }
  return [...state]
    .reverse()
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('');
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
