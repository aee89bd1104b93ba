import { expect } from 'chai';
import fc from 'fast-check';
import { mostOpenFiles, openFilesOf } from '../../linux/open-files.js';
import { withoutCertificate } from '../../probes/session-der.js';
import { alwaysValid, Sessions } from '../../probes/sessions.js';
import { Wariness } from '../../probes/wariness.js';

describe('sessions of TLS', () => {
  it('are resumed only behind a good whole handshake, as often as allowed, while its certificate is valid', () => {
    const word = fc.constantFrom('made', 'failed', 'later', 'ticket' as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(word, { maxLength: 40 }), (every, words) => {
        const sessions = new Sessions(every);
        let now = 0;
        let resumedInARow = 0;
        let good = false;
        for (const one of words) {
          if (one === 'later') now += 40;
          else if (one === 'ticket') sessions.given(Buffer.of(1));
          else if (one === 'failed') {
            sessions.forget();
            good = false;
          } else if (sessions.offer(now) === null) {
            sessions.whole({ from: now, until: now + 100 });
            resumedInARow = 0;
            good = true;
          } else {
            expect(good).to.equal(true);
            sessions.resumed();
            expect(++resumedInARow).to.be.below(every);
          }
        }
      }),
    );
    const sessions = new Sessions(1000);
    sessions.given(Buffer.of(1));
    expect(sessions.offer(0)).to.equal(null);
    sessions.whole({ from: 10, until: 20 });
    const isOffered = (now: number) => {
      sessions.given(Buffer.of(2));
      return sessions.offer(now) !== null;
    };
    expect([9, 10, 20, 21].map(isOffered)).to.deep.equal([false, true, true, false]);
    expect(isOffered(15)).to.equal(true);
    sessions.whole(alwaysValid);
    expect(
      [sessions.offer(15), sessions.isWaiting],
      'a ticket of before, which the server did not take',
    ).to.deep.equal([null, true]);
    expect(isOffered(1e15)).to.equal(true);
  });
  it('are resumed with one ticket, or each with the last one where a server takes each of them once', () => {
    const sessions = new Sessions(1000);
    const given = (ticket: number) => sessions.given(Buffer.of(ticket));
    const next = () => sessions.offer(0)?.at(0) ?? null;
    sessions.whole(alwaysValid);
    given(1);
    sessions.resumed();
    expect([next(), sessions.takesNew, sessions.isWaiting]).to.deep.equal([1, false, false]);
    // It does not take the same one again.
    sessions.whole(alwaysValid);
    given(2);
    expect([next(), sessions.takesNew, sessions.isWaiting]).to.deep.equal([2, true, false]);
    sessions.resumed();
    expect(sessions.isWaiting).to.equal(true);
    given(3);
    expect([next(), sessions.isWaiting]).to.deep.equal([3, false]);
  });
});

describe('a session of TLS as OpenSSL writes it', () => {
  const field = (tag: number, content: Uint8Array) => {
    const { length } = content;
    const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
    return Buffer.concat([Buffer.of(tag, ...size), content]);
  };
  const tags = fc.constantFrom(0x02, 0x04, 0xa1, 0xa4, 0xaa);
  const fields = fc.array(fc.tuple(tags, fc.uint8Array({ maxLength: 400 })));

  it('is kept without the certificate of the server, and with all else', () => {
    fc.assert(
      fc.property(fields, fields, fc.uint8Array({ maxLength: 2000 }), (before, behind, certificate) => {
        const rest = (some: [number, Uint8Array][]) => some.map(([tag, content]) => field(tag, content));
        const shown = [...rest(before), field(0xa3, certificate), ...rest(behind)];
        const without = field(0x30, Buffer.concat([...rest(before), ...rest(behind)]));
        expect(withoutCertificate(field(0x30, Buffer.concat(shown)))).to.deep.equal(without);
        expect(withoutCertificate(without)).to.deep.equal(without);
      }),
    );
  });

  it('stays as it is when it is anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const other = Buffer.from(bytes);
        const cut = Buffer.concat([Buffer.of(0x30, bytes.length + 1), bytes]);
        expect(withoutCertificate(cut)).to.equal(cut);
        expect(withoutCertificate(other).length).to.be.at.most(other.length);
      }),
    );
  });
});

describe('connections and sessions that are kept', () => {
  it('are given up for twice as long each time that they were of no use', () => {
    const wariness = new Wariness();
    const spell = () => {
      wariness.lost();
      let length = 0;
      for (; !wariness.trusts; length++) wariness.begunAnew();
      return length;
    };
    expect([spell(), spell(), spell()]).to.deep.equal([2, 4, 8]);
    for (let i = 0; i < 10; i++) spell();
    expect(spell()).to.equal(1024);
    wariness.served();
    expect(spell()).to.equal(2);
  });

  it('are bounded by what the process may have open', () => {
    const limits = (soft: string) =>
      `Limit  Soft Limit  Hard Limit\nMax open files            ${soft}   4096   files\n`;
    expect(['1000', 'unlimited'].map((soft) => openFilesOf(limits(soft)))).to.deep.equal([
      1000,
      Number.POSITIVE_INFINITY,
    ]);
    expect(openFilesOf('Max processes 1 1 processes')).to.equal(null);
    expect(mostOpenFiles()).to.be.above(100);
  });
});
