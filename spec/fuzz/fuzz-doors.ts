import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { isLeft } from 'fp-ts/lib/Either.js';
import { realClock } from '../../clock/real-clock.js';
import { parseRpcAddress } from '../../rpc/address.js';
import { createMaglevClient, type MaglevClient } from '../../rpc/client.js';
import { SeededRandom } from '../../sim/random.js';
import { Authority } from '../support/certificates.js';
import { startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';
import { doorInput } from './door-input.js';
import { FuzzFailure, Tally } from './tally.js';
import { within } from './within.js';

const AT_ONCE = 25;
const PATIENCE_MS = 10_000;

type Connect = () => net.Socket;

/** Wrong bytes on every door of gRPC, also within TLS, while clients of all doors must still be answered. */
export async function fuzzDoors(count: number, seed: number): Promise<Tally> {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  const authority = new Authority();
  const ca = Buffer.from(authority.cert);
  const fixture = await startFixture(siteCallees(), {
    address: (folder) => `unix:${folder}/grpc.sock,plain:127.0.0.1:0,127.0.0.1:0`,
    access: {
      anonymous: 'viewer',
      tokensFile: null,
      tokens: new Map(),
      certificates: new Map(),
      uids: new Map(),
    },
    tls: (folder) => {
      const { cert, key } = authority.issue({ names: ['IP:127.0.0.1'] });
      const files = { cert: path.join(folder, 'c.pem'), key: path.join(folder, 'k.pem'), clientCa: null };
      writeFileSync(files.cert, cert);
      writeFileSync(files.key, key);
      return files;
    },
  });
  const addresses = fixture.server.address.split(',').map((text) => {
    const parsed = parseRpcAddress(text);
    if (isLeft(parsed)) throw new Error(parsed.left);
    return parsed.right;
  });
  const witnesses = addresses.map((address, i) =>
    createMaglevClient({
      address,
      timeoutMs: PATIENCE_MS,
      clock: realClock,
      tls: i === 2 ? { ca, own: null } : null,
    }),
  );
  const plain = addresses.map(
    (address): Connect =>
      () =>
        address.kind === 'unix'
          ? net.connect({ path: address.path })
          : net.connect({ host: address.host, port: address.port }),
  );
  const port = addresses[2]?.kind === 'tcp' ? addresses[2].port : 0;
  const inTls: Connect = () => tls.connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2'] });
  const doors = [...plain, inTls];
  const hello = await clientHello();
  try {
    while (tally.frames < count) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - tally.frames) }, () => {
        const connect = doors[random.below(doors.length)] ?? inTls;
        return knock(connect, doorInput(random, hello), random.below(2) === 0);
      });
      tally.frames += batch.length;
      const ends = await within(PATIENCE_MS, Promise.all(batch));
      if (ends === 'late') throw new FuzzFailure('a door takes nobody any more');
      for (const end of ends) tally.count(end);
      await Promise.all(witnesses.map(isAnswered));
    }
  } finally {
    for (const witness of witnesses) witness.close();
    await fixture.stop();
  }
  return tally;
}

/** Sends it, and hangs up, or waits a moment for what the server makes of it. */
function knock(connect: Connect, bytes: Uint8Array, wait: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect();
    let end = 'hung up ourselves';
    socket.on('data', () => {
      end = 'was answered';
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('end', () => {
      end = 'was hung up on';
    });
    socket.once('close', () => resolve(end));
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
      socket.write(bytes);
      if (wait) realClock.schedule(50, () => socket.destroy());
      else socket.end();
      realClock.schedule(1000, () => socket.destroy());
    });
  });
}

async function isAnswered(witness: MaglevClient): Promise<void> {
  await witness.listBackends().catch((error: unknown) => {
    throw new FuzzFailure('a client is not answered any more', { cause: error });
  });
}

/** How a client of TLS begins. */
async function clientHello(): Promise<Uint8Array> {
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => {
      wire.emit('hello', chunk);
      done();
    },
  });
  const said = once(wire, 'hello');
  const client = tls.connect({ socket: wire, ALPNProtocols: ['h2'] });
  client.on('error', () => undefined);
  const [bytes] = (await said) as [Buffer];
  client.destroy();
  return bytes;
}
