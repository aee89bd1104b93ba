/** Numbers at a place in a message, without the DataView that would be made for every one of ten thousand messages. */

export function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function u32At(bytes: Uint8Array, at: number): number {
  return u16At(bytes, at) * 0x10000 + u16At(bytes, at + 2);
}
