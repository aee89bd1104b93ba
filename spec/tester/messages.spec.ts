import { expect } from 'chai';
import fc from 'fast-check';
import { dnsCodeName, dnsQuestion, readDnsAnswer } from '../../tester/probing/dns-message.js';
import { HttpAnswer, type HttpReading } from '../../tester/probing/http-answer.js';

/** An answer to a question: the question again, and an OPT record with these options. */
function answerTo(question: Buffer, code: number, options: Buffer): Buffer {
  const answer = Buffer.from(question);
  answer.writeUInt16BE(0x8180 | code, 2);
  const opt = answer.subarray(0, answer.length - 6);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(options.length);
  return Buffer.concat([opt, size, options]);
}

describe('tester: DNS', () => {
  it('asks for the addresses of a name, or for the root, and who answers', () => {
    const hex = (...parts: readonly string[]) => parts.join('');
    const opt = '00002904d000000000000400030000';
    expect(dnsQuestion(0x1234, 'a.example').toString('hex')).to.equal(
      hex('123401000001000000000001', '01610765', '78616d706c6500', '00010001', opt),
    );
    expect(dnsQuestion(1, null).toString('hex')).to.equal(
      hex('000101000001000000000001', '00', '00020001', opt),
    );
  });

  it('reads the code, and who has answered', () => {
    const question = dnsQuestion(77, 'example.com');
    const nsid = Buffer.concat([Buffer.of(0, 10, 0, 1, 9), Buffer.of(0, 3, 0, 3), Buffer.from('ns1')]);
    expect(readDnsAnswer(answerTo(question, 0, nsid))).to.deep.equal({ id: 77, code: 0, nsid: 'ns1' });
    expect(readDnsAnswer(answerTo(question, 2, Buffer.alloc(0)))).to.deep.equal({
      id: 77,
      code: 2,
      nsid: null,
    });
    expect([dnsCodeName(2), dnsCodeName(23)]).to.deep.equal(['SERVFAIL', 'RCODE 23']);
    expect(readDnsAnswer(question)).to.equal(null);
  });

  it('survives whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        readDnsAnswer(Buffer.from(bytes));
        readDnsAnswer(Buffer.concat([Buffer.of(0, 1, 0x80, 0, 0, 1, 0, 1, 0, 1, 0, 1), Buffer.from(bytes)]));
      }),
    );
  });
});

describe('tester: HTTP answers', () => {
  const read = (text: string, sizes: readonly number[], closed: boolean): HttpReading => {
    const answer = new HttpAnswer();
    let rest = Buffer.from(text, 'latin1');
    let reading: HttpReading = { kind: 'more' };
    for (const size of [...sizes, rest.length]) {
      if (rest.length === 0 || reading.kind !== 'more') break;
      reading = answer.feed(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    return reading.kind === 'more' && closed ? answer.end() : reading;
  };
  const told = (reading: HttpReading) =>
    reading.kind === 'done'
      ? `${reading.head.status} ${reading.head.fields.get('x-who') ?? ''}`
      : JSON.stringify(reading);

  const answers: readonly (readonly [text: string, closed: boolean, told: string])[] = [
    ['HTTP/1.1 200 OK\r\nX-Who: a\r\nContent-Length: 3\r\n\r\nabc', false, '200 a'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', false, '200 '],
    ['HTTP/1.0 503 Gone\r\nx-who: b\r\n\r\nwhatever', true, '503 b'],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n', false, '204 '],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab', false, '{"kind":"more"}'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab',
      true,
      '{"kind":"bad","why":"connection closed within the body of the answer"}',
    ],
    [
      'HTTP/1.1 200 OK\r\nCont',
      true,
      '{"kind":"bad","why":"connection closed within the header of the answer"}',
    ],
    ['', true, '{"kind":"bad","why":"connection closed before any answer"}'],
    ['SSH-2.0-x\r\n', false, '{"kind":"bad","why":"the answer is not HTTP/1"}'],
    [
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`,
      false,
      '{"kind":"bad","why":"the header of the answer is too long"}',
    ],
  ];
  for (const [text, closed, expected] of answers) {
    it(`are the same in whatever pieces they come: ${JSON.stringify(text.slice(0, 60))}`, () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (sizes) => {
          expect(told(read(text, sizes, closed))).to.equal(expected);
        }),
        { numRuns: 30 },
      );
    });
  }
});
