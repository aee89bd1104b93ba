import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { connect } from '../../client/index.js';
import { realClock } from '../../clock/real-clock.js';
import { SeededRandom } from '../../sim/random.js';
import { Authority } from '../support/certificates.js';
import { httpCall } from '../support/http-caller.js';
import { startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';
import { doorInput } from './door-input.js';
import { FuzzFailure, Tally } from './tally.js';
import { within } from './within.js';

const AT_ONCE = 12;
const PATIENCE_MS = 10_000;
/** So long the server has for what it makes of wrong bytes, in milliseconds; and for more, once it has said something. */
const LINGER_MS = { first: 300, more: 20 };
/** Between two questions of somebody who must be answered, in milliseconds. */
const WITNESS_MS = 20;

/** A way to maglevd. */
interface Door {
  readonly connect: () => net.Socket;
  readonly http: boolean;
}

const access = {
  anonymous: 'viewer',
  tokensFile: null,
  tokens: new Map(),
  certificates: new Map(),
  uids: new Map(),
} as const;

/** Wrong bytes on every door, also within TLS, while clients of all doors must be answered all the time. */
export async function fuzzDoors(count: number, seed: number): Promise<Tally> {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  const authority = new Authority();
  const ca = Buffer.from(authority.cert);
  const fixture = await startFixture(siteCallees(), {
    address: (folder) => `unix:${folder}/grpc.sock,plain:127.0.0.1:0,127.0.0.1:0`,
    httpAddress: (folder) => `unix:${folder}/http.sock,plain:127.0.0.1:0,127.0.0.1:0`,
    access,
    tls: (folder) => {
      const { cert, key } = authority.issue({ names: ['IP:127.0.0.1'] });
      const files = { cert: path.join(folder, 'c.pem'), key: path.join(folder, 'k.pem'), clientCa: null };
      writeFileSync(files.cert, cert);
      writeFileSync(files.key, key);
      return files;
    },
  });
  const { address: grpc, httpAddress } = fixture.server;
  const options = { timeoutMs: PATIENCE_MS };
  const witnesses: Witness[] = grpc.split(',').map((server, i) => {
    const client = connect({ server, ...options, tls: i === 2 ? { ca } : false });
    return { ask: () => client.listBackends(), close: client.close };
  });
  const [, plainHttp = ''] = httpAddress.split(',');
  const ask = async () => {
    const { status } = await httpCall(plainHttp, '/maglev.Maglev/ListBackends', '{}');
    if (status !== 200) throw new Error(`HTTP status ${status}`);
  };
  witnesses.push({ ask, close: () => undefined });
  const doors = [...doorsTo(grpc, ca, false), ...doorsTo(httpAddress, ca, true)];
  const hello = await clientHello();
  const knocking = async () => {
    while (tally.frames < count) {
      tally.frames++;
      const door = doors[random.below(doors.length)];
      if (door === undefined) return;
      const end = knock(door.connect, doorInput(random, hello, door.http), random.below(2) === 0);
      const told = await within(PATIENCE_MS, end);
      if (told === 'late') throw new FuzzFailure('a door takes nobody any more');
      tally.count(told);
    }
  };
  const over = new AbortController();
  try {
    const asked = Promise.all(witnesses.map((witness) => keepAsking(witness, over.signal)));
    await Promise.race([asked, Promise.all(Array.from({ length: AT_ONCE }, knocking))]);
    over.abort();
    await asked;
  } finally {
    over.abort();
    for (const witness of witnesses) witness.close();
    await fixture.stop();
  }
  return tally;
}

/** Those in plain text several times: a handshake of TLS takes as long as several of the others. */
function doorsTo(addresses: string, ca: Buffer, http: boolean): Door[] {
  const [unix = '', plain = '', secure = ''] = addresses.split(',');
  const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));
  const tcp = (address: string) => net.connect({ host: '127.0.0.1', port: portOf(address) });
  const inUnix = { connect: () => net.connect({ path: unix.slice('unix:'.length) }), http };
  const inPlain = { connect: () => tcp(plain), http };
  const ALPNProtocols = [http ? 'http/1.1' : 'h2'];
  const inTls = () => tls.connect({ host: '127.0.0.1', port: portOf(secure), ca, ALPNProtocols });
  const often = Array.from({ length: 4 }, () => [inUnix, inPlain]).flat();
  return [...often, { connect: () => tcp(secure), http }, { connect: inTls, http }];
}

/** Sends it, and hangs up, or says nothing more; what the server makes of it, or of our silence, is awaited a moment. */
function knock(connect: Door['connect'], bytes: Uint8Array, hangsUp: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect();
    let end = 'hears nothing';
    let cancel = () => {};
    const linger = (ms: number) => {
      cancel();
      cancel = realClock.schedule(ms, () => socket.destroy());
    };
    socket.on('data', () => {
      end = 'is answered';
      linger(LINGER_MS.more);
    });
    socket.on('error', () => undefined);
    socket.on('end', () => {
      end = end === 'is answered' ? 'is answered and hung up on' : 'is hung up on';
    });
    socket.once('close', () => {
      cancel();
      resolve(end);
    });
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
      socket.write(bytes);
      if (hangsUp) socket.end();
      linger(LINGER_MS.first);
    });
  });
}

/** Somebody who does nothing wrong. */
interface Witness {
  readonly ask: () => Promise<unknown>;
  readonly close: () => void;
}

/** Until the signal aborts, and once more. */
async function keepAsking(witness: Witness, over: AbortSignal): Promise<void> {
  for (let last = false; !last; ) {
    last = over.aborted;
    await witness.ask().catch((error: unknown) => {
      throw new FuzzFailure('a client is not answered any more', { cause: error });
    });
    if (!last) await new Promise<void>((resolve) => realClock.schedule(WITNESS_MS, resolve));
  }
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
