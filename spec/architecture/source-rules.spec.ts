import path from 'node:path';
import { expect } from 'chai';
import { isGenerated, isProduct, readSources, type Source } from './source-tree.js';

/** Lines that a file may have. What a person wrote and is longer holds more than one concept. */
const MAX_LINES = 400;
/**
 * Lines of all actors together, the kernel among them. What one decides by is a value of domain/, which a spec can try
 * alone (docs/adr/0014-rules-are-values.md): whoever comes to this ceiling moves rules there before he raises it.
 */
const MAX_LINES_OF_ACTORS = 6179;
/** In bin things are put together; nothing is done there. */
const MAX_LINES_OF_BIN = 80;

/** Time and chance come from a Clock everywhere but here. */
const mayTouchTime = ['clock', 'bin', 'demo'];
/** In a browser there is no Clock to be passed in: the page has one file for it. */
const clockOfPage = 'web/ui/clock.ts';

/**
 * Notes of unfinished work, what silences a checker, and tests that never run. Written so that it does not find itself.
 * What a machine does not allow may be left out there: that is decided by an expression, not written as a call.
 */
const leftovers =
  /\b(?:TO[D]O|FIX[M]E|X[X]X)\b|biome-[i]gnore|@ts-[a-z]+-?[a-z]*\b|\b(?:it|describe)\.s[k]ip\(/;

/** A wait for a time instead of for what is expected. */
const sleep =
  /\(\s*\(?(\w+)\)?\s*=>\s*\{?\s*setTimeout\(\s*\1\b|\bsetTimeout\b[^;]*\bfrom\s+'node:timers\/promises'/;

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

describe('architecture: what stands in a file', () => {
  const written = readSources().filter((source) => !isGenerated(source));
  const product = written.filter(isProduct);
  const specs = written.filter(({ file }) => file.endsWith('.spec.ts'));
  const filesWhere = (sources: readonly Source[], is: (source: Source) => boolean) =>
    sources.filter(is).map(({ file }) => file);

  it('sees what people wrote, and what they did not write', () => {
    expect(product.length).to.be.above(200);
    expect(specs.length).to.be.above(100);
    expect(readSources().length).to.be.above(written.length);
  });

  it('takes time and chance from a Clock', () => {
    const forbidden =
      /\bDate\.now\b|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\b|\bperformance\.now\b/;
    const elsewhere = product.filter(
      ({ room, file }) => !mayTouchTime.includes(room) && file !== clockOfPage,
    );
    expect(filesWhere(elsewhere, ({ text }) => forbidden.test(withoutComments(text)))).to.deep.equal([]);
  });

  it('keeps bin thin and every file readable', () => {
    const long = written
      .map(({ file, room, text }) => ({ file, room, lines: text.split('\n').length - 1 }))
      .filter(({ room, lines }) => lines > (room === 'bin' ? MAX_LINES_OF_BIN : MAX_LINES))
      .map(({ file, lines }) => `${file}: ${lines} lines`);
    expect(long).to.deep.equal([]);
  });

  it('keeps the floor low on which actors talk', () => {
    const actors = product.filter(({ file }) => file.startsWith('actors/'));
    const lines = actors.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
    expect(lines).to.be.within(MAX_LINES_OF_ACTORS / 2, MAX_LINES_OF_ACTORS);
  });

  /** Node then keeps account of every promise and callback of the process, a tenth of what the main thread does, and for good. */
  it('does not ask Node who has begun what', () => {
    expect(filesWhere(product, ({ text }) => text.includes("'node:async_hooks'"))).to.deep.equal([]);
  });

  it('names every file by what it holds', () => {
    const nameless = /^(?:utils?|helpers?|common|misc|manager|shared)\b/;
    expect(filesWhere(written, ({ file }) => nameless.test(path.posix.basename(file)))).to.deep.equal([]);
  });

  it('calls numbers that never change in capitals', () => {
    const small = /^(?:export )?const [a-z]\w* = -?\d[\d_.]*(?: \*\*? \d[\d_.]*)*(?: - 1)?;/m;
    expect(filesWhere(product, ({ text }) => small.test(text))).to.deep.equal([]);
  });

  it('leaves nothing unfinished, switched off or silenced', () => {
    expect(filesWhere(written, ({ text }) => leftovers.test(text))).to.deep.equal([]);
  });

  it('lets no spec wait for a time', () => {
    expect(filesWhere(specs, ({ text }) => sleep.test(text))).to.deep.equal([]);
  });
});
