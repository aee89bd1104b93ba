import { NativeMemory } from '../../linux/native-memory.js';

/** As long as the longest of them, that of IPv6, in whole words. */
const peerSize = 32;
const chunkRows = 256;

/** Where the servers are that a thread probes, by their rows, as the kernel wants to be told. */
export class Peers {
  readonly #chunks: (NativeMemory | undefined)[] = [];

  /** `peer` is from peerAddress(). */
  set(row: number, peer: Uint8Array): void {
    const index = Math.floor(row / chunkRows);
    const chunk = this.#chunks[index] ?? new NativeMemory(peerSize * chunkRows);
    this.#chunks[index] = chunk;
    chunk.bytes.set(peer, (row % chunkRows) * peerSize);
  }

  /** Where it is in memory. */
  address(row: number): number {
    const { address = 0 } = this.#chunks[Math.floor(row / chunkRows)] ?? {};
    return address + (row % chunkRows) * peerSize;
  }
}
