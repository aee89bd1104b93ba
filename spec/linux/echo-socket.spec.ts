import { expect } from 'chai';
import fc from 'fast-check';
import type { IpAddress } from '../../domain/ip.js';
import { echoSum, numberEchoRequest, writeEchoRequest } from '../../linux/echo-packet.js';
import { type EchoSocket, openEchoSocket } from '../../linux/echo-socket.js';
import { socketAddress } from '../../linux/socket-address.js';
import { pingRefused } from '../support/probing.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

const loopback = '127.0.0.1' as IpAddress;
const payload = Buffer.from('some payload of the spec');

suiteWherePermitted(pingRefused(), 'ICMP echo sockets', () => {
  const sockets: EchoSocket[] = [];
  const open = (family: 4 | 6, identifier: number, source: IpAddress | null = null) => {
    const socket = openEchoSocket(family, source, { identifier, payload });
    sockets.push(socket);
    return socket;
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  /** null = it was sent; otherwise the name of the error. */
  const send = (socket: EchoSocket, to: IpAddress, sequence: number): string | null => {
    let error: string | null = null;
    socket.put(socketAddress(to), sequence);
    socket.flush((_, errno) => {
      error = errno;
    });
    return error;
  };

  for (const [family, to] of [
    [4, loopback],
    [6, '::1' as IpAddress],
  ] as const) {
    it(`receive the reply to their own request over IPv${family}, and nobody else's`, () => {
      const [mine, other] = [open(family, 4711), open(family, 4712)];
      expect(send(other, to, 7)).to.equal(null);
      expect(send(mine, to, 65_535)).to.equal(null);
      expect(mine.receive()).to.equal(65_535);
      expect(mine.isFrom(socketAddress(to))).to.equal(true);
      expect(
        mine.isFrom(socketAddress(family === 4 ? ('127.0.0.2' as IpAddress) : ('::2' as IpAddress))),
      ).to.equal(false);
      expect(mine.receive()).to.equal(-1);
      expect(other.receive()).to.equal(7);
    });
  }

  it('send from their source address', () => {
    const source = '127.0.0.42' as IpAddress;
    const socket = open(4, 1, source);
    expect(send(socket, source, 1)).to.equal(null);
    expect(socket.receive()).to.equal(1);
    expect(socket.isFrom(socketAddress(source))).to.equal(true);
  });

  it('answer the name of the error of each request that cannot be sent, and send the others', () => {
    const socket = open(4, 1);
    const addresses = ['127.0.0.1', '255.255.255.255', '127.0.0.3', '255.255.255.255', '127.0.0.5'];
    addresses.forEach((to, sequence) => {
      socket.put(socketAddress(to as IpAddress), sequence);
    });
    const failures: (readonly [number, string])[] = [];
    socket.flush((sequence, errno) => failures.push([sequence, errno]));
    expect(failures).to.deep.equal([
      [1, 'EACCES'],
      [3, 'EACCES'],
    ]);
    expect([socket.receive(), socket.receive(), socket.receive(), socket.receive()]).to.deep.equal([
      0, 2, 4, -1,
    ]);
  });

  it('send nothing more, and hear nothing more, when who hears of a failure closes them', () => {
    const socket = open(4, 1);
    for (const [sequence, to] of ['127.0.0.1', '255.255.255.255', '127.0.0.3', '255.255.255.255'].entries()) {
      socket.put(socketAddress(to as IpAddress), sequence);
    }
    const failures: number[] = [];
    socket.flush((sequence) => {
      failures.push(sequence);
      sockets.splice(0);
      socket.close();
      // It has the number of the descriptor now, most likely.
      open(4, 2);
    });
    expect(failures).to.deep.equal([1]);
    expect(socket.receive()).to.equal(-1);
  });

  it('hold hundreds of replies, and know when they have lost some', () => {
    const socket = open(4, 1);
    for (let i = 0; i < 200; i++) send(socket, loopback, i);
    expect(socket.dropped()).to.equal(0);
    for (let i = 200; i < 60_000 && socket.dropped() === 0; i++) send(socket, loopback, i);
    expect(socket.dropped()).to.be.above(0);
  });
});

describe('ICMP echo requests', () => {
  it('checksum IPv4 requests so that all 16-bit words add up to ffff (RFC 1071)', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(word, word, fc.uint8Array({ maxLength: 65 }), (identifier, sequence, data) => {
        const size = 8 + data.length;
        // An odd number of bytes is summed up as if a 0 followed.
        const packet = Buffer.alloc(size + 1);
        writeEchoRequest(packet, 0, 4, identifier, data);
        numberEchoRequest(packet, 0, 4, echoSum(packet, 0, size), sequence);
        let sum = 0;
        for (let i = 0; i + 1 < packet.length; i += 2) sum += packet.readUInt16BE(i);
        expect(sum % 0xffff).to.equal(0);
        expect(sum).to.be.above(0);
      }),
    );
  });
});
