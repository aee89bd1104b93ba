import { NumberTable } from '../domain/number-table.js';
import { closeDescriptor } from './descriptor.js';
import {
  DATA,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  EVENT_SIZE,
  epollCreate,
  epollCtl,
  epollWait,
} from './epoll.js';
import { succeeded } from './libc.js';

const BATCH = 256;

/** What can be done with a descriptor, as far as it has changed. */
export interface Readiness {
  readonly readable: boolean;
  /** The peer sends no more: the end can be read, perhaps behind some last bytes. */
  readonly ending: boolean;
  readonly writable: boolean;
  /** An error waits, or both directions are closed. */
  readonly broken: boolean;
}

interface Watched {
  readonly fd: number;
  readonly ready: (readiness: Readiness) => void;
}

/**
 * Watches many descriptors, at a fraction of what a socket of Node costs. It must be asked with turn(): nothing comes
 * by itself, because native code that calls into a thread of JavaScript aborts the whole process if that happens while
 * the thread is being ended. Every change is told once (edge-triggered), so whoever is told must read until nothing is
 * left.
 */
export class Reactor {
  readonly #epoll: number;
  /** By token. A descriptor's number may be used again while events of its last life wait, a token may not. */
  readonly #watched = new NumberTable<Watched>();
  readonly #event = Buffer.from(new ArrayBuffer(EVENT_SIZE));
  readonly #events = Buffer.from(new ArrayBuffer(EVENT_SIZE * BATCH));
  #lastToken = 0;

  /** Throws MGL_LINUX_UNSUPPORTED or a SyscallError. */
  constructor() {
    this.#epoll = succeeded('epoll_create1', epollCreate(EPOLL_CLOEXEC));
  }

  /** The descriptor of the epoll instance. */
  get fd(): number {
    return this.#epoll;
  }

  /**
   * Calls `ready` whenever the state of `fd` has changed, until what is returned is called, which must be before the
   * descriptor is closed. Throws a SyscallError.
   */
  watch(fd: number, ready: (readiness: Readiness) => void): () => void {
    const token = ++this.#lastToken;
    this.#event.writeUInt32LE((EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0, 0);
    this.#event.writeDoubleLE(token, DATA);
    succeeded('epoll_ctl', epollCtl(this.#epoll, EPOLL_CTL_ADD, fd, this.#event));
    this.#watched.set(token, { fd, ready });
    // Closing the descriptor takes it out of the epoll instance.
    return () => {
      this.#watched.delete(token);
    };
  }

  close(): void {
    this.#watched.clear();
    closeDescriptor(this.#epoll);
  }

  /**
   * Tells what has changed since the last turn, and answers whether anything has. Never blocks. Whoever is told must not
   * call it.
   */
  turn(): boolean {
    const count = epollWait(this.#epoll, this.#events, BATCH, 0);
    // What does not fit is told in the next turn.
    for (let at = 0; at < count * EVENT_SIZE; at += EVENT_SIZE) {
      const events = this.#events.readUInt32LE(at);
      this.#watched.get(this.#events.readDoubleLE(at + DATA))?.ready({
        readable: (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) !== 0,
        ending: (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) !== 0,
        writable: (events & EPOLLOUT) !== 0,
        broken: (events & (EPOLLERR | EPOLLHUP)) !== 0,
      });
    }
    return count > 0;
  }
}
