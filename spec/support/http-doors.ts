import { status } from '@grpc/grpc-js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import type { CallerKit, RawCaller } from './door-calls.js';
import { envelopesOf, inEnvelope } from './envelopes.js';
import { httpCall, readEvents } from './http-caller.js';

/** Calls any method over HTTP, events as server-sent ones, with an empty request; answers as the one of gRPC does. */
export function httpAsker(address: string, kit: CallerKit = {}): RawCaller {
  return {
    close: () => {},
    call: async (name) => {
      const { path, responseStream } = MaglevService[name];
      if (name === 'watchEvents') {
        const stream = readEvents(address, '', kit);
        const found = await stream.status;
        stream.leave();
        await stream.ended;
        return outcome(found, found === 401 ? 'MGL_UNAUTHENTICATED' : found === 403 ? 'MGL_DENIED' : '');
      }
      if (responseStream) {
        const headers = { 'content-type': 'application/connect+json' };
        const { bytes } = await httpCall(address, path, inEnvelope('{}'), { ...kit, headers });
        const last = envelopesOf(bytes).at(-1)?.message as { error?: { code: string; details: Details } };
        const found = { unauthenticated: 401, permission_denied: 403 }[last.error?.code ?? ''] ?? 200;
        return outcome(found, last.error?.details[0]?.debug.reason ?? '');
      }
      const { status, headers } = await httpCall(address, path, '{}', kit);
      return outcome(status, String(headers['maglev-error-code'] ?? ''));
    },
  };
}

type Details = readonly { readonly debug: { readonly reason: string } }[];

function outcome(httpStatus: number, code: string): { readonly status: status; readonly code: string } {
  if (httpStatus === 401) return { status: status.UNAUTHENTICATED, code };
  if (httpStatus === 403) return { status: status.PERMISSION_DENIED, code };
  return { status: httpStatus === 200 ? status.OK : status.UNKNOWN, code };
}
