import { closeSync, openSync, readSync } from 'node:fs';
import type { Arch } from '../koffi.js';

/** Of e_machine, as elf(5) has them. */
const machines: Readonly<Record<number, Arch>> = { 62: 'x64', 183: 'arm64' };

/** Which machine a program or library is for; null: it is none, or for another one. */
export function machineOf(file: string): Arch | null {
  const head = Buffer.alloc(20);
  const fd = openSync(file, 'r');
  try {
    if (readSync(fd, head) < head.length || head.toString('latin1', 0, 4) !== '\u007fELF') return null;
  } finally {
    closeSync(fd);
  }
  return machines[head.readUInt16LE(18)] ?? null;
}
