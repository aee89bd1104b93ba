import { libc } from './libc.js';

/**
 * Memory that stays where it is, so that the kernel can be given its address as a number: that is quicker than to hand over
 * the memory with every call. Valid as long as this object is referenced.
 */
export class NativeMemory {
  readonly bytes: Buffer;
  readonly address: number;

  /** `size` in bytes, which are 0 at first. Throws MGL_LINUX_UNSUPPORTED. */
  constructor(size: number) {
    this.bytes = Buffer.from(new ArrayBuffer(size));
    this.address = addressOf(this.bytes);
  }
}

/** Where a buffer is, which is in no heap of V8's: it stays there as long as it is referenced. Throws MGL_LINUX_UNSUPPORTED. */
export function addressOf(bytes: Buffer): number {
  // Addresses of user space have 47 or 48 bits on the machines that linux/ is for.
  return Number(libc().addressOf(bytes));
}
