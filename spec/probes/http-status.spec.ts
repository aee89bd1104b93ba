import { expect } from 'chai';
import fc from 'fast-check';
import { HttpResponse } from '../../probes/http-response.js';
import { plainStatus } from '../../probes/http-status.js';
import { httpParams } from '../support/probing.js';

const any = httpParams({ responseCodes: [{ from: 100, to: 999 }] });
const read = (text: string) => {
  const bytes = Buffer.from(text, 'latin1');
  return plainStatus(bytes, bytes.length);
};

const lineEnd = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r');
const statusLine = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 200 OK',
    'HTTP/1.0 204',
    'HTTP/1.1 100 Continue',
    'HTTP/2 200',
    'HTTP/1.1 20',
    'http/1.1 200',
  ),
  fc
    .tuple(fc.integer({ min: 90, max: 1010 }), fc.constantFrom('', ' ', ' OK', 'x'))
    .map(([n, t]) => `HTTP/1.1 ${n}${t}`),
);
const field = fc.oneof(
  fc.constantFrom(
    'Content-Length: 3',
    'Server: x',
    'X:',
    ' folded',
    '\tfolded',
    'no colon',
    ': no name',
    'a b: c',
    'X-é: 1',
  ),
  fc.string({ maxLength: 12 }),
);
const answer = fc
  .tuple(statusLine, fc.array(field, { maxLength: 6 }), lineEnd, lineEnd, fc.string({ maxLength: 5 }))
  .map(([status, fields, end, last, body]) => `${[status, ...fields].join(end)}${end}${last}${body}`);

describe('the status of a plain answer', () => {
  it('is what the whole reader says, wherever it is read at all', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (text, cut) => {
        for (const part of [text, text.slice(0, cut % (text.length + 1))]) {
          const status = read(part);
          if (status === 0) continue;
          const finding = new HttpResponse(any, null).feed(Buffer.from(part, 'latin1'));
          expect(finding).to.deep.equal({ verdict: 'pass', code: 'L7OK', detail: `HTTP ${status}` });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is read of what servers say', () => {
    expect(read('HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 2\r\n\r\nok')).to.equal(200);
    expect(read('HTTP/1.0 503\n\n')).to.equal(503);
    expect(read('HTTP/1.1 200 OK\r\n\r\n')).to.equal(200);
    expect(read('HTTP/1.1 200 OK\r\n\r')).to.equal(0);
    expect(read('HTTP/1.1 200 OK\r\nDate: to')).to.equal(0);
  });
});
