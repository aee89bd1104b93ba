import { NativeMemory } from '../../linux/native-memory.js';

/** As long as the longest of them, that of IPv6, in whole words. */
const PEER_SIZE = 32;
const CHUNK_ROWS = 256;

/** Where the servers are that a thread probes, by their rows, as the kernel wants to be told. */
export class Peers {
  readonly #chunks: (NativeMemory | undefined)[] = [];

  /** `peer` is from peerAddress(). */
  set(row: number, peer: Uint8Array): void {
    const index = Math.floor(row / CHUNK_ROWS);
    const chunk = this.#chunks[index] ?? new NativeMemory(PEER_SIZE * CHUNK_ROWS);
    this.#chunks[index] = chunk;
    chunk.bytes.set(peer, (row % CHUNK_ROWS) * PEER_SIZE);
  }

  /** Where it is in memory. */
  address(row: number): number {
    const { address = 0 } = this.#chunks[Math.floor(row / CHUNK_ROWS)] ?? {};
    return address + (row % CHUNK_ROWS) * PEER_SIZE;
  }
}
