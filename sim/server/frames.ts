import type { MessageDefinition, MessageHeader } from '../../binapi/codec/message.js';
import type { Writer } from '../../binapi/codec/writer.js';
import { FRAME_HEADER_SIZE } from '../../binapi/framing.js';
import type { SeededRandom } from '../random.js';

const LENGTH_AT = 8;

/** Appends one frame. What VPP leaves undefined in its header, a pointer and a time stamp, is garbage here. */
export function writeFrame<Input>(
  writer: Writer,
  random: SeededRandom,
  definition: MessageDefinition<unknown, Input>,
  header: MessageHeader,
  fields: Input,
): void {
  const start = writer.length;
  writeFrameHeader(writer, random, 0);
  definition.encode(writer, header, fields);
  writer.patchU32(start + LENGTH_AT, writer.length - start - FRAME_HEADER_SIZE);
}

export function writeFrameHeader(writer: Writer, random: SeededRandom, length: number): void {
  writer.u32(random.u32());
  writer.u32(random.u32());
  writer.u32(length);
  writer.u32(random.u32());
}
