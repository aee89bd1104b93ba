import { expect } from 'chai';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { decodeText } from '../../config/utf8.js';

const lines = fc.array(fc.constantFrom('', 'a', 'gr\u00fcn', '\u20ac\u20ac', '\u{1f600}', '# x'), {
  maxLength: 40,
});

describe('config/utf8', () => {
  it('gives back the text of its bytes', () => {
    fc.assert(
      fc.property(lines, (list) => {
        const text = list.join('\n');
        expect(decodeText(Buffer.from(text))).to.deep.equal(E.right(text));
      }),
    );
  });

  it('names the line of the first byte that is wrong', () => {
    const wrong = fc.constantFrom([0xff], [0xc0, 0xaf], [0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80]);
    fc.assert(
      fc.property(lines, wrong, lines, (before, bytes, after) => {
        const parts = [
          Buffer.from(`${before.join('\n')}#`),
          Buffer.from(bytes),
          Buffer.from(`\n${after.join('\n')}`),
        ];
        const line = before.join('\n').split('\n').length;
        expect(decodeText(Buffer.concat(parts))).to.deep.equal(
          E.left(`is not UTF-8 text: the first wrong byte is on line ${line}`),
        );
      }),
    );
  });
});
