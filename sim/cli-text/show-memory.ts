import type { TableHeap } from '../lb/heap.js';
import type { Command } from './command.js';
import type { CommandInput } from './command-input.js';

const PAGE_BYTES = 4096;

/** `show memory [verbose] [main-heap]`. The other heaps of VPP are not simulated. */
export const showMemoryCommand: Command = {
  path: 'show memory',
  run: (input: CommandInput, { lb, print }) => {
    let verbose = false;
    let mainHeap = false;
    while (!input.atEnd) {
      if (input.literal('verbose')) verbose = true;
      else if (input.literal('main-heap')) mainHeap = true;
      else return `unknown input \`${input.quoteRest()}'`;
    }
    print(`${mainHeap ? '  ' : ''}${heapText(lb.state.heap, verbose || !mainHeap)}\n`);
    return null;
  },
};

function heapText({ limit, used }: TableHeap, verbose: boolean): string {
  const pages = Math.ceil(limit / PAGE_BYTES);
  const populated = Math.ceil(used / PAGE_BYTES);
  const free = limit - used;
  const lines = [
    `base 0x7fffb4600000, size ${sizeText(limit)}, locked, unmap-on-destroy, name 'main heap'`,
    `    page stats: page-size 4K, total ${pages}, populated ${populated}, not-populated ${pages - populated}`,
    `      numa 0: ${populated} pages, ${sizeText(populated * PAGE_BYTES)} bytes`,
    `    total: ${amount(limit)}, used: ${amount(used)}, free: ${amount(free)}, trimmable: ${amount(free)}`,
  ];
  if (verbose) {
    lines.push('      free chunks 72 free fastbin blks 0', `      max total allocated ${amount(limit)}`);
  }
  return lines.join('\n');
}

/** As VPP's format_msize. */
function amount(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)}G`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(2)}M`;
  if (bytes >= 2 ** 10) return `${(bytes / 2 ** 10).toFixed(2)}K`;
  return `${bytes}`;
}

/** As VPP's format_memory_size. */
function sizeText(bytes: number): string {
  const [unit, letter] =
    bytes >= 2 ** 30
      ? [2 ** 30, 'g']
      : bytes >= 2 ** 20
        ? [2 ** 20, 'm']
        : bytes >= 2 ** 10
          ? [2 ** 10, 'k']
          : [1, ''];
  const number = bytes / unit;
  return `${Number.isInteger(number) ? number : number.toFixed(2)}${letter}`;
}
