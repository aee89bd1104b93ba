import { expect } from 'chai';
import fc from 'fast-check';
import type { HttpParams } from '../../domain/config.js';
import type { ProbeFinding } from '../../domain/probe-result.js';
import { bodyMatcher } from '../../probes/body-matcher.js';
import { BadHttpHead, parseHttpHead } from '../../probes/http-head.js';
import { HEAD_LIMIT, HttpResponse } from '../../probes/http-response.js';
import { httpParams } from '../support/probing.js';

const matcher = bodyMatcher('^ab*c$');

/** What is found when the bytes come in these pieces, and then the end. */
function read(pieces: readonly Buffer[], params: HttpParams = httpParams()): ProbeFinding {
  const response = new HttpResponse(params, matcher);
  const memory = Buffer.alloc(1 << 16);
  for (const piece of pieces) {
    // As on a socket, where the next bytes overwrite the last ones.
    piece.copy(memory);
    const finding = response.feed(memory.subarray(0, piece.length));
    memory.fill(0x2a);
    if (finding !== null) return finding;
  }
  return response.end();
}

/** Cuts at places that are fractions of the length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
const newline = fc.constantFrom('\r\n', '\n');

const wellFormed = fc
  .record({
    newline,
    interim: fc.nat({ max: 2 }),
    status: fc.constantFrom(200, 200, 503),
    fields: fc.array(fc.constantFrom('Server: x', 'X-A:', 'x-b: 1\r\n folded'), { maxLength: 3 }),
    body: fc.nat({ max: 300 }).map((n) => `a${'b'.repeat(n)}c`),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    chunk: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ newline, interim, status, fields, body, framing, chunk }) => {
    const chunks = body.match(new RegExp(`.{1,${chunk}}`, 'g')) ?? [];
    const head = [`HTTP/1.1 ${status} Reason`, ...fields];
    if (framing === 'length') head.push(`Content-Length: ${body.length}`);
    if (framing === 'chunked') head.push('Transfer-Encoding: chunked');
    const coded = chunks.map((text) => `${text.length.toString(16)}${newline}${text}${newline}`).join('');
    const content = framing === 'chunked' ? `${coded}0${newline}${newline}` : body;
    const before = `HTTP/1.1 103 Early Hints${newline}${newline}`.repeat(interim);
    return { status, bytes: Buffer.from(`${before}${head.join(newline)}${newline}${newline}${content}`) };
  });

describe('reading an HTTP response', () => {
  it('finds the same however the bytes are cut into pieces', () => {
    fc.assert(
      fc.property(wellFormed, places, ({ status, bytes }, at) => {
        const expected =
          status === 200
            ? { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200' }
            : { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503' };
        expect(read(cut(bytes, at))).to.deep.equal(expected);
      }),
    );
  });

  it('never passes a response that was cut off', () => {
    fc.assert(
      fc.property(
        wellFormed,
        places,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        ({ bytes }, at, part) => {
          const whole = bytes.subarray(0, Math.floor(part * bytes.length));
          const finding = read(cut(whole, at));
          // Only a body that is delimited by the close may end anywhere; then it does not match.
          expect(finding.verdict).to.equal('fail');
        },
      ),
    );
  });

  it('makes a failure of any other bytes, never an exception', () => {
    const start = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('\r', '\n', ':', ' ', '0', 'a') }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(start, noise, places, (text, bytes, at) => {
        const finding = read(cut(Buffer.concat([Buffer.from(text), bytes]), at));
        expect(finding.verdict).to.equal('fail');
        expect(finding.detail).to.match(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps no more of a header than its limit, whatever comes', () => {
    const response = new HttpResponse(httpParams(), null);
    const piece = Buffer.from('X: y\r\n');
    let finding = response.feed(Buffer.from('HTTP/1.1 200 OK\r\n'));
    let sent = 17;
    for (; finding === null && sent < 2 * HEAD_LIMIT; sent += piece.length) finding = response.feed(piece);
    expect(finding?.code).to.equal('L7RSP');
    expect(sent).to.be.within(HEAD_LIMIT, HEAD_LIMIT + 2 * piece.length);
  });

  describe('takes no longer than its length demands', () => {
    const spaces = ' '.repeat(HEAD_LIMIT - 100);
    const ok = 'HTTP/1.1 200 OK\r\n';
    for (const [what, hostile] of [
      ['a header field of spaces with a CR behind them', `${ok}X:${spaces}\rx\r\n\r\n`],
      ['a header field with spaces in it', `${ok}X:a${spaces}x\r\n\r\n`],
      ['a content-length with spaces in it', `${ok}Content-Length:1${spaces}1\r\n\r\n`],
      ['a status line of spaces', `HTTP/1.1 200${spaces}\r\r\n\r\n`],
      ['a header of CRs', `${ok}X:${'\r'.repeat(HEAD_LIMIT - 100)}\r\n\r\n`],
      ['a folded field of spaces', `${ok}X: y\r\n${spaces}x${spaces.slice(0, 60)}\rx\r\n\r\n`],
      ['chunk sizes with spaces', `${ok}Transfer-Encoding: chunked\r\n\r\n${`1${' '.repeat(1000)}x`}\r\n`],
    ] as const) {
      it(what, () => {
        const response = new HttpResponse(httpParams(), matcher);
        // Work that grows with the square of the spaces takes seconds of CPU here, whatever else the machine does.
        const before = process.cpuUsage();
        response.feed(Buffer.from(hostile));
        response.end();
        expect(process.cpuUsage(before).user / 1000).to.be.below(200);
      });
    }
  });

  it('takes spaces and tabs around a value away, joins repeated fields, and unfolds lines', () => {
    const { fields } = parseHttpHead('HTTP/1.1 200 OK\r\nA: \t x y \t\r\nb:\r\nA:z\n\t folded  \r\nC:\u00a0');
    expect([...fields]).to.deep.equal([
      ['a', 'x y, z folded'],
      ['b', ''],
      ['c', '\u00a0'],
    ]);
    for (const line of [': x', 'A : x', 'A', ' x', 'A: x\ry'])
      expect(() => parseHttpHead(`HTTP/1.1 200 OK\r\n${line}`), line).to.throw(
        BadHttpHead,
        /malformed header line/,
      );
  });
});
