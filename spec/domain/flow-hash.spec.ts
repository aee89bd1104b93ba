import { expect } from 'chai';
import { flowHash } from '../../domain/flow-hash.js';
import { type Flow, packetOf } from '../../sim/flow/flow.js';
import { ip } from '../support/lb-requests.js';

function flow(source: string, sourcePort: number, destination: string, destinationPort: number): Flow {
  return { source: ip(source), sourcePort, destination: ip(destination), destinationPort, protocol: 6 };
}

function hashes(of: Flow): string[] {
  const packet = packetOf(of, 60);
  return [flowHash(packet, false), flowHash(packet, true)].map((hash) => hash.toString(16));
}

describe('domain/flow-hash', () => {
  // Computed with the processor's instruction.
  const vectors: readonly [Flow, string, string][] = [
    [flow('198.51.100.7', 40_000, '192.0.2.1', 443), 'e3777cc0', 'd11471c9'],
    [flow('40.0.0.1', 10_001, '90.0.0.1', 20_000), 'e5f1e84a', '95b45cee'],
    [flow('2001:db8:f::7', 40_000, '2001:db8::1', 443), '39b7439e', 'eb6b0373'],
  ];
  for (const [of, whole, sticky] of vectors) {
    it(`of ${of.source} is that of VPP, with and without ports`, () => {
      expect(hashes(of)).to.deep.equal([whole, sticky]);
    });
  }

  it('is the same for TCP and UDP, and knows no ports of anything else', () => {
    const tcp = flow('198.51.100.7', 40_000, '192.0.2.1', 443);
    expect(hashes({ ...tcp, protocol: 17 })).to.deep.equal(hashes(tcp));
    expect(hashes({ ...tcp, protocol: 1 })).to.deep.equal(['d11471c9', 'd11471c9']);
  });

  it('depends on everything else', () => {
    const base = flow('198.51.100.7', 40_000, '192.0.2.1', 443);
    const others = [
      { ...base, source: ip('198.51.100.8') },
      { ...base, destination: ip('192.0.2.2') },
      { ...base, sourcePort: 40_001 },
      { ...base, destinationPort: 444 },
      { ...base, sourcePort: base.destinationPort, destinationPort: base.sourcePort },
    ];
    expect(new Set([base, ...others].map((of) => hashes(of)[0])).size).to.equal(6);
  });
});
