import { readdirSync, readlinkSync } from 'node:fs';

/** What this process has open: descriptor number and what it leads to (of sockets only that), sorted. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${fd}`);
        return [`${fd} ${target.replace(/^socket:.*/, 'socket')}`];
      } catch {
        // The descriptor of the folder that was being read.
        return [];
      }
    })
    .sort();
}
