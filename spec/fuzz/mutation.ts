import type { SeededRandom } from '../../sim/random.js';

/** Numbers at which programs go wrong, as they look in any one byte. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] as const;
const SPREAD_MAX = 4;
const EXTRA_MAX = 80;
/** `<frame header><message>`: the length of the message is here. */
const LENGTH_AT = 8;
const HEADER_SIZE = 16;
/** Lengths that a frame may pretend; the largest a client still waits for is 64 MiB. */
const LIES = [0, 1, 5, 0xffff, 0x3ffffff, 0x4000001, 0x7fffffff, 0xffffffff] as const;

/** Changes a few bytes, at `from` or behind it, and not the length. */
export function scramble(random: SeededRandom, message: Uint8Array, from = 0): Uint8Array {
  const changed = Uint8Array.from(message);
  const room = changed.length - from;
  if (room <= 0) return changed;
  for (let i = 0; i <= random.below(SPREAD_MAX); i++) {
    const at = from + random.below(room);
    changed[at] = newByte(random, changed[at] as number);
  }
  return changed;
}

/** Cuts a message short, makes it longer, repeats a part of it, or makes it up. */
export function deform(random: SeededRandom, message: Uint8Array): Uint8Array {
  switch (random.below(4)) {
    case 0:
      return message.slice(0, random.below(message.length + 1));
    case 1:
      return Buffer.concat([message, random.bytes(1 + random.below(EXTRA_MAX))]);
    case 2: {
      const [a, b] = [random.below(message.length + 1), random.below(message.length + 1)];
      return Buffer.concat([message.subarray(0, Math.max(a, b)), message.subarray(Math.min(a, b))]);
    }
    default:
      return random.bytes(random.below(EXTRA_MAX));
  }
}

/** Puts a frame header before a message; `lie`: one that says another length. */
export function framed(random: SeededRandom, message: Uint8Array, lie = false): Uint8Array {
  const frame = Buffer.concat([random.bytes(HEADER_SIZE), message]);
  const length = lie ? (LIES[random.below(LIES.length)] as number) : message.length;
  frame.writeUInt32BE(length, LENGTH_AT);
  return frame;
}

/** The same bytes in pieces of any size. */
export function* pieces(random: SeededRandom, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = random.below(4) === 0 ? 1 + random.below(20) : 1 + random.below(bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function newByte(random: SeededRandom, byte: number): number {
  const dice = random.below(3);
  if (dice === 0) return byte ^ (1 << random.below(8));
  return dice === 1 ? (EDGES[random.below(EDGES.length)] as number) : random.below(256);
}
