import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { realClock } from '../../../clock/real-clock.js';
import { type IpAddress, parseIp } from '../../../domain/ip.js';
import { type Listener, listenFor } from '../../../sim/forward/listener.js';
import { until } from '../../support/until.js';

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new Error(text);
  return address;
}

describe('sim/forward: bounds', () => {
  const address = ip('127.0.7.1');
  const server = ip('127.0.7.2');
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0).reverse()) end();
  });

  /** Listens for at most two clients, all of whom go to one server. */
  async function listening(
    protocol: 'tcp' | 'udp',
    port: number,
    to = { address: server, port },
  ): Promise<Listener> {
    let listener: Listener | null = null;
    await new Promise<void>((resolve, reject) => {
      const point = { name: 'it', protocol, address, port };
      const packets = { pass: () => to };
      const onFailure = (why: string) => reject(new Error(why));
      listener = listenFor(
        { point, packets, clock: realClock, clientsMax: 2, onFailure, onListening: resolve },
        false,
      );
    });
    if (listener === null) throw new Error('it does not listen');
    const one: Listener = listener;
    ends.push(() => {
      one.close();
      one.reset();
    });
    return one;
  }

  it('refuses more connections than it has room for', async () => {
    const behind = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('hello');
    }).listen(0, server);
    await once(behind, 'listening');
    ends.push(() => behind.close());
    const bound = behind.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const listener = await listening('tcp', port);
    const client = () => {
      const socket = connect(port, address);
      ends.push(() => socket.destroy());
      return socket;
    };
    const first = client();
    await Promise.all([once(first, 'data'), once(client(), 'data')]);
    const [error] = await once(client(), 'error');
    expect([error.code, listener.relayed().now]).to.deep.equal(['ECONNRESET', 2]);
    first.destroy();
    await until(() => listener.relayed().now === 1);
    await once(client(), 'data');
  });

  it('drops what would come back to it, and what has no port to go to', async () => {
    for (const [port, to] of [
      [7119, { address, port: 7119 }],
      [7120, { address: server, port: 0 }],
    ] as const) {
      const listener = await listening('udp', port, to);
      const client = createSocket('udp4');
      ends.push(() => client.close());
      const none = await listening('udp', port + 2);
      for (const at of [port, port + 2]) await new Promise((sent) => client.send('who', at, address, sent));
      await until(() => none.relayed().now === 1);
      expect(listener.relayed().now).to.equal(0);
    }
  });

  it('forgets the client of UDP that was silent for longest', async () => {
    const behind = createSocket('udp4').on('message', (text, { port, address: to }) =>
      behind.send(text, port, to),
    );
    behind.bind(0, server);
    await once(behind, 'listening');
    ends.push(() => behind.close());
    const { port } = behind.address();
    const listener = await listening('udp', port);
    for (let i = 1; i <= 4; i++) {
      const client = createSocket('udp4');
      ends.push(() => client.close());
      client.send(`${i}`, port, address);
      expect(String((await once(client, 'message'))[0])).to.equal(`${i}`);
      expect(listener.relayed().now).to.equal(Math.min(i, 2));
    }
  });
});
