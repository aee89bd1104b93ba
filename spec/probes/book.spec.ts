import { expect } from 'chai';
import { PAGE_ROWS } from '../../domain/probe-numbers.js';
import { ProbeBook } from '../../probes/engine/book.js';

describe('the book of probes', () => {
  it('gives the row of one that has left to somebody else, whose rounds and numbers are new', () => {
    const book = new ProbeBook();
    const row = book.rowOf('before');
    const rounds = Array.from({ length: 5 }, () => book.nextRound());
    book.page(0).record(row, 'L7OK', 1, 1);
    const others = Array.from({ length: 70 }, (_, i) => `others ${i}`);
    for (const name of others) book.rowOf(name);
    for (const name of ['before', ...others]) book.release(name);
    const rows = Array.from({ length: 80 }, (_, i) => book.rowOf(`after ${i}`));
    expect(rows).to.include(row);
    expect(new Set(rows).size).to.equal(80);
    rounds.push(book.nextRound());
    expect(new Set(rounds).size).to.equal(6);
    expect(book.reading(`after ${rows.indexOf(row)}`)?.results).to.equal(0);
    expect(Math.max(...rows)).to.be.below(2 * PAGE_ROWS);
  });

  it('gives no two workers the same tickets', () => {
    const book = new ProbeBook();
    const first = book.firstTicket();
    expect(book.firstTicket() - first).to.be.at.least(2 ** 32);
  });
});
