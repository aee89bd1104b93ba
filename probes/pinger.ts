import { type IpAddress, ipFamily } from '../domain/ip.js';
import { NumberTable } from '../domain/number-table.js';
import type { DescriptorLedger } from '../linux/descriptor.js';
import { type EchoSocket, openEchoSocket } from '../linux/echo-socket.js';
import type { Cancel, Clock } from '../protocol/clock.js';

interface Waiting {
  /** As the kernel has it. */
  readonly from: Uint8Array;
  readonly replied: () => void;
  readonly failed: (errno: string) => void;
}

/** A request under way. */
export interface Ping {
  readonly cancel: Cancel;
  /**
   * Why silence says nothing: replies came to the socket since that it could not hold, or it was closed. null = it
   * says something.
   */
  readonly deaf: () => 'overflow' | 'closed' | null;
}

interface Channel {
  readonly key: string;
  readonly socket: EchoSocket;
  /** By sequence number. */
  readonly waiting: NumberTable<Waiting>;
  nextSequence: number;
  usedAt: number;
  /** Requests since the socket was last emptied. */
  unreceived: number;
  /** Replies that it had lost before the first of these. */
  dropped: number;
  /** Requests that were not sent yet. */
  unsent: number;
}

/** A probe packet is 64 bytes of ICMP, as that of ping(8). */
const PAYLOAD_SIZE = 56;
const IDLE_MS = 600_000;
const SEQUENCES = 0x10000;
/** So many replies fit into the smallest buffer that a socket may have. */
const BURST = 64;

/**
 * All pings of a thread. They share one socket per family and source address: the sequence number tells replies
 * apart, and a random payload keeps a stranger's reply from counting as ours. Replies are taken with turn().
 */
export class Pinger {
  readonly #clock: Clock;
  readonly #ledger: DescriptorLedger;
  readonly #channels = new Map<string, Channel>();
  readonly #identifier: number;
  readonly #payload: Buffer;

  constructor(clock: Clock, ledger: DescriptorLedger) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#identifier = Math.floor(clock.random() * 0x10000);
    this.#payload = Buffer.from(Array.from({ length: PAYLOAD_SIZE }, () => Math.floor(clock.random() * 256)));
  }

  /**
   * Sends one echo request with the next flush(), or sooner. Then `failed` is called with the name of the error (as
   * ENETUNREACH) if it cannot be sent, or `replied` once, later, if its reply comes; neither after it was cancelled. `peer` is
   * socketAddress(to). Throws what openEchoSocket throws.
   */
  ping(to: IpAddress, peer: Uint8Array, source: IpAddress | null, heard: Omit<Waiting, 'from'>): Ping {
    let channel = this.#channel(to, source);
    // Replies to a long burst would overflow the socket before the event loop comes to read it.
    if (++channel.unreceived > BURST) {
      this.#flush(channel);
      this.#receive(channel);
      // Whoever got a reply may have closed it.
      channel = this.#channel(to, source);
      channel.unreceived = 1;
    }
    const { socket, waiting } = channel;
    if (channel.unreceived === 1) channel.dropped = socket.dropped();
    if (socket.isFull()) this.#flush(channel);
    const full = waiting.size >= SEQUENCES / 2;
    while (!full && waiting.has(channel.nextSequence))
      channel.nextSequence = (channel.nextSequence + 1) % SEQUENCES;
    const sequence = channel.nextSequence;
    channel.usedAt = this.#clock.monotonic();
    const droppedBefore = channel.dropped;
    const mine: Waiting = { from: peer, replied: heard.replied, failed: heard.failed };
    if (full) heard.failed('ENOBUFS');
    else {
      channel.nextSequence = (sequence + 1) % SEQUENCES;
      waiting.set(sequence, mine);
      channel.unsent++;
      socket.put(peer, sequence);
    }
    return {
      cancel: () => {
        if (waiting.get(sequence) === mine) waiting.delete(sequence);
      },
      deaf: () => {
        if (this.#channels.get(channel.key) !== channel) return 'closed';
        return socket.dropped() === droppedBefore ? null : 'overflow';
      },
    };
  }

  /** Does somebody wait for a reply? */
  get waits(): boolean {
    for (const { waiting } of this.#channels.values()) if (waiting.size > 0) return true;
    return false;
  }

  /** Sends all requests that were not sent yet. */
  flush(): void {
    for (const channel of this.#channels.values()) if (channel.unsent > 0) this.#flush(channel);
  }

  #flush(channel: Channel): void {
    const { socket, waiting } = channel;
    channel.unsent = 0;
    socket.flush((sequence, errno) => {
      const mine = waiting.get(sequence);
      waiting.delete(sequence);
      mine?.failed(errno);
    });
  }

  /** Takes the replies that have come, and answers whether there were any. */
  turn(): boolean {
    let any = false;
    for (const channel of this.#channels.values()) {
      if (channel.waiting.size > 0 && this.#receive(channel)) any = true;
    }
    return any;
  }

  /** As close(), but only the socket that sends to such addresses from this source. */
  closeFor(to: IpAddress, source: IpAddress | null): void {
    this.#closeChannel(keyOf(to, source));
  }

  /** Closes all sockets; those who wait hear nothing more. New ones are opened when needed. */
  close(): void {
    for (const key of [...this.#channels.keys()]) this.#closeChannel(key);
  }

  #channel(to: IpAddress, source: IpAddress | null): Channel {
    const family = ipFamily(to);
    const key = keyOf(to, source);
    const existing = this.#channels.get(key);
    if (existing !== undefined) return existing;
    this.#closeIdle();
    const mark = { identifier: this.#identifier, payload: this.#payload };
    const socket = openEchoSocket(family, source, mark);
    this.#ledger.opened(socket.fd);
    const usedAt = this.#clock.monotonic();
    const channel: Channel = {
      key,
      socket,
      waiting: new NumberTable(),
      nextSequence: 0,
      usedAt,
      unreceived: 0,
      dropped: 0,
      unsent: 0,
    };
    this.#channels.set(key, channel);
    return channel;
  }

  #receive(channel: Channel): boolean {
    const { socket, waiting } = channel;
    const before = waiting.size;
    channel.unreceived = 0;
    while (this.#channels.get(channel.key) === channel) {
      const sequence = socket.receive();
      if (sequence < 0) break;
      const mine = waiting.get(sequence);
      if (mine === undefined || !socket.isFrom(mine.from)) continue;
      waiting.delete(sequence);
      mine.replied();
    }
    return waiting.size < before;
  }

  /** A source address that no health check names any more leaves its socket behind. */
  #closeIdle(): void {
    const now = this.#clock.monotonic();
    for (const [key, { waiting, usedAt }] of [...this.#channels]) {
      if (waiting.size === 0 && now - usedAt > IDLE_MS) this.#closeChannel(key);
    }
  }

  #closeChannel(key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    this.#channels.delete(key);
    channel.waiting.clear();
    this.#ledger.closed(channel.socket.fd);
    channel.socket.close();
  }
}

function keyOf(to: IpAddress, source: IpAddress | null): string {
  return `${ipFamily(to)} ${source ?? ''}`;
}
