import http2 from 'node:http2';
import { realClock } from '../../clock/real-clock.js';
import { Event, WatchRequest } from '../../rpc/generated/maglev.js';
import type { CrowdOrder, CrowdReport } from './orders.js';

/**
 * Many subscribers in one process, each with a connection of its own. They speak HTTP/2 without a client library, so that
 * the machine has some time left for the server.
 */
const [address = ''] = process.argv.slice(2);
const sessions = new Map<http2.ClientHttp2Session, http2.ClientHttp2Stream>();
let heard = 0;
let lost = 0;
let lagging = new Set<number>();
let ended = 0;
let leaving = false;
/** When the last one so far had an event, by its number. */
let lastMs = new Map<bigint, number>();

function hear(bytes: Buffer, subscriber: number): void {
  const { seq, event } = Event.decode(bytes);
  if (event?.$case === 'lagged') {
    lost += Number(event.value.count);
    lagging.add(subscriber);
  }
  if (event?.$case !== 'log') return;
  heard++;
  const told = event.value.attrs.find(({ key }) => key === 'retryMs');
  if (told === undefined) return;
  const ms = realClock.monotonic() - Number(told.value);
  if (ms > (lastMs.get(seq) ?? 0)) lastMs.set(seq, ms);
}

function subscribe(subscriber: number): Promise<void> {
  return new Promise((resolve) => {
    const session = http2.connect(`http://${address}`);
    session.on('error', () => undefined);
    session.once('close', () => {
      sessions.delete(session);
      if (!leaving) ended++;
    });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/maglev.Maglev/WatchEvents',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    sessions.set(session, stream);
    const request = WatchRequest.encode(WatchRequest.decode(new Uint8Array())).finish();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([prefix, request]));
    let rest: Buffer = Buffer.alloc(0);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      while (rest.length - at >= 5) {
        const end = at + 5 + rest.readUInt32BE(at + 1);
        if (end > rest.length) break;
        hear(rest.subarray(at + 5, end), subscriber);
        at = end;
      }
      rest = rest.subarray(at);
      resolve();
    });
  });
}

function report(): CrowdReport {
  const sorted = [...lastMs.values()].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  const found = {
    subscribers: sessions.size,
    heard,
    lost,
    lagged: lagging.size,
    lastMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
    ended,
  };
  heard = 0;
  lost = 0;
  lagging = new Set();
  lastMs = new Map();
  return found;
}

async function obey(order: CrowdOrder): Promise<CrowdReport> {
  if (order.type === 'subscribe') {
    leaving = false;
    for (let i = 0; i < order.count; i += 50)
      await Promise.all(Array.from({ length: Math.min(50, order.count - i) }, (_, j) => subscribe(i + j)));
  }
  if (order.type === 'sleep') for (const stream of sessions.values()) stream.pause();
  if (order.type === 'wake') for (const stream of sessions.values()) stream.resume();
  if (order.type === 'leave') {
    leaving = true;
    const gone = [...sessions.keys()].map(
      (session) => new Promise((resolve) => session.once('close', resolve)),
    );
    for (const session of sessions.keys()) session.destroy();
    await Promise.all(gone);
  }
  return report();
}

process.on('message', (order: CrowdOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
