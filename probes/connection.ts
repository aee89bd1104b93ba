/** What happens on a connection, until its attempt has ended. `C` is what can be done with it. */
export interface ConnectionEvents<C extends Connection = Connection> {
  readonly connected: (connection: C) => void;
  /** Does it outlive the attempt? Only a socket of Node can; absent: it does not. */
  readonly isKept?: () => boolean;
  /**
   * It was connected, and broken before it could be used: the peer had accepted it, and was faster than we looked. Only
   * sockets of Node say that; where Linux is asked directly, what has come before the end is read, as from any other
   * connection. `errno` as ECONNRESET.
   */
  readonly lost: (errno: string) => void;
  /** The bytes are valid only during the call. Absent: nothing is read. */
  readonly data?: (bytes: Buffer) => void;
  /** The peer will send no more. */
  readonly ended?: () => void;
  /** Broken after it was connected. `errno` as ECONNRESET. */
  readonly broken?: (errno: string) => void;
}

export interface Connection {
  readonly write: (bytes: Buffer) => unknown;
}
