import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import { descriptorOf } from '../../linux/descriptor.js';
import { libcFunction } from '../../linux/libc.js';
import { endWhenUnacknowledged } from '../../linux/tcp-user-timeout.js';

describe('linux/tcp-user-timeout', () => {
  it('is what the kernel has for the connection, and nothing for a closed one', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const client = net.connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    endWhenUnacknowledged(accepted, 54_321);
    const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');
    const value = new Uint8Array(4);
    getsockopt(descriptorOf(accepted) ?? -1, 6, 18, value, new Uint8Array(Uint32Array.of(4).buffer));
    expect(new DataView(value.buffer).getUint32(0, true)).to.equal(54_321);
    accepted.destroy();
    client.destroy();
    endWhenUnacknowledged(accepted, 1);
    server.close();
  });
});
