import { closeSync, writeSync } from 'node:fs';
import { createMemfd } from '../../linux/memfd.js';

/** Where VPP would have mapped the segment. */
export const BASE = 0x7f12_3400_0000n;

/** Numbers of the types, as VPP's stats client knows them. */
export const TYPE = {
  illegal: 0,
  scalar: 1,
  simple: 2,
  combined: 3,
  names: 4,
  empty: 5,
  symlink: 6,
  histogram: 7,
  ring: 8,
  gauge: 9,
} as const;

/**
 * A stats segment that is put together by hand, independently of the simulator's, in memory that can be handed out.
 * The directory is at 0x1000, vectors are laid one behind the other from 0x10000 on.
 */
export class StatsImage {
  readonly bytes: Buffer;
  readonly fd: number;
  #entries = 0;
  #next = 0x10000;

  constructor(size = 0x20000) {
    this.bytes = Buffer.alloc(size);
    this.fd = createMemfd('stat segment', size);
    this.header({ version: 2n, base: BASE, epoch: 1n, inProgress: 0n, directory: BASE + 0x1000n });
    this.scalar('/sys/heartbeat', 5n);
    this.scalar('/sys/last_stats_clear', 0n);
    this.scalar('/sys/boottime', 1_767_225_600n);
  }

  header(fields: {
    version?: bigint;
    base?: bigint;
    epoch?: bigint;
    inProgress?: bigint;
    directory?: bigint;
  }): this {
    const { version, base, epoch, inProgress, directory } = fields;
    for (const [offset, value] of [version, base, epoch, inProgress, directory].entries()) {
      if (value !== undefined) this.bytes.writeBigUInt64LE(value, 8 * offset);
    }
    return this;
  }

  get epoch(): bigint {
    return this.bytes.readBigUInt64LE(16);
  }

  /** Appends an entry; returns its number. */
  entry(name: string, type: number, value: bigint): number {
    const number = this.#entries++;
    this.bytes.writeUInt32LE(this.#entries, 0x1000 - 8);
    this.setEntry(number, name, type, value);
    return number;
  }

  setEntry(number: number, name: string, type: number, value: bigint): void {
    const at = 0x1000 + 144 * number;
    this.bytes.writeUInt32LE(type, at);
    this.bytes.writeBigUInt64LE(value, at + 8);
    // What is behind the NUL means nothing; VPP leaves there what was on its stack.
    this.bytes.fill(0xee, at + 16, at + 144);
    this.bytes.write(`${name}\0`, at + 16, 'latin1');
  }

  scalar(name: string, value: bigint): number {
    return this.entry(name, TYPE.scalar, value);
  }

  symlink(name: string, target: number, column: number): number {
    return this.entry(name, TYPE.symlink, BigInt(target) | (BigInt(column) << 32n));
  }

  simple(name: string, threads: readonly (readonly bigint[] | null)[]): number {
    return this.entry(name, TYPE.simple, this.vector(threads.map((row) => (row ? this.vector(row) : 0n))));
  }

  /** Rows of packets, bytes, packets, bytes, ... */
  combined(name: string, threads: readonly (readonly bigint[])[]): number {
    return this.entry(
      name,
      TYPE.combined,
      this.vector(threads.map((row) => this.vector(row, row.length / 2))),
    );
  }

  /** Lays a vector of u64; returns its address. */
  vector(values: readonly bigint[], length = values.length): bigint {
    const at = this.#reserve(8 * values.length);
    this.bytes.writeUInt32LE(length, at - 8);
    for (const [i, value] of values.entries())
      this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at + 8 * i);
    return BASE + BigInt(at);
  }

  /** Lays text with a NUL; returns its address. */
  text(text: string): bigint {
    const at = this.#reserve(text.length + 1);
    this.bytes.writeUInt32LE(text.length + 1, at - 8);
    this.bytes.write(`${text}\0`, at, 'latin1');
    return BASE + BigInt(at);
  }

  /** Makes all that was done visible to readers. */
  publish(): this {
    writeSync(this.fd, this.bytes, 0, this.bytes.length, 0);
    return this;
  }

  close(): void {
    closeSync(this.fd);
  }

  #reserve(size: number): number {
    const at = this.#next + 16;
    this.#next = at + Math.ceil(size / 8) * 8;
    return at;
  }
}
