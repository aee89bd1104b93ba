import type { IpFamily } from '../domain/ip.js';
import { replyType } from './echo-packet.js';
import { libc, libcFunction, succeeded } from './libc.js';

// <sys/socket.h>, <linux/filter.h>
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const LOAD_BYTE = 0x30;
const LOAD_BYTE_INDEXED = 0x50;
const LOAD_HALF = 0x28;
const LOAD_HALF_INDEXED = 0x48;
const INDEX_BEHIND_IP_HEADER = 0xb1;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

/**
 * Lets only echo replies to our own requests into a raw socket. Without it the socket gets a copy of all ICMP of the
 * machine, and when somebody else's pings fill its buffer, replies to ours are lost: that would look like servers
 * that do not answer. A raw IPv4 socket sees the IP header in front (at most 60 bytes), an IPv6 one does not.
 */
export function attachEchoFilter(fd: number, family: IpFamily, identifier: number): void {
  const [loadByte, loadHalf] = family === 4 ? [LOAD_BYTE_INDEXED, LOAD_HALF_INDEXED] : [LOAD_BYTE, LOAD_HALF];
  const program: Instruction[] = [
    ...(family === 4 ? ([[INDEX_BEHIND_IP_HEADER, 0, 0, 0]] as const) : []),
    [loadByte, 0, 0, 0],
    [JUMP_IF_EQUAL, 0, 3, replyType[family]],
    [loadHalf, 0, 0, 4],
    [JUMP_IF_EQUAL, 0, 1, identifier],
    [RETURN, 0, 0, 0xffff],
    [RETURN, 0, 0, 0],
  ];
  // struct sock_filter: u16 code, u8 jump if true, u8 jump if false, u32 operand.
  const code = Buffer.from(new ArrayBuffer(program.length * 8));
  for (const [i, [operation, ifTrue, ifFalse, operand]] of program.entries()) {
    code.writeUInt16LE(operation, i * 8);
    code.writeUInt8(ifTrue, i * 8 + 2);
    code.writeUInt8(ifFalse, i * 8 + 3);
    code.writeUInt32LE(operand, i * 8 + 4);
  }
  // struct sock_fprog: u16 length, padding, pointer.
  const filter = Buffer.from(new ArrayBuffer(16));
  filter.writeUInt16LE(program.length, 0);
  filter.writeBigUInt64LE(libc().addressOf(code), 8);
  succeeded('filter ICMP', setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, filter.length));
}
