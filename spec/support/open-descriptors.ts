import { readdirSync, readlinkSync } from 'node:fs';

/** What this process has open: descriptor number and what it leads to, sorted. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
      } catch {
        // The descriptor of the folder that was being read.
        return [];
      }
    })
    .sort();
}
