import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { type Event, MaglevService } from '../../rpc/generated/maglev.js';
import { RpcError } from '../../rpc/rpc-error.js';
import type { StandInMaglevd } from './stand-in-maglevd.js';

type Call = ServerUnaryCall<object, object>;
type Answer = (error: { code: number; details: string } | null, value?: object) => void;

/** Serves a played maglevd over real gRPC, on any port of loopback; gives its address, and what ends it. */
export async function serveStandIn(maglevd: StandInMaglevd): Promise<{ address: string; stop: () => void }> {
  const server = new Server();
  const api: Readonly<Record<string, unknown>> = { ...maglevd.api };
  const handlers = Object.entries(MaglevService).map(([name, { path }]) => {
    const method = path.slice(path.lastIndexOf('/') + 1);
    const call = api[`${method.slice(0, 1).toLowerCase()}${method.slice(1)}`];
    if (name === 'watchEvents')
      return [name, (stream: ServerWritableStream<object, Event>) => void follow(maglevd, stream)];
    const answer = ({ request }: Call, done: Answer) => {
      if (typeof call !== 'function') return done({ code: status.UNIMPLEMENTED, details: name });
      (call(request) as Promise<object>).then(
        (value) => done(null, value),
        (thrown: unknown) =>
          done({
            code: status[thrown instanceof RpcError ? thrown.status : 'INTERNAL'],
            details: String(thrown),
          }),
      );
    };
    return [name, answer];
  });
  server.addService(MaglevService, Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

async function follow(maglevd: StandInMaglevd, stream: ServerWritableStream<object, Event>): Promise<void> {
  const gone = new AbortController();
  stream.on('cancelled', () => gone.abort());
  for await (const item of maglevd.api.watch({}, { signal: gone.signal })) {
    if (item.kind === 'event') stream.write(item.event);
    if (item.kind !== 'connected') continue;
    const value = { epoch: item.epoch, fromSeq: item.fromSeq, resumed: false, states: 0 };
    stream.write({ seq: 0n, atNs: 0n, replay: false, event: { $case: 'subscribed', value } });
  }
}
