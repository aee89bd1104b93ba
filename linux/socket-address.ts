import { type IpAddress, type IpFamily, ipBytes, ipFamily, ipFromBytes } from '../domain/ip.js';

// <sys/socket.h>, as x86-64 and arm64 have it.
const AF_INET = 2;
const AF_INET6 = 10;

export function addressFamily(family: IpFamily): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/**
 * struct sockaddr_in: u16 family, u16 port in network order, 4 bytes of address, padding to 16. struct sockaddr_in6:
 * u16 family, u16 port, u32 flow, 16 bytes of address, u32 scope. The port is 0.
 */
export function socketAddress(ip: IpAddress): Uint8Array {
  const family = ipFamily(ip);
  const memory = new Uint8Array(new ArrayBuffer(family === 4 ? 16 : 28));
  new DataView(memory.buffer).setUint16(0, addressFamily(family), true);
  memory.set(ipBytes(ip), family === 4 ? 4 : 8);
  return memory;
}

/** Room for the address of a sender. */
export function emptySocketAddress(family: IpFamily): Uint8Array {
  return new Uint8Array(new ArrayBuffer(family === 4 ? 16 : 28));
}

/** The address in a struct that the kernel has filled. */
export function addressIn(memory: Uint8Array): IpAddress {
  return memory.length === 16 ? ipFromBytes(memory.subarray(4, 8)) : ipFromBytes(memory.subarray(8, 24));
}
