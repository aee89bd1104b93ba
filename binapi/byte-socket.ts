/** What is needed of a connection: a socket of Node has it, and whoever simulates a machine can give it. */
export interface ByteSocket {
  on(event: 'connect' | 'end' | 'close', listener: () => void): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  /** `taken` is called when the system has taken the bytes. */
  write(bytes: Uint8Array, taken?: () => void): unknown;
  /** At once, with what is still to be sent. */
  destroy(): unknown;
  /** When all of it is sent. */
  destroySoon(): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Begins to connect to the unix socket at `path`; 'connect' or 'error' tells what came of it. */
export type Dial = (path: string) => ByteSocket;
