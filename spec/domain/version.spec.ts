import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { productVersion } from '../../domain/version.js';

describe('domain/version', () => {
  it('is the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(productVersion).to.equal(version);
  });
});
