/**
 * The hash that VPP draws the permutations of its new-flow tables from: XXH64 of one 64-bit key (its 8 bytes in
 * little-endian order) with the seed 0x9e3779b97f4a7c13. All values are pairs of 32-bit halves, because a table of
 * 200 servers of weight 100 takes 20,000 hashes and BigInt would make them most of the work.
 */

/** seed + PRIME64_5 + 8, where 8 is the number of bytes hashed. */
const START_LOW = 0x95a0e3e0 | 0;
const START_HIGH = 0xc60c64e8 | 0;
const PRIME_1_LOW = 0x85ebca87 | 0;
const PRIME_1_HIGH = 0x9e3779b1 | 0;
const PRIME_2_LOW = 0x27d4eb4f | 0;
const PRIME_2_HIGH = 0xc2b2ae3d | 0;
const PRIME_3_LOW = 0x9e3779f9 | 0;
const PRIME_3_HIGH = 0x165667b1 | 0;
const PRIME_4_LOW = 0xc2b2ae63;
const PRIME_4_HIGH = 0x85ebca77 | 0;

/** Hashes the key `high:low`; writes the low half of the hash to `out[at]` and the high half to `out[at + 1]`. */
export function xxhash64(low: number, high: number, out: Uint32Array, at: number): void {
  let l = Math.imul(low, PRIME_2_LOW);
  let h = productHigh(low, high, PRIME_2_LOW, PRIME_2_HIGH);
  const rotatedLow = (l << 31) | (h >>> 1);
  h = (h << 31) | (l >>> 1);
  l = Math.imul(rotatedLow, PRIME_1_LOW);
  h = productHigh(rotatedLow, h, PRIME_1_LOW, PRIME_1_HIGH);
  l ^= START_LOW;
  h ^= START_HIGH;

  const mixedLow = (l << 27) | (h >>> 5);
  h = (h << 27) | (l >>> 5);
  const sum = (Math.imul(mixedLow, PRIME_1_LOW) >>> 0) + PRIME_4_LOW;
  h = (productHigh(mixedLow, h, PRIME_1_LOW, PRIME_1_HIGH) + PRIME_4_HIGH + (sum > 0xffffffff ? 1 : 0)) | 0;
  l = sum | 0;

  // Avalanche: three times a shifted xor, twice followed by a product.
  l ^= h >>> 1;
  h = productHigh(l, h, PRIME_2_LOW, PRIME_2_HIGH);
  l = Math.imul(l, PRIME_2_LOW);
  l ^= (l >>> 29) | (h << 3);
  h ^= h >>> 29;
  h = productHigh(l, h, PRIME_3_LOW, PRIME_3_HIGH);
  l = Math.imul(l, PRIME_3_LOW);
  out[at] = l ^ h;
  out[at + 1] = h;
}

/** Bits 32..63 of the product of two 64-bit numbers; bits 0..31 are `Math.imul(aLow, bLow)`. */
function productHigh(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = (a0 * b1 + (middle & 0xffff)) / 0x10000;
  const high = a1 * b1 + ((middle / 0x10000) | 0) + (carry | 0);
  return (high + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0;
}
