import { closeSync, openSync, readSync } from 'node:fs';
import type { IpFamily } from '../domain/ip.js';

// <linux/route.h>, <linux/ipv6_route.h>
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;
const RTF_ANYCAST = 0x100000;
const RTF_LOCAL = 0x80000000;

/** Enough to meet a route that counts; a router may have a million. */
const readLimit = 64 * 1024;

/**
 * Has the network namespace of the calling thread a route to anywhere but itself? Link-local routes do not count.
 * True when that cannot be found out.
 */
export function hasRoute(family: IpFamily): boolean {
  const lines = firstLines(family === 4 ? '/proc/thread-self/net/route' : '/proc/thread-self/net/ipv6_route');
  return lines?.some(family === 4 ? isRoute4 : isRoute6) ?? true;
}

/** Iface, Destination, Gateway, Flags, ... behind one line of titles. */
function isRoute4(line: string): boolean {
  const [device, , , flags = ''] = line.split('\t');
  return device !== 'Iface' && device !== 'lo' && isUsable(flags);
}

/** Destination, its length, source, its length, next hop, metric, two counters, flags, device. */
function isRoute6(line: string): boolean {
  const [destination = '', , , , , , , , flags = '', device] = line.trim().split(/\s+/);
  return device !== 'lo' && !/^(fe[89ab]|ff)/.test(destination) && isUsable(flags);
}

function isUsable(flagsInHex: string): boolean {
  const flags = Number.parseInt(flagsInHex, 16);
  return (flags & RTF_UP) !== 0 && (flags & (RTF_REJECT | RTF_ANYCAST | RTF_LOCAL)) === 0;
}

function firstLines(path: string): string[] | null {
  try {
    const fd = openSync(path, 'r');
    try {
      const memory = Buffer.alloc(readLimit);
      let size = 0;
      // One read of such a file gives a page of it at most.
      for (let more = -1; more !== 0 && size < readLimit; size += more)
        more = readSync(fd, memory, size, readLimit - size, null);
      return memory.toString('latin1', 0, size).split('\n');
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
