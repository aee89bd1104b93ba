import { type IpAddress, type IpFamily, ipFamily } from '../domain/ip.js';
import { NumberTable } from '../domain/number-table.js';
import type { DescriptorLedger } from '../linux/descriptor.js';
import { type EchoSocket, openEchoSocket } from '../linux/echo-socket.js';
import type { Cancel, Clock } from '../protocol/clock.js';

/** What becomes of a request: one of these is called, at most once. */
export interface EchoHeard {
  readonly replied: () => void;
  /** With the name of the error, as ENETUNREACH. */
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
  readonly family: IpFamily;
  readonly source: IpAddress | null;
  readonly socket: EchoSocket;
  /** By sequence number. */
  readonly waiting: NumberTable<Request>;
  isClosed: boolean;
  nextSequence: number;
  usedAt: number;
  /** Requests since the socket was last emptied. */
  unreceived: number;
  /** Replies that it had lost before the first of these. */
  dropped: number;
  /** Requests that were not sent yet. */
  unsent: number;
}

class Request implements Ping {
  readonly heard: EchoHeard;
  /** Who must answer, as the kernel has it. */
  readonly from: Uint8Array;
  readonly #channel: Channel;
  readonly #sequence: number;
  readonly #droppedBefore: number;

  constructor(channel: Channel, sequence: number, from: Uint8Array, heard: EchoHeard) {
    this.#channel = channel;
    this.#sequence = sequence;
    this.#droppedBefore = channel.dropped;
    this.from = from;
    this.heard = heard;
  }

  cancel(): void {
    const { waiting } = this.#channel;
    if (waiting.get(this.#sequence) === this) waiting.delete(this.#sequence);
  }

  deaf(): 'overflow' | 'closed' | null {
    const { isClosed, socket } = this.#channel;
    if (isClosed) return 'closed';
    return socket.dropped() === this.#droppedBefore ? null : 'overflow';
  }
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
  readonly #channels = { 4: new Map<IpAddress | null, Channel>(), 6: new Map<IpAddress | null, Channel>() };
  /** All of these. */
  #open: readonly Channel[] = [];
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
  ping(to: IpAddress, peer: Uint8Array, source: IpAddress | null, heard: EchoHeard): Ping {
    const family = ipFamily(to);
    let channel = this.#channel(family, source);
    // Replies to a long burst would overflow the socket before the event loop comes to read it.
    if (++channel.unreceived > BURST) {
      this.#flush(channel);
      this.#receive(channel);
      // Whoever got a reply may have closed it.
      channel = this.#channel(family, source);
      channel.unreceived = 1;
    }
    const { socket, waiting } = channel;
    if (channel.unreceived === 1) {
      channel.dropped = socket.dropped();
      channel.usedAt = this.#clock.monotonic();
    }
    if (socket.isFull()) this.#flush(channel);
    const full = waiting.size >= SEQUENCES / 2;
    while (!full && waiting.has(channel.nextSequence))
      channel.nextSequence = (channel.nextSequence + 1) % SEQUENCES;
    const sequence = channel.nextSequence;
    const request = new Request(channel, sequence, peer, heard);
    if (full) heard.failed('ENOBUFS');
    else {
      channel.nextSequence = (sequence + 1) % SEQUENCES;
      waiting.set(sequence, request);
      channel.unsent++;
      socket.put(peer, sequence);
    }
    return request;
  }

  /** Does somebody wait for a reply? */
  get waits(): boolean {
    for (const { waiting } of this.#open) if (waiting.size > 0) return true;
    return false;
  }

  /** Sends all requests that were not sent yet. */
  flush(): void {
    for (const channel of this.#open) if (channel.unsent > 0) this.#flush(channel);
  }

  #flush(channel: Channel): void {
    const { socket, waiting } = channel;
    channel.unsent = 0;
    socket.flush((sequence, errno) => {
      const request = waiting.get(sequence);
      waiting.delete(sequence);
      request?.heard.failed(errno);
    });
  }

  /** Takes the replies that have come, and answers whether there were any. */
  turn(): boolean {
    let any = false;
    for (const channel of this.#open) {
      if (channel.waiting.size > 0 && this.#receive(channel)) any = true;
    }
    return any;
  }

  /** As close(), but only the socket that sends to such addresses from this source. */
  closeFor(to: IpAddress, source: IpAddress | null): void {
    const channel = this.#channels[ipFamily(to)].get(source);
    if (channel !== undefined) this.#close(channel);
  }

  /** Closes all sockets; those who wait hear nothing more. New ones are opened when needed. */
  close(): void {
    for (const channel of this.#open) this.#close(channel);
  }

  #channel(family: IpFamily, source: IpAddress | null): Channel {
    const existing = this.#channels[family].get(source);
    if (existing !== undefined) return existing;
    this.#closeIdle();
    const mark = { identifier: this.#identifier, payload: this.#payload };
    const socket = openEchoSocket(family, source, mark);
    this.#ledger.opened(socket.fd);
    const channel: Channel = {
      family,
      source,
      socket,
      waiting: new NumberTable(),
      isClosed: false,
      nextSequence: 0,
      usedAt: this.#clock.monotonic(),
      unreceived: 0,
      dropped: 0,
      unsent: 0,
    };
    this.#channels[family].set(source, channel);
    this.#open = [...this.#open, channel];
    return channel;
  }

  #receive(channel: Channel): boolean {
    const { socket, waiting } = channel;
    const before = waiting.size;
    channel.unreceived = 0;
    while (!channel.isClosed) {
      const sequence = socket.receive();
      if (sequence < 0) break;
      const request = waiting.get(sequence);
      if (request === undefined || !socket.isFrom(request.from)) continue;
      waiting.delete(sequence);
      request.heard.replied();
    }
    return waiting.size < before;
  }

  /** A source address that no health check names any more leaves its socket behind. */
  #closeIdle(): void {
    const now = this.#clock.monotonic();
    for (const channel of this.#open) {
      if (channel.waiting.size === 0 && now - channel.usedAt > IDLE_MS) this.#close(channel);
    }
  }

  #close(channel: Channel): void {
    this.#channels[channel.family].delete(channel.source);
    this.#open = this.#open.filter((other) => other !== channel);
    channel.isClosed = true;
    channel.waiting.clear();
    this.#ledger.closed(channel.socket.fd);
    channel.socket.close();
  }
}
