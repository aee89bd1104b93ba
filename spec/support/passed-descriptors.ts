import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The type of SOCK_SEQPACKET in /proc/net/unix. */
const SEQPACKET = '0005';

/**
 * Memory and sockets of packets that this process has open: all that is ever passed, or passes it. Other descriptors
 * do not count, because other specs may still be closing theirs. Sorted; what they lead to, without their numbers.
 */
export function passedDescriptors(): string[] {
  const rows = readFileSync('/proc/self/net/unix', 'utf8').split('\n').slice(1);
  const packetSockets = new Set(
    rows
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , , type]) => type === SEQPACKET)
      .map(([, , , , , , inode]) => `socket:[${inode}]`),
  );
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      const target = targetOf(fd);
      if (packetSockets.has(target)) return ['socket of packets'];
      return target.startsWith('/memfd:') ? [target] : [];
    })
    .sort();
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor of the folder that was being read.
    return '';
  }
}
