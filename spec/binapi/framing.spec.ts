import { expect } from 'chai';
import fc from 'fast-check';
import { Writer } from '../../binapi/codec/writer.js';
import {
  encodeFrame,
  enough,
  FRAME_HEADER_SIZE,
  FrameDecoder,
  MAX_MESSAGE_SIZE,
} from '../../binapi/framing.js';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';

const header = { id: 24, clientIndex: 1, context: 2 };

/** A frame as VPP sends it: with garbage where its header has no meaning. */
function frame(message: Uint8Array, garbage = 0xab): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_SIZE, garbage);
  bytes.writeUInt32BE(message.length, 8);
  return Buffer.concat([bytes, message]);
}

function hex(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => Buffer.from(message).toString('hex'));
}

describe('binapi/framing', () => {
  it('cuts a stream into the same messages wherever the chunks end', () => {
    const message = fc.uint8Array({ minLength: 0, maxLength: 60 });
    const cuts = fc.array(fc.nat(2000), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), cuts, fc.nat(255), (messages, at, garbage) => {
        const stream = Buffer.concat(messages.map((bytes) => frame(bytes, garbage)));
        const ends = [...at.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        const decoder = new FrameDecoder();
        const found = ends.flatMap((end, i) => decoder.push(stream.subarray(ends[i - 1] ?? 0, end)));
        expect(hex(found)).to.deep.equal(hex(messages.filter((bytes) => bytes.length > 0)));
        expect(decoder.heldBytes).to.equal(0);
      }),
    );
  });

  it('stops where it is told to, and goes on from there with the rest of the chunk', () => {
    const message = fc.uint8Array({ minLength: 0, maxLength: 60 });
    const cuts = fc.array(fc.nat(2000), { maxLength: 10 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), cuts, fc.nat(3), (messages, at, most) => {
        const stream = Buffer.concat(messages.map((bytes) => frame(bytes)));
        const ends = [...at.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        const decoder = new FrameDecoder();
        const found: Uint8Array[] = [];
        for (const [i, end] of ends.entries()) {
          let left: Uint8Array = stream.subarray(ends[i - 1] ?? 0, end);
          while (left.length > 0) {
            let taken = 0;
            const length = decoder.each(left, (bytes, from, to) => {
              found.push(bytes.subarray(from, to));
              return ++taken > most ? enough : null;
            });
            expect(taken).to.be.at.most(most + 1);
            left = left.subarray(length);
          }
        }
        expect(hex(found)).to.deep.equal(hex(messages.filter((bytes) => bytes.length > 0)));
      }),
    );
  });

  it('reads a stream that comes byte by byte', () => {
    const messages = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)];
    const decoder = new FrameDecoder();
    const stream = Buffer.concat(messages.map((bytes) => frame(bytes)));
    const found = [...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
    expect(hex(found)).to.deep.equal(hex([Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(7)]));
  });

  it('does not copy a message that lies in one chunk', () => {
    const chunk = Buffer.concat([frame(Uint8Array.of(1)), frame(Uint8Array.of(2))]);
    for (const message of new FrameDecoder().push(chunk)) expect(message.buffer).to.equal(chunk.buffer);
  });

  it('needs time in proportion to the bytes of a long message in many chunks', () => {
    const size = 8 * 1024 * 1024;
    const stream = frame(new Uint8Array(size));
    const decoder = new FrameDecoder();
    let found: Uint8Array[] = [];
    // 33,000 chunks: copying what is held at each of them would move 140 GB.
    for (let at = 0; at < stream.length; at += 256) found = decoder.push(stream.subarray(at, at + 256));
    expect(found[0]?.length).to.equal(size);
  });

  it('refuses a length that no message of VPP has, in either way of reading it', () => {
    const bytes = Buffer.alloc(FRAME_HEADER_SIZE);
    bytes.writeUInt32BE(MAX_MESSAGE_SIZE + 1, 8);
    const code = (run: () => unknown) => expect(run).to.throw().with.property('code');
    code(() => new FrameDecoder().push(bytes)).that.equals('MGL_VPP_PROTOCOL');
    const split = new FrameDecoder();
    split.push(bytes.subarray(0, 9));
    code(() => split.push(bytes.subarray(9))).that.equals('MGL_VPP_PROTOCOL');
  });

  it('frames messages one behind the other, with zeros where the frame has no meaning', () => {
    const writer = new Writer();
    encodeFrame(writer, controlPing, header, {});
    encodeFrame(writer, cliInband, header, { cmd: 'show lb' });
    const bytes = Buffer.from(writer.take());
    const zeros = '00000000';
    expect(bytes.toString('hex', 0, FRAME_HEADER_SIZE)).to.equal(`${zeros}${zeros}0000000a${zeros}`);
    expect(new FrameDecoder().push(bytes).map((message) => message.length)).to.deep.equal([10, 21]);
  });

  it('takes back the whole frame of a message that cannot be encoded, and names the message', () => {
    const writer = new Writer();
    encodeFrame(writer, controlPing, header, {});
    const before = writer.length;
    expect(() => encodeFrame(writer, cliInbandReply, header, { retval: 0.5, reply: '' }))
      .to.throw('cli_inband_reply: cannot encode 0.5 in i32')
      .with.property('code', 'MGL_VPP_ENCODE');
    expect(writer.length).to.equal(before);
    expect(new FrameDecoder().push(writer.take())).to.have.length(1);
  });
});
