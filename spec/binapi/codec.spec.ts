import { expect } from 'chai';
import fc from 'fast-check';
import type { AnyMessage } from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { Writer } from '../../binapi/codec/writer.js';
import { addressUnionAsIp4, addressUnionOfIp4, addressUnionOfIp6 } from '../../binapi/generated/ip-types.js';
import { lbConf } from '../../binapi/generated/lb.js';
import { sockclntCreate, sockclntCreateReply } from '../../binapi/generated/memclnt.js';
import { getF64EndianValue } from '../../binapi/generated/vlib.js';
import { MaglevError } from '../../domain/errors.js';
import { apiModel, generatedModules } from './api-folder.js';
import { arbitraryFields } from './arbitrary-fields.js';

const header = { id: 0x1234, clientIndex: 0x80000001, context: 0xfedcba98 };
const HEADER_FIELDS = ['_vl_msg_id', 'client_index', 'context'];

function encoded(message: AnyMessage, fields: unknown): Uint8Array {
  const writer = new Writer();
  message.encode(writer, header, fields as never);
  return writer.take();
}

function errorOf(run: () => unknown): MaglevError {
  try {
    run();
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(MaglevError);
    return thrown as MaglevError;
  }
  throw new Error('nothing was thrown');
}

describe('binapi/codec: every generated message', () => {
  const model = apiModel();
  for (const module of generatedModules) {
    const file = model.modules.find((candidate) => candidate.module === module.name);
    for (const message of module.messages) {
      const declaration = file?.messages.find((candidate) => candidate.name === message.name);
      // control_ping_reply has a client_index behind its retval: that one is a field like any other.
      const fields = (declaration?.fields ?? []).filter(
        ({ name }, i) => !(i < 3 && HEADER_FIELDS.includes(name)),
      );
      const arbitrary = arbitraryFields(model, module.name, fields);
      const runs = { numRuns: message.minSize > 300 ? 10 : 25 };

      it(`${message.name}: decode gives back what encode took, whatever follows`, () => {
        fc.assert(
          fc.property(arbitrary, fc.uint8Array({ maxLength: 5 }), (value, trailing) => {
            const bytes = encoded(message, value);
            expect(bytes.length).to.be.at.least(message.minSize);
            expect(message.decode(new Reader(Buffer.concat([bytes, trailing])))).to.deep.equal(value);
          }),
          runs,
        );
      });

      it(`${message.name}: cut anywhere it is refused as truncated`, () => {
        fc.assert(
          fc.property(arbitrary, (value) => {
            const bytes = encoded(message, value);
            for (let length = 0; length < bytes.length; length++) {
              const error = errorOf(() => message.decode(new Reader(bytes.subarray(0, length))));
              expect(error.code).to.equal('MGL_VPP_PROTOCOL');
              expect(error.message).to.contain('truncated');
            }
          }),
          { numRuns: 3 },
        );
      });
    }
  }

  it('writes the header where the definition says it is', () => {
    for (const message of generatedModules.flatMap((module) => module.messages)) {
      expect(message.contextAt, message.name).to.be.oneOf([null, 2, 6]);
      expect(message.clientIndexAt, message.name).to.be.oneOf([null, 2]);
    }
    const ping = Buffer.from(encoded(sockclntCreate, { name: 'x' }));
    expect(ping.readUInt16BE(0)).to.equal(header.id);
    expect(ping.readUInt32BE(sockclntCreate.contextAt ?? -1)).to.equal(header.context);
  });
});

describe('binapi/codec: values', () => {
  it('sends f64 little-endian, alone among the numbers', () => {
    expect(Buffer.from(encoded(getF64EndianValue, { f64One: 1 })).readDoubleLE(10)).to.equal(1);
  });

  it('fills in declared defaults', () => {
    const bytes = encoded(lbConf, { ip4SrcAddress: new Uint8Array(4), ip6SrcAddress: new Uint8Array(16) });
    expect(Buffer.from(bytes.subarray(30)).toString('hex')).to.equal('ffffffffffffffff');
  });

  it('fills in the length of a variable array', () => {
    const messageTable = [
      { index: 7, name: 'a_00000000' },
      { index: 8, name: 'b_00000000' },
    ];
    const bytes = encoded(sockclntCreateReply, { response: 0, index: 1, messageTable });
    expect(Buffer.from(bytes).readUInt16BE(18)).to.equal(2);
  });

  it('refuses a count that the message cannot hold before it reads any item', () => {
    const bytes = Buffer.from(encoded(sockclntCreateReply, { response: 0, index: 1, messageTable: [] }));
    bytes.writeUInt16BE(0xffff, 18);
    const error = errorOf(() => sockclntCreateReply.decode(new Reader(bytes)));
    expect(error.message).to.equal(`truncated message: ${0xffff * 66} bytes wanted at offset 20 of 20`);
  });

  it('takes a fixed string up to its first NUL and tolerates that there is none', () => {
    const read = (text: string) => new Reader(Buffer.from(text)).fixedString(4);
    expect(read('ab\0x')).to.equal('ab');
    expect(read('abcd')).to.equal('abcd');
    expect(read('\0bcd')).to.equal('');
  });

  it('takes any byte but 0 for true', () => {
    const reader = new Reader(Uint8Array.of(0, 1, 2, 255));
    expect([reader.bool(), reader.bool(), reader.bool(), reader.bool()]).to.deep.equal([
      false,
      true,
      true,
      true,
    ]);
  });

  it('shows a union as each of its members', () => {
    const raw = addressUnionOfIp4(Uint8Array.of(192, 0, 2, 1));
    expect([...raw]).to.deep.equal([192, 0, 2, 1, ...new Array(12).fill(0)]);
    expect([...addressUnionAsIp4(raw)]).to.deep.equal([192, 0, 2, 1]);
    expect(addressUnionOfIp6(new Uint8Array(16).fill(9)).length).to.equal(16);
  });

  const misfits: readonly [string, (writer: Writer) => void][] = [
    ['256 as u8', (writer) => writer.u8(256)],
    ['-1 as u16', (writer) => writer.u16(-1)],
    ['1.5 as u32', (writer) => writer.u32(1.5)],
    ['NaN as i32', (writer) => writer.i32(Number.NaN)],
    ['2^32 as u32', (writer) => writer.u32(2 ** 32)],
    ['128 as i8', (writer) => writer.i8(128)],
    ['-32769 as i16', (writer) => writer.i16(-32769)],
    ['2^64 as u64', (writer) => writer.u64(2n ** 64n)],
    ['2^63 as i64', (writer) => writer.i64(2n ** 63n)],
    ['5 bytes for a field of 4', (writer) => writer.bytes(new Uint8Array(5), 4)],
    ['a string that leaves no room for the NUL', (writer) => writer.fixedString('abcd', 4)],
    ['a string of 2 characters and 4 bytes', (writer) => writer.fixedString('éé', 4)],
    ['a string with a NUL in it', (writer) => writer.fixedString('a\0b', 8)],
    ['2 items for an array of 3', (writer) => writer.array([1, 2], 3, (w, item) => w.u8(item))],
  ];
  for (const [what, write] of misfits) {
    it(`refuses ${what}`, () => expect(errorOf(() => write(new Writer())).code).to.equal('MGL_VPP_ENCODE'));
  }
});
