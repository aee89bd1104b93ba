import { expect } from 'chai';
import fc from 'fast-check';
import type { IpAddress } from '../../domain/ip.js';
import { encodeEchoRequest } from '../../linux/echo-packet.js';
import { type EchoSocket, openEchoSocket } from '../../linux/echo-socket.js';
import { pingRefused } from '../support/probing.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

const loopback = '127.0.0.1' as IpAddress;
const payload = Buffer.from('some payload of the spec');

suiteWherePermitted(pingRefused(), 'ICMP echo sockets', () => {
  const sockets: EchoSocket[] = [];
  const open = (family: 4 | 6, identifier: number, source: IpAddress | null = null) => {
    const socket = openEchoSocket(family, source, identifier);
    sockets.push(socket);
    return socket;
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  for (const [family, to] of [
    [4, loopback],
    [6, '::1' as IpAddress],
  ] as const) {
    it(`receive the reply to their own request over IPv${family}, and nobody else's`, () => {
      const [mine, other] = [open(family, 4711), open(family, 4712)];
      expect(other.send(to, 7, payload)).to.equal(null);
      expect(mine.send(to, 65_535, payload)).to.equal(null);
      expect(mine.receive()).to.deep.include({ from: to, sequence: 65_535, payload });
      expect(mine.receive()).to.equal(null);
      expect(other.receive()).to.deep.include({ from: to, sequence: 7 });
    });
  }

  it('send from their source address', () => {
    const source = '127.0.0.42' as IpAddress;
    const socket = open(4, 1, source);
    expect(socket.send(source, 1, payload)).to.equal(null);
    expect(socket.receive()?.from).to.equal(source);
  });

  it('answer the name of the error when a request cannot be sent', () => {
    expect(open(4, 1).send('255.255.255.255' as IpAddress, 1, payload)).to.equal('EACCES');
  });

  it('hold hundreds of replies, and know when they have lost some', () => {
    const socket = open(4, 1);
    for (let i = 0; i < 200; i++) socket.send(loopback, i, payload);
    expect(socket.dropped()).to.equal(0);
    for (let i = 200; i < 60_000 && socket.dropped() === 0; i++) socket.send(loopback, i, payload);
    expect(socket.dropped()).to.be.above(0);
  });
});

describe('ICMP echo requests', () => {
  it('checksum IPv4 requests so that all 16-bit words add up to ffff (RFC 1071)', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(word, word, fc.uint8Array({ maxLength: 65 }), (identifier, sequence, data) => {
        const packet = Buffer.concat([encodeEchoRequest(4, identifier, sequence, data), Buffer.alloc(1)]);
        let sum = 0;
        for (let i = 0; i + 1 < packet.length; i += 2) sum += packet.readUInt16BE(i);
        expect(sum % 0xffff).to.equal(0);
        expect(sum).to.be.above(0);
      }),
    );
  });
});
