import type { IpAddress, IpFamily } from '../domain/ip.js';
import type { DescriptorLedger } from '../linux/descriptor.js';
import type { Poller } from '../linux/poller.js';
import { tcpSocket } from '../linux/tcp-socket.js';

/** Which sockets can take each other's place. */
export interface SocketKind {
  readonly family: IpFamily;
  /** null = the kernel's choice. */
  readonly source: IpAddress | null;
  /** It says nothing of its own between the handshake and the first that it sends. */
  readonly quiet: boolean;
}

/** Sockets of one kind that nobody uses, the one used last at the end. */
interface Shelf {
  readonly idle: number[];
  /** How many were idle all the time since the last sweep. */
  spare: number;
}

/** Idle sockets of one kind, at most. */
const MOST_IDLE = 512;

/** Why there is no socket. */
export interface NoSocket {
  readonly syscall: string;
  /** Negative, as the kernel answers it. */
  readonly errno: number;
}

/**
 * TCP sockets that serve one target after the other: a connection is ended by a reset, which leaves the descriptor with
 * its options, its source address, and its place with the poller. Making one anew costs more than a connection. Each has a
 * number, by which the poller knows it.
 */
export class SocketPool {
  readonly #poller: Poller;
  readonly #ledger: DescriptorLedger;
  readonly #shelves = new Map<string, Shelf>();
  /** Of shelves, each once, however many use it. */
  readonly #names = new Map<string, string>();
  readonly #descriptors: number[] = [];
  readonly #shelfOf: Shelf[] = [];
  readonly #unused: number[] = [];

  constructor(poller: Poller, ledger: DescriptorLedger) {
    this.#poller = poller;
    this.#ledger = ledger;
  }

  /** Something that take() knows sooner than the kind. */
  shelf({ family, source, quiet }: SocketKind): string {
    const name = `${family} ${quiet} ${source ?? ''}`;
    const known = this.#names.get(name) ?? name;
    this.#names.set(name, known);
    return known;
  }

  /** The number of a socket that is not connected. */
  take(name: string, kind: SocketKind): number | NoSocket {
    let shelf = this.#shelves.get(name);
    if (shelf === undefined) {
      shelf = { idle: [], spare: 0 };
      this.#shelves.set(name, shelf);
    }
    const number = shelf.idle.pop();
    if (number === undefined) return this.#open(shelf, kind);
    shelf.spare = Math.min(shelf.spare, shelf.idle.length);
    return number;
  }

  /** The descriptor of a socket in use. */
  fd(number: number): number {
    return this.#descriptors[number] ?? -1;
  }

  /** Ends its connection, and takes it back. */
  give(number: number): void {
    const shelf = this.#shelfOf[number];
    const fd = this.#descriptors[number] ?? -1;
    if (shelf === undefined || fd < 0) return;
    if (shelf.idle.length >= MOST_IDLE || tcpSocket.disconnect(fd) < 0) this.#close(number);
    else shelf.idle.push(number);
  }

  /** Closes those that were not needed since the last time. */
  sweep(): void {
    for (const [name, shelf] of this.#shelves) {
      for (const number of shelf.idle.splice(0, shelf.spare)) this.#close(number);
      shelf.spare = shelf.idle.length;
      if (shelf.idle.length === 0 && !this.#shelfOf.includes(shelf)) this.#shelves.delete(name);
    }
  }

  /** Closes all of them, also those in use. */
  close(): void {
    this.#descriptors.forEach((fd, number) => {
      if (fd >= 0) this.#close(number);
    });
    this.#shelves.clear();
  }

  #open(shelf: Shelf, { family, source, quiet }: SocketKind): number | NoSocket {
    const fd = tcpSocket.open(family);
    if (fd < 0) return { syscall: 'socket', errno: fd };
    this.#ledger.opened(fd);
    const number = this.#unused.pop() ?? this.#descriptors.length;
    this.#descriptors[number] = fd;
    this.#shelfOf[number] = shelf;
    const failed = (syscall: string, errno: number) => {
      this.#close(number);
      return { syscall, errno };
    };
    if (quiet) {
      const set = tcpSocket.quiet(fd);
      if (set < 0) return failed('setsockopt', set);
    }
    const bound = source === null ? 0 : tcpSocket.bind(fd, source);
    if (bound < 0) return failed('bind', bound);
    const watched = this.#poller.add(fd, number);
    return watched < 0 ? failed('epoll_ctl', watched) : number;
  }

  #close(number: number): void {
    const fd = this.#descriptors[number] ?? -1;
    if (fd < 0) return;
    this.#ledger.closed(fd);
    tcpSocket.close(fd);
    this.#descriptors[number] = -1;
    delete this.#shelfOf[number];
    this.#unused.push(number);
  }
}
