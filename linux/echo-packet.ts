import type { IpAddress, IpFamily } from '../domain/ip.js';

// RFC 792, RFC 4443 section 4.
const requestType = { 4: 8, 6: 128 } as const;
export const replyType = { 4: 0, 6: 129 } as const;
const headerSize = 8;

export interface EchoReply {
  readonly from: IpAddress;
  readonly identifier: number;
  readonly sequence: number;
  /** A copy. */
  readonly payload: Buffer;
}

/** An ICMP echo request. The checksum of ICMPv6 covers addresses that only the kernel knows: it fills it in. */
export function encodeEchoRequest(
  family: IpFamily,
  identifier: number,
  sequence: number,
  payload: Uint8Array,
): Uint8Array {
  const packet = Buffer.from(new ArrayBuffer(headerSize + payload.length));
  packet[0] = requestType[family];
  packet.writeUInt16BE(identifier, 4);
  packet.writeUInt16BE(sequence, 6);
  packet.set(payload, headerSize);
  if (family === 4) packet.writeUInt16BE(checksum(packet), 2);
  return packet;
}

/** The reply in a packet; null if it is something else. Only raw IPv4 sockets see the IP header. */
export function decodeEchoReply(
  family: IpFamily,
  packet: Buffer,
  withIpHeader: boolean,
  from: IpAddress,
): EchoReply | null {
  const start = withIpHeader ? ((packet[0] ?? 0) & 0xf) * 4 : 0;
  if (packet.length < start + headerSize || packet[start] !== replyType[family]) return null;
  return {
    from,
    identifier: packet.readUInt16BE(start + 4),
    sequence: packet.readUInt16BE(start + 6),
    payload: Buffer.from(packet.subarray(start + headerSize)),
  };
}

/** RFC 1071. */
function checksum(packet: Buffer): number {
  let sum = 0;
  for (let i = 0; i < packet.length; i += 2) sum += ((packet[i] ?? 0) << 8) | (packet[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
