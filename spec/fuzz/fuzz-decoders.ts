import type { AnyMessage } from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { FrameDecoder, u16At } from '../../binapi/framing.js';
import { MaglevError } from '../../domain/errors.js';
import { SeededRandom } from '../../sim/random.js';
import { generatedModules } from '../binapi/api-folder.js';
import { deform, framed, pieces, scramble } from './mutation.js';
import { FuzzFailure, Tally } from './tally.js';

const messages: readonly AnyMessage[] = generatedModules.flatMap((module) => module.messages);
const FRAMES_PER_STREAM = 16;
/** A message cannot decode into more than so many bytes of strings and arrays than it has itself. */
const HELD_MAX = 64 * 1024 * 1024 + 16;

/**
 * Streams of frames, cut anywhere, through the frame decoder; what comes out through the decoder of its message, or now
 * and then of another one.
 */
export function fuzzDecoders(count: number, seed: number): Tally {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  while (tally.frames < count) {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < FRAMES_PER_STREAM; i++) frames.push(randomFrame(random));
    tally.frames += frames.length;
    throughDecoder(random, Buffer.concat(frames), tally);
  }
  return tally;
}

function randomFrame(random: SeededRandom): Uint8Array {
  const definition = messages[random.below(messages.length)] as AnyMessage;
  const body = random.bytes(definition.minSize + random.below(3) * random.below(60));
  // Small numbers where lengths may be, so that some arrays and strings are read to their end.
  if (random.below(2) === 0) for (let i = 6; i < body.length; i++) if (random.below(3) > 0) body[i] = 0;
  body[0] = 0;
  body[1] = messages.indexOf(definition);
  const message = random.below(4) === 0 ? deform(random, body) : scramble(random, body, 2);
  return framed(random, message, random.below(100) === 0);
}

function throughDecoder(random: SeededRandom, stream: Uint8Array, tally: Tally): void {
  const decoder = new FrameDecoder();
  for (const piece of pieces(random, stream)) {
    let complete: Uint8Array[];
    try {
      complete = decoder.push(piece);
    } catch (thrown) {
      tally.countThrown(thrown, `frame ${tally.frames}`);
      return;
    }
    if (decoder.heldBytes > HELD_MAX) throw new FuzzFailure(`${decoder.heldBytes} bytes held`);
    for (const message of complete) decode(random, message, tally);
  }
  if (decoder.heldBytes > 0) tally.count('waits for the rest of a frame');
}

function decode(random: SeededRandom, message: Uint8Array, tally: Tally): void {
  const named = messages[u16At(message, 0)];
  const definition =
    named === undefined || random.below(20) === 0 ? messages[random.below(messages.length)] : named;
  try {
    definition?.decode(new Reader(message));
    tally.count('decoded');
  } catch (thrown) {
    if (!(thrown instanceof MaglevError))
      throw new FuzzFailure(`${definition?.name}: ${hex(message)}`, { cause: thrown });
    tally.countThrown(thrown, hex(message));
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
