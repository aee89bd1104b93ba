import { expect } from 'chai';
import { errorCatalogue } from '../../domain/errors.js';
import { isProduct, readSources } from './source-tree.js';

/** Says what each code becomes as a status of gRPC; that nobody has reached. */
const tableOfAll = 'spec/rpc/status.spec.ts';

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

describe('every code of the error catalogue', () => {
  const codes = Object.keys(errorCatalogue);
  const sources = readSources().map((source) => ({ ...source, text: withoutComments(source.text) }));
  const mentions = (text: string, code: string) => new RegExp(`\\b${code}\\b`).test(text);

  it('is made somewhere in what ships, or is none', () => {
    const shipped = sources.filter((source) => isProduct(source) && source.file !== 'domain/errors.ts');
    // What asMaglevError makes of a bug stands in the catalogue's own file.
    const idle = codes.filter(
      (code) => code !== 'MGL_INTERNAL' && !shipped.some(({ text }) => mentions(text, code)),
    );
    expect(idle).to.deep.equal([]);
  });

  it('is reached by some spec, which expects it of what ships and does not make it itself', () => {
    const specs = sources.filter(({ file, room }) => room === 'spec' && file !== tableOfAll);
    // A spec that plays a part of maglevd makes errors; that line proves nothing.
    const expected = specs.map(({ text }) => text.replace(/new MaglevError\(\s*'MGL_\w+'/g, ''));
    expect(codes.filter((code) => !expected.some((text) => mentions(text, code)))).to.deep.equal([]);
  });
});
