import { expect } from 'chai';
import fc from 'fast-check';
import type { Access } from '../../domain/access.js';
import { configText } from '../../domain/config-text.js';
import { hashOfToken } from '../../domain/token-list.js';
import { configOf } from '../config/config-lines.js';
import { anyConfig } from '../config/config-samples.js';

describe('domain/config-text', () => {
  it('is a file that means the same, and the same text again', () => {
    fc.assert(
      fc.property(anyConfig(), (config) => {
        const text = configText(config);
        const read = configOf(text);
        expect(read).to.deep.equal(config);
        expect([...read.frontends.keys()]).to.deep.equal([...config.frontends.keys()]);
        expect(configText(read)).to.equal(text);
      }),
      { numRuns: 80 },
    );
  });

  it('says who has which role, and no hash', () => {
    const hash = hashOfToken('t'.repeat(32));
    const access: Access = {
      anonymous: 'viewer',
      tokensFile: '/etc/vpp-maglev/tokens',
      tokens: new Map([[hash, { name: 'ci', role: 'operator' }]]),
      certificates: new Map([['CN=ci,O=Example "Ltd"', 'admin']]),
      uids: new Map([[1000, 'viewer']]),
    };
    const [sample] = fc.sample(anyConfig(), 1);
    if (sample === undefined) throw new Error('there is no sample');
    const text = configText({ ...sample, access });
    expect(text.split('\n').slice(0, 8)).to.deep.equal([
      'maglev:',
      '  access:',
      '    anonymous: viewer',
      '    tokens: /etc/vpp-maglev/tokens',
      '    certificates:',
      '      "CN=ci,O=Example \\"Ltd\\"": admin',
      '    uids:',
      '      1000: viewer',
    ]);
    expect(text).to.match(/\n# Tokens, without what stands for them:\n# {3}ci operator\n$/);
    expect(text).not.to.contain(hash);
    const without = configText({ ...sample, access: { ...access, tokensFile: null, tokens: new Map() } });
    expect(configOf(without).access).to.deep.equal({ ...access, tokensFile: null, tokens: new Map() });
  });
});
