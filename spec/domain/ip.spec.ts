import { expect } from 'chai';
import fc from 'fast-check';
import {
  compareIps,
  type IpAddress,
  ipBytes,
  ipFamily,
  ipFromBytes,
  makePrefix,
  parseIp,
  parsePrefix,
  prefixContains,
} from '../../domain/ip.js';

const anyIp = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(ipFromBytes);

describe('domain/ip', () => {
  const canonical: readonly [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['fe80::', 'fe80::'],
  ];
  for (const [text, expected] of canonical) {
    it(`writes ${text} as ${expected}`, () => expect(parseIp(text)).to.equal(expected));
  }

  const refused = [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    ' 1.2.3.4',
    '1.2.3.4 ',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1.2.3',
    '1.2.3.4::',
    'fe80::1%eth0',
    '12345::',
    'g::',
    '0x1.2.3.4',
  ];
  for (const text of refused) it(`refuses '${text}'`, () => expect(parseIp(text)).to.equal(null));

  it('round-trips through bytes and text', () => {
    fc.assert(
      fc.property(anyIp, (ip) => {
        expect(ipFromBytes(ipBytes(ip))).to.equal(ip);
        expect(parseIp(ip)).to.equal(ip);
        expect(parseIp(ip.toUpperCase())).to.equal(ip);
      }),
    );
  });

  it('orders numerically with IPv4 first', () => {
    const sorted = ['2001:db8::2', '10.0.0.10', '::1', '9.255.255.255', '10.0.0.9']
      .map((text) => parseIp(text) as IpAddress)
      .sort(compareIps);
    expect(sorted).to.deep.equal(['9.255.255.255', '10.0.0.9', '10.0.0.10', '::1', '2001:db8::2']);
  });

  it('clears the bits behind a prefix and refuses text that has them', () => {
    expect(makePrefix(parseIp('192.0.2.77') as IpAddress, 25)).to.equal('192.0.2.0/25');
    expect(makePrefix(parseIp('2001:db8:ffff::1') as IpAddress, 33)).to.equal('2001:db8:8000::/33');
    expect(parsePrefix('192.0.2.0/24')).to.equal('192.0.2.0/24');
    expect(parsePrefix('192.0.2.1/24')).to.equal(null);
    expect(parsePrefix('192.0.2.1/33')).to.equal(null);
    expect(parsePrefix('192.0.2.1')).to.equal(null);
    expect(parsePrefix('::/0')).to.equal('::/0');
  });

  it('contains exactly the addresses that share its bits', () => {
    fc.assert(
      fc.property(anyIp, anyIp, fc.nat(128), (a, b, n) => {
        const length = Math.min(n, ipFamily(a) === 4 ? 32 : 128);
        const prefix = makePrefix(a, length);
        expect(prefixContains(prefix, a)).to.equal(true);
        const bits = (ip: IpAddress) => [...ipBytes(ip)].map((x) => x.toString(2).padStart(8, '0')).join('');
        const same = ipFamily(a) === ipFamily(b) && bits(a).slice(0, length) === bits(b).slice(0, length);
        expect(prefixContains(prefix, b)).to.equal(same);
      }),
    );
  });
});
