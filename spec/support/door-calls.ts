import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { ClientTls } from '../../rpc/client.js';
import { MaglevService } from '../../rpc/generated/maglev.js';

/** Who calls, as far as the client says so. */
export interface CallerKit {
  readonly tls?: ClientTls;
  readonly token?: string;
}

/** A call that nobody answers fails the spec soon, and says which it was. */
const patience = () => ({ deadline: Date.now() + 3000 });

export interface RawCaller {
  /** Calls a method with an empty request: the status, and the stable code of an error. */
  readonly call: (
    name: keyof typeof MaglevService,
  ) => Promise<{ readonly status: status; readonly code: string }>;
  readonly close: () => void;
}

/** Calls any method of the service by its name, without our client in between. */
export function rawCaller(address: string, { tls, token }: CallerKit = {}): RawCaller {
  const channel =
    tls === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(tls.ca, tls.own?.key ?? null, tls.own?.cert ?? null);
  const Caller = makeGenericClientConstructor(MaglevService, 'Maglev');
  const client = new Caller(address, channel);
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return {
    close: () => client.close(),
    call: (name) =>
      new Promise((resolve) => {
        const { path, requestStream, responseStream } = MaglevService[name];
        if (requestStream) throw new Error(`${name} takes a stream`);
        const failed = (error: ServiceError) => {
          const [code] = error.metadata?.get('maglev-error-code') ?? [];
          resolve({ status: error.code, code: code?.toString() ?? '' });
        };
        const done = () => resolve({ status: status.OK, code: '' });
        const empty = () => Buffer.alloc(0);
        const raw = (bytes: Buffer) => bytes;
        if (responseStream) {
          const stream = client.makeServerStreamRequest(path, empty, raw, null, metadata, patience());
          stream.on('error', failed);
          stream.once('data', () => {
            done();
            stream.cancel();
          });
          return;
        }
        client.makeUnaryRequest(path, empty, raw, null, metadata, patience(), (error) =>
          error === null ? done() : failed(error),
        );
      }),
  };
}
