import { closeSync } from 'node:fs';
import { libcFunction, succeeded } from '../../linux/libc.js';
import { watchReadable } from '../../linux/readable.js';
import { unixAddress } from '../../linux/unix-address.js';

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');
const recv = libcFunction('long recv(int fd, void *buffer, size_t length, int flags)');

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;

/** The end of sd_notify that systemd has: it keeps every datagram. */
export class NotifyReceiver {
  readonly messages: string[] = [];
  readonly #fd: number;
  readonly #unwatch: () => void;
  readonly #watchers = new Set<() => void>();

  /** `address` as NOTIFY_SOCKET has it. */
  constructor(address: string) {
    this.#fd = succeeded('socket', socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0));
    const bytes = unixAddress(address);
    succeeded(`bind ${address}`, bind(this.#fd, bytes, bytes.length));
    this.#unwatch = watchReadable(this.#fd, () => this.#receive());
  }

  #receive(): void {
    const buffer = Buffer.alloc(4096);
    for (let got = recv(this.#fd, buffer, buffer.length, 0); got > 0; ) {
      this.messages.push(buffer.toString('utf8', 0, got));
      got = recv(this.#fd, buffer, buffer.length, 0);
    }
    for (const look of [...this.#watchers]) look();
  }

  /** The first message at or behind `from` that matches; waits for it. */
  message(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = () => {
        const found = this.messages.slice(from).find((message) => pattern.test(message));
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no ${pattern} among ${JSON.stringify(this.messages.slice(from))}`));
      }, 20_000);
      this.#watchers.add(look);
      look();
    });
  }

  end(): void {
    this.#unwatch();
    closeSync(this.#fd);
  }
}
