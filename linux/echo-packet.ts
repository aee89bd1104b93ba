import type { IpFamily } from '../domain/ip.js';

// RFC 792, RFC 4443 section 4.
const requestType = { 4: 8, 6: 128 } as const;
export const replyType = { 4: 0, 6: 129 } as const;
export const ECHO_HEADER_SIZE = 8;

/** Writes an ICMP echo request but for its sequence number, and for its checksum, into the memory from `at` on. */
export function writeEchoRequest(
  memory: Buffer,
  at: number,
  family: IpFamily,
  identifier: number,
  payload: Uint8Array,
): void {
  memory[at] = requestType[family];
  memory.writeUInt16BE(identifier, at + 4);
  memory.set(payload, at + ECHO_HEADER_SIZE);
}

/**
 * Numbers a request of so many bytes that writeEchoRequest has written, and makes it whole. `sum` is echoSum() of it with the
 * number 0. The checksum of ICMPv6 covers addresses that only the kernel knows: it fills it in.
 */
export function numberEchoRequest(
  memory: Buffer,
  at: number,
  family: IpFamily,
  sum: number,
  sequence: number,
): void {
  memory[at + 6] = sequence >> 8;
  memory[at + 7] = sequence & 0xff;
  if (family === 6) return;
  let folded = sum + sequence;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  memory[at + 2] = (~folded >> 8) & 0xff;
  memory[at + 3] = ~folded & 0xff;
}

/** The sum of all words of 16 bits (RFC 1071) of so many bytes, without the checksum that may stand among them. */
export function echoSum(memory: Buffer, at: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i += 2) {
    if (i !== 2) sum += ((memory[at + i] ?? 0) << 8) | (i + 1 < size ? (memory[at + i + 1] ?? 0) : 0);
  }
  return sum;
}

/** Where an echo reply begins in the packet of so many bytes; -1 = it is something else. Only raw IPv4 sockets see the IP header. */
export function echoReplyAt(
  memory: Buffer,
  at: number,
  size: number,
  family: IpFamily,
  withIpHeader: boolean,
): number {
  const start = withIpHeader ? ((memory[at] ?? 0) & 0xf) * 4 : 0;
  return size >= start + ECHO_HEADER_SIZE && memory[at + start] === replyType[family] ? at + start : -1;
}
