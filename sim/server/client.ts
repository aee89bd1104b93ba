import type { ByteSocket } from '../../binapi/byte-socket.js';
import type { MessageDefinition, MessageHeader } from '../../binapi/codec/message.js';
import { Writer } from '../../binapi/codec/writer.js';
import { FrameDecoder } from '../../binapi/framing.js';
import { MaglevError } from '../../domain/errors.js';
import type { Clock } from '../../protocol/clock.js';
import type { SeededRandom } from '../random.js';
import { writeFrame } from './frames.js';
import { Outgoing } from './outgoing.js';

const SENT_EARLY_BYTES = 65_536;

/** One connection. */
export class Client {
  readonly outgoing: Outgoing;
  /** Given when it is registered. */
  clientIndex = 0;
  /** The name that it gave at the handshake. */
  name = '';
  /** Its registration was freed by another client: VPP works with freed memory when it reads on. */
  dangling = false;
  readonly #socket: ByteSocket;
  readonly #random: SeededRandom;
  readonly #decoder = new FrameDecoder();
  readonly #pending = new Writer();
  /** Something was sent since the last flush. */
  #sent = false;
  #unreadable = false;
  #closed = false;

  constructor(socket: ByteSocket, clock: Clock, random: SeededRandom) {
    this.#socket = socket;
    this.#random = random;
    this.outgoing = new Outgoing(socket, clock, random);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * The messages that are complete with this chunk. After an absurd length VPP waits for the rest for ever, and stores
   * what comes; here it is thrown away, which looks the same from outside.
   */
  read(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#unreadable) return [];
    try {
      return this.#decoder.push(chunk);
    } catch (thrown) {
      if (!(thrown instanceof MaglevError)) throw thrown;
      this.#unreadable = true;
      return [];
    }
  }

  /** Adds an answer to those that the next flush sends. Of a long dump the beginning is sent before its end is written. */
  append<Input>(definition: MessageDefinition<unknown, Input>, header: MessageHeader, fields: Input): void {
    writeFrame(this.#pending, this.#random, definition, header, fields);
    if (this.#pending.length >= SENT_EARLY_BYTES) this.#send();
  }

  /** Returns whether there was anything to send since the last flush. */
  flush(): boolean {
    if (this.#pending.length > 0) this.#send();
    const sent = this.#sent;
    this.#sent = false;
    return sent;
  }

  #send(): void {
    this.outgoing.send(this.#pending.take());
    this.#sent = true;
  }

  /** Sends what is waiting, then closes. Nothing is read any more. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.flush();
    this.outgoing.end();
  }

  /** Gone at once, after what the system takes without waiting. */
  die(): void {
    this.flush();
    this.outgoing.sendNow();
    this.destroy();
  }

  /** Gone at once; what is waiting is lost. */
  destroy(): void {
    this.#closed = true;
    this.outgoing.drop();
    this.#socket.destroy();
  }
}
