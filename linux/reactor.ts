import { MaglevError } from '../domain/errors.js';
import { NumberTable } from '../domain/number-table.js';
import type { DescriptorLedger } from './descriptor.js';
import { succeeded } from './libc.js';
import { Change, Poller } from './poller.js';

/** What can be done with a descriptor, as far as it has changed. */
export interface Readiness {
  readonly readable: boolean;
  /** The peer sends no more: the end can be read, perhaps behind some last bytes. */
  readonly ending: boolean;
  readonly writable: boolean;
  /** An error waits, or both directions are closed. */
  readonly broken: boolean;
}

/**
 * Watches many descriptors, at a fraction of what a socket of Node costs. It must be asked with turn(): nothing comes
 * by itself, because native code that calls into a thread of JavaScript aborts the whole process if that happens while
 * the thread is being ended. Every change is told once (edge-triggered), so whoever is told must read until nothing is
 * left.
 */
export class Reactor {
  readonly #poller: Poller;
  /** By token. A descriptor's number may be used again while events of its last life wait, a token not before 2^32 others were. */
  readonly #watched = new NumberTable<(readiness: Readiness) => void>();
  #lastToken = 0;

  /** Throws MGL_LINUX_UNSUPPORTED or a SyscallError. */
  constructor() {
    this.#poller = new Poller();
  }

  /** The descriptor of the epoll instance. */
  get fd(): number {
    return this.#poller.fd;
  }

  /**
   * Calls `ready` whenever the state of `fd` has changed, until what is returned is called, which must be before the
   * descriptor is closed. Throws a SyscallError.
   */
  watch(fd: number, ready: (readiness: Readiness) => void): () => void {
    do this.#lastToken = (this.#lastToken + 1) >>> 0;
    while (this.#watched.has(this.#lastToken));
    const token = this.#lastToken;
    succeeded('epoll_ctl', this.#poller.add(fd, token));
    this.#watched.set(token, ready);
    // Closing the descriptor takes it out of the epoll instance.
    return () => {
      this.#watched.delete(token);
    };
  }

  close(): void {
    this.#watched.clear();
    this.#poller.close();
  }

  /**
   * Tells what has changed since the last turn, and answers whether anything has. Never blocks. Whoever is told must not
   * call it.
   */
  turn(): boolean {
    const count = this.#poller.wait(0);
    // What does not fit is told in the next turn.
    for (let i = 0; i < count; i++) {
      const changes = this.#poller.changesAt(i);
      this.#watched.get(this.#poller.numberAt(i))?.({
        readable: (changes & (Change.READABLE | Change.BROKEN)) !== 0,
        ending: (changes & (Change.ENDING | Change.BROKEN)) !== 0,
        writable: (changes & Change.WRITABLE) !== 0,
        broken: (changes & Change.BROKEN) !== 0,
      });
    }
    return count > 0;
  }
}

/** The reactor of a thread; null where there can be none, which costs speed only. */
export function openReactor(ledger: DescriptorLedger): Reactor | null {
  try {
    const reactor = new Reactor();
    ledger.opened(reactor.fd);
    return reactor;
  } catch (thrown) {
    if (thrown instanceof MaglevError) return null;
    throw thrown;
  }
}
