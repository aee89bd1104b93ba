import type { SeededRandom } from '../../sim/random.js';
import { deform, scramble } from './mutation.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const TYPES = { data: 0, headers: 1, settings: 4 } as const;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** One HTTP/2 frame (RFC 9113 §4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** Header fields as literals that nobody remembers (RFC 7541 §6.2.2). */
function fields(pairs: Readonly<Record<string, string>>): Buffer {
  const text = (word: string) => Buffer.concat([Buffer.of(word.length), Buffer.from(word, 'latin1')]);
  return Buffer.concat(
    Object.entries(pairs).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]),
  );
}

/** A whole conversation of a client that asks once, as it leaves its socket. */
function request(method: string, message: Uint8Array): Buffer {
  const head = fields({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': `/maglev.Maglev/${method}`,
    ':authority': 'localhost',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: 'Bearer xxxxxxxxxxxxxxxxxxxxxxxx',
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([
    PREFACE,
    frame(TYPES.settings, 0, 0, Buffer.alloc(0)),
    frame(TYPES.headers, END_HEADERS, 1, head),
    frame(TYPES.data, END_STREAM, 1, Buffer.concat([prefix, message])),
  ]);
}

const methods = ['ListBackends', 'GetBackend', 'WatchEvents', 'ReloadConfig', 'Nothing'] as const;

/** Requests of HTTP/1 as a script, a browser and a stranger make them. */
function plainRequest(random: SeededRandom, method: string): Buffer {
  const body = random.below(3) === 0 ? random.bytes(random.below(70_000)) : Buffer.from('{"name":"web1"}');
  const lengths = [
    `content-length: ${body.length}`,
    'transfer-encoding: chunked',
    `content-length: ${random.u32()}`,
  ];
  const types = ['application/json', 'application/proto', 'text/plain'];
  const head = [
    `${random.below(4) === 0 ? 'GET' : 'POST'} ${random.below(5) === 0 ? '/v1/events' : `/maglev.Maglev/${method}`} HTTP/1.1`,
    'host: localhost',
    `content-type: ${types[random.below(types.length)]}`,
    lengths[random.below(lengths.length)],
    ...(random.below(4) === 0 ? ['connect-timeout-ms: 99999999999'] : []),
    ...(random.below(4) === 0 ? ['last-event-id: x:1'] : []),
    ...(random.below(4) === 0 ? [`origin: http://${'a'.repeat(random.below(300))}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/**
 * What no client sends, or hardly any: HTTP/2 and HTTP/1 that are wrong somewhere, TLS, too much, and noise. `http`: for a
 * door behind which HTTP/1 is spoken.
 */
export function doorInput(random: SeededRandom, hello: Uint8Array, http: boolean): Uint8Array {
  const method = methods[random.below(methods.length)] as string;
  const whole = http
    ? plainRequest(random, method)
    : request(method, Buffer.from([0x0a, 4, ...Buffer.from('web1')]));
  switch (random.below(8)) {
    case 0:
      return random.bytes(random.below(2000));
    case 1:
      return scramble(random, hello);
    case 2:
      return deform(random, hello);
    case 3:
      return http ? request(method, Buffer.alloc(0)) : plainRequest(random, method);
    case 4:
      return http ? whole : request(method, random.bytes(random.below(100_000)));
    case 5:
      return deform(random, whole);
    default:
      // Behind the preface, so that more than the first check is reached.
      return scramble(random, whole, http || random.below(4) === 0 ? 0 : PREFACE.length);
  }
}
