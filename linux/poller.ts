import { closeDescriptor } from './descriptor.js';
import { libcFunction, succeeded } from './libc.js';
import { NativeMemory } from './native-memory.js';

// <sys/epoll.h>
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 0x1;
const EPOLLOUT = 0x4;
const EPOLLERR = 0x8;
const EPOLLHUP = 0x10;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 0x80000000;

/** struct epoll_event: u32 events, u64 data; packed on x86-64 only. */
const DATA = process.arch === 'x64' ? 4 : 8;
const EVENT_SIZE = DATA + 8;

const epollCreate = libcFunction('int epoll_create1(int flags)');
const epollCtl = libcFunction('int epoll_ctl(int epoll, int operation, int fd, void *event)');
const epollWait = libcFunction('int epoll_wait(int epoll, uintptr_t events, int size, int timeout)');

const WORDS = EVENT_SIZE / 4;
const BATCH = 512;

/** What has changed of a descriptor. */
export const Change = {
  READABLE: EPOLLIN | EPOLLRDHUP,
  /** The peer sends no more. */
  ENDING: EPOLLRDHUP,
  WRITABLE: EPOLLOUT,
  /** An error waits, or both directions are closed. */
  BROKEN: EPOLLERR | EPOLLHUP,
} as const;

/**
 * Waits in the kernel for many descriptors, which have numbers. It makes no objects: what has changed is read from its
 * memory, until the next wait().
 */
export class Poller {
  readonly #epoll: number;
  readonly #event = new Uint32Array(WORDS);
  readonly #eventMemory = new Uint8Array(this.#event.buffer);
  readonly #memory = new NativeMemory(EVENT_SIZE * BATCH);
  readonly #events = new Uint32Array(this.#memory.bytes.buffer);

  /** Throws MGL_LINUX_UNSUPPORTED or a SyscallError. */
  constructor() {
    this.#epoll = succeeded('epoll_create1', epollCreate(EPOLL_CLOEXEC));
  }

  /** The descriptor of the epoll instance. */
  get fd(): number {
    return this.#epoll;
  }

  /**
   * Looks after a descriptor, by its number (0 to 2^32 - 1), until it is closed: for every change once, or, if it is
   * `readOnly`, as long as there is something to read. 0, or a negative errno.
   */
  add(fd: number, number: number, readOnly = false): number {
    this.#event[0] = (readOnly ? EPOLLIN : EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0;
    this.#event[DATA / 4] = number;
    return epollCtl(this.#epoll, EPOLL_CTL_ADD, fd, this.#eventMemory);
  }

  /** Waits for so many milliseconds, at most, and answers how many have changed; what does not fit is told next time. */
  wait(ms: number): number {
    return Math.max(0, epollWait(this.#epoll, this.#memory.address, BATCH, ms));
  }

  /** After a wait that has answered this: may others have changed, too? */
  isFull(count: number): boolean {
    return count === BATCH;
  }

  numberAt(index: number): number {
    return this.#events[index * WORDS + DATA / 4] ?? 0;
  }

  /** Bits of Change. */
  changesAt(index: number): number {
    return this.#events[index * WORDS] ?? 0;
  }

  close(): void {
    closeDescriptor(this.#epoll);
  }
}
