import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { MessageDefinition, MessageHeader } from './codec/message.js';
import type { Writer } from './codec/writer.js';

/** Bytes before every message: 8 of no meaning, the length of the message (u32), 4 of no meaning. */
export const FRAME_HEADER_SIZE = 16;
const LENGTH_AT = 8;

/** No message of VPP is near this (its largest is about 4 MB); a longer one means that we lost the thread. */
export const MAX_MESSAGE_SIZE = 64 * 1024 * 1024;

/**
 * Appends one framed message. Throws MGL_VPP_ENCODE, naming the message, when a value does not fit; then nothing
 * of it has been written.
 */
export function encodeFrame<Input>(
  writer: Writer,
  definition: MessageDefinition<unknown, Input>,
  header: MessageHeader,
  fields: Input,
): void {
  const start = writer.length;
  try {
    writer.zeros(FRAME_HEADER_SIZE);
    definition.encode(writer, header, fields);
    writer.patchU32(start + LENGTH_AT, writer.length - start - FRAME_HEADER_SIZE);
  } catch (thrown) {
    writer.truncate(start);
    const error = asMaglevError(thrown);
    throw new MaglevError(error.code, `${definition.name}: ${error.message}`, { cause: thrown });
  }
}

/** What takes messages has had enough of them for now. */
export const enough = 'enough';

/**
 * Cuts the byte stream of a socket into messages, wherever the chunks end. Only a message that lies in more than one
 * chunk is copied, once; the others are views of their chunk.
 */
export class FrameDecoder {
  readonly #parts: Uint8Array[] = [];
  #held = 0;
  /** Bytes that #parts must hold before there is something to decide: a frame header, then a whole frame. */
  #wanted = FRAME_HEADER_SIZE;

  /** Bytes of a frame that is not complete yet. */
  get heldBytes(): number {
    return this.#held;
  }

  /** As `each`, for whoever wants the messages themselves. */
  push(chunk: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    this.each(chunk, (bytes, start, end) => messages.push(bytes.subarray(start, end)));
    return messages;
  }

  /**
   * Hands over where each message lies that is complete with this chunk, without its frame; empty ones are left out. A
   * view of each would cost more than what is in most of them. When `take` says `enough`, the rest of the chunk is left to the
   * next call. Gives how many bytes of it were taken. Throws MGL_VPP_PROTOCOL at a length above MAX_MESSAGE_SIZE; the
   * stream cannot be read on after that.
   */
  each(chunk: Uint8Array, take: (bytes: Uint8Array, start: number, end: number) => unknown): number {
    let at = 0;
    while (this.#held > 0 || chunk.length - at < this.#wanted) {
      const part = chunk.subarray(at, at + this.#wanted - this.#held);
      at += part.length;
      if (part.length > 0) this.#parts.push(part);
      this.#held += part.length;
      if (this.#held < this.#wanted) return at;
      const joined = this.#join();
      const size = FRAME_HEADER_SIZE + messageSize(joined, 0);
      if (joined.length < size) {
        this.#hold(joined, size);
      } else if (size > FRAME_HEADER_SIZE) {
        if (take(joined, FRAME_HEADER_SIZE, joined.length) === enough) return at;
      }
    }
    while (chunk.length - at >= FRAME_HEADER_SIZE) {
      const end = at + FRAME_HEADER_SIZE + messageSize(chunk, at);
      if (end > chunk.length) {
        this.#hold(chunk.subarray(at), end - at);
        return chunk.length;
      }
      const start = at + FRAME_HEADER_SIZE;
      at = end;
      if (end > start && take(chunk, start, end) === enough) return at;
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at), FRAME_HEADER_SIZE);
    return chunk.length;
  }

  #hold(part: Uint8Array, wanted: number): void {
    this.#parts.push(part);
    this.#held = part.length;
    this.#wanted = wanted;
  }

  /** All that is held, as one piece; nothing is held any more. */
  #join(): Uint8Array {
    const [only] = this.#parts;
    const joined = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#parts.length = 0;
    this.#held = 0;
    this.#wanted = FRAME_HEADER_SIZE;
    return joined;
  }
}

function messageSize(bytes: Uint8Array, frameAt: number): number {
  const size = u32At(bytes, frameAt + LENGTH_AT);
  if (size > MAX_MESSAGE_SIZE) {
    throw new MaglevError('MGL_VPP_PROTOCOL', `a message of ${size} bytes was announced`);
  }
  return size;
}

/** Numbers at a place in a message, without the DataView that would be made for every one of ten thousand messages. */
export function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function u32At(bytes: Uint8Array, at: number): number {
  return u16At(bytes, at) * 0x10000 + u16At(bytes, at + 2);
}
