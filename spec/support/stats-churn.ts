import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread that does to a segment what VPP does in a storm of changes: under the lock it moves the directory and a
 * vector, spoils what was there before, and counts the epoch. Whenever a reader may believe what it sees, all elements
 * of `churn` and the scalar `generation` are equal. Ends when the first element of `stop` is not 0.
 */
interface ChurnData {
  readonly fd: number;
  readonly length: number;
  readonly stop: Int32Array;
}

const BASE = 0x7f00_0000_0000n;
const { fd, length, stop }: ChurnData = workerData;
/** Two places, used in turns, for a directory, the vector of threads, and the vector of the only thread. */
const places = [0x1000, 0x20000];

function write(at: number, ...values: readonly bigint[]): void {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(value, 8 * i);
  writeSync(fd, bytes, 0, bytes.length, at);
}

function entry(name: string, type: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(144);
  bytes.writeUInt32LE(type, 0);
  bytes.writeBigUInt64LE(value, 8);
  bytes.write(name, 16);
  return bytes;
}

write(0, 2n, BASE);
for (let generation = 1n; Atomics.load(stop, 0) === 0; generation++) {
  const [place = 0, former = 0] = generation % 2n === 0n ? places : [...places].reverse();
  const directory = place + 8;
  const threads = place + 0x1008;
  const row = place + 0x2008;
  write(24, 1n);
  writeSync(fd, Buffer.alloc(0x2008 + 8 * length, 0xa5), 0, 0x2008 + 8 * length, former);
  write(row - 8, BigInt(length), ...Array.from({ length }, () => generation));
  write(threads - 8, 1n, BASE + BigInt(row));
  const entries = [entry('generation', 1, generation), entry('churn', 2, BASE + BigInt(threads))];
  if (generation % 3n === 0n) entries.reverse();
  write(directory - 8, 2n);
  writeSync(fd, Buffer.concat(entries), 0, 288, directory);
  write(32, BASE + BigInt(directory));
  write(16, generation + 1n);
  write(24, 0n);
  if (generation === 1n) parentPort?.postMessage('churning');
  // VPP does other things, too.
  Atomics.wait(stop, 0, 0, 0.5);
}
