/** Told of every descriptor that neither the garbage collector nor the end of a thread closes. */
export interface DescriptorLedger {
  readonly opened: (fd: number) => void;
  readonly closed: (fd: number) => void;
}
