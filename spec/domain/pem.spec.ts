import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { trustStore } from '../../domain/pem.js';
import { Authority } from '../support/certificates.js';

describe('domain/pem', () => {
  const one = new Authority('one').cert;
  const two = new Authority('two').cert;

  it('knows a bundle that is cut off, wherever within a certificate', () => {
    const bundle = `# two of them\n${one}# and\n${two}`;
    const certificates = [one, two].map((text) => ({ begin: bundle.indexOf(text), length: text.length }));
    fc.assert(
      fc.property(fc.constantFrom(...certificates), fc.nat(), ({ begin, length }, at) => {
        // Without its last character, a line end, it is still whole.
        const cut = trustStore(bundle.slice(0, begin + 1 + (at % (length - 2))), 'f');
        expect(isLeft(cut) ? cut.left : 'accepted').to.equal('is cut off: something in it has no end');
      }),
    );
    const whole = trustStore(bundle, 'f');
    expect(isRight(whole) ? Buffer.from(whole.right.pem).toString('latin1') : whole.left).to.equal(
      `${one}${two}`,
    );
  });

  it('never takes a text for a certificate, whatever it is', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN ',
      '-----END ',
      'CERTIFICATE-----',
      '\n',
      'MIIB',
      '-',
      one.slice(30, 90),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        expect(isLeft(trustStore(parts.join(''), 'f'))).to.equal(true);
      }),
    );
  });
});
