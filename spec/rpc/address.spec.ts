import { expect } from 'chai';
import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import { ipFromBytes } from '../../domain/ip.js';
import { formatRpcAddress, parseRpcAddress, type RpcAddress } from '../../rpc/address.js';

describe('rpc/address', () => {
  const read: readonly [string, RpcAddress][] = [
    ['127.0.0.1:9090', { kind: 'tcp', host: '127.0.0.1', port: 9090 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['lb-1.example.net:65535', { kind: 'tcp', host: 'lb-1.example.net', port: 65535 }],
    ['[::1]:9090', { kind: 'tcp', host: '::1', port: 9090 }],
    ['[2001:DB8::0]:1', { kind: 'tcp', host: '2001:db8::', port: 1 }],
    [':9090', { kind: 'tcp', host: '', port: 9090 }],
    ['unix:/run/maglevd.sock', { kind: 'unix', path: '/run/maglevd.sock' }],
    ['unix:///run/maglevd.sock', { kind: 'unix', path: '/run/maglevd.sock' }],
  ];
  for (const [text, address] of read) {
    it(`reads ${text}`, () => expect(parseRpcAddress(text)).to.deep.equal(right(address)));
  }

  const refused = [
    '',
    'localhost',
    'localhost:',
    'localhost:http',
    'localhost:65536',
    'localhost:-1',
    'localhost:09',
    '::1:9090',
    '[::1]',
    '[127.0.0.1]:9090',
    '[fe80::1%eth0]:9090',
    '300.1.1.1:9090',
    '1.2.3:9090',
    'ho st:9090',
    '-x:9090',
    'http://localhost:9090',
    'unix:',
    'unix:run/maglevd.sock',
    `unix:/${'x'.repeat(107)}`,
    'unix:/a\0b',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))} with a sentence`, () => {
      expect(parseRpcAddress(text)).to.have.property('left').that.is.a('string').and.is.not.empty;
    });
  }

  it('reads back what it writes', () => {
    const ips = fc
      .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
      .map(ipFromBytes);
    const hosts = fc.oneof(ips, fc.domain(), fc.constant(''), fc.constant('localhost'));
    const tcp = fc.record({ kind: fc.constant('tcp' as const), host: hosts, port: fc.nat(65535) });
    const unix = fc.record({
      kind: fc.constant('unix' as const),
      path: fc.stringMatching(/^\/[a-z:./@ -]{0,60}$/).filter((path) => !path.startsWith('//')),
    });
    fc.assert(
      fc.property(fc.oneof(tcp, unix), (address) => {
        expect(parseRpcAddress(formatRpcAddress(address))).to.deep.equal(right(address));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseRpcAddress(text)).to.satisfy((result: object) => '_tag' in result);
      }),
    );
    expect(parseRpcAddress('x')).to.deep.equal(
      left("'x' has no port; write host:port, [IPv6]:port, :port or unix:/path"),
    );
  });
});
