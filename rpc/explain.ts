import { type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, errorCatalogue } from '../domain/errors.js';
import { RpcError, type StatusName } from './rpc-error.js';
import { errorAdviceKey, errorCodeKey } from './status.js';

/** Any failure of a call to `server` whose deadline was `timeoutMs` after its start. */
export function rpcErrorOf(
  error: ServiceError | null,
  call: { readonly server: string; readonly timeoutMs: number; readonly secure: boolean },
): RpcError {
  if (error === null) return ownError('INTERNAL', 'MGL_SERVER_UNSUPPORTED', `${call.server} sent no answer`);
  const name = statusName(error.code);
  const [sent] = error.metadata?.get(errorCodeKey) ?? [];
  const code = sent?.toString() ?? '';
  const [special] = error.metadata?.get(errorAdviceKey) ?? [];
  if (code !== '') return serverError(name, code, error.details, special?.toString() ?? null);

  const what = reasonOf(error.details);
  switch (name) {
    case 'DEADLINE_EXCEEDED':
      return ownError(
        name,
        'MGL_ASK_TIMEOUT',
        `maglevd at ${call.server} did not answer within ${call.timeoutMs} ms`,
      );
    case 'UNAVAILABLE':
      return unavailable(call.server, what, call.secure);
    case 'PERMISSION_DENIED':
    case 'UNAUTHENTICATED':
      return ownError(name, 'MGL_SERVER_DENIED', `maglevd at ${call.server} refused the request: ${what}`);
    default:
      return ownError(name, 'MGL_SERVER_UNSUPPORTED', `${call.server} answered ${name}: ${what}`);
  }
}

/** What OpenSSL says of bytes that are not TLS. */
const notTls = /wrong version number|packet length too long|unexpected message|record layer failure/;

/** What gRPC says when somebody accepts a connection and ends it. */
const hungUp = /^(Failed to connect|Connection dropped|read ECONNRESET)$/;

/** What Node and OpenSSL say of certificates. */
const untrusted = /certificate|altnames|ERR_TLS|CERT_/i;

/** No connection, or one to somebody who does not speak gRPC, or a proxy that reaches nobody. */
function unavailable(server: string, what: string, secure: boolean): RpcError {
  if (server.startsWith('unix:') && /\b(?:EACCES|EPERM)\b/.test(what)) {
    const advice =
      'Run maglevc as the user or in the group that owns the socket, which `ls -l` shows; its folder has to let you in, too.';
    return new RpcError(
      'PERMISSION_DENIED',
      'MGL_SERVER_DENIED',
      `you may not open the socket of maglevd at ${server}: ${what}`,
      advice,
    );
  }
  if (secure && notTls.test(what)) {
    return ownError('UNAVAILABLE', 'MGL_SERVER_TLS', `what listens at ${server} does not speak TLS`);
  }
  if (secure && untrusted.test(what)) {
    const text = `the certificate of maglevd at ${server} is not trusted: ${what}`;
    return ownError('UNAVAILABLE', 'MGL_SERVER_TLS', text);
  }
  if (!secure && !server.startsWith('unix:') && hungUp.test(what)) {
    const text = `cannot reach maglevd at ${server}: it closes the connection, as one that speaks TLS does`;
    return new RpcError(
      'UNAVAILABLE',
      'MGL_SERVER_TLS',
      text,
      'Give --tls-ca if it speaks TLS; look at its log if not.',
    );
  }
  // What nghttp2 says of bytes that are not HTTP/2, such as the answer of an HTTP/1 or SSH server.
  if (what === 'Protocol error') {
    return ownError(
      'UNIMPLEMENTED',
      'MGL_SERVER_UNSUPPORTED',
      `what listens at ${server} does not speak gRPC`,
    );
  }
  if (what.startsWith('Received HTTP status code')) {
    return ownError('UNAVAILABLE', 'MGL_SERVER_UNSUPPORTED', `${server} answered without gRPC: ${what}`);
  }
  return ownError('UNAVAILABLE', 'MGL_SERVER_UNREACHABLE', `cannot reach maglevd at ${server}: ${what}`);
}

/** An error that maglevd itself explained: `sentence. advice`. `special`: an advice that no catalogue has. */
function serverError(name: StatusName, code: string, details: string, special: string | null): RpcError {
  const advice = special ?? (isKnown(code) ? errorCatalogue[code] : '');
  return advice !== '' && details.endsWith(` ${advice}`)
    ? new RpcError(name, code, details.slice(0, -advice.length - 1), advice)
    : new RpcError(name, code, details, '');
}

function ownError(name: StatusName, code: ErrorCode, message: string): RpcError {
  return new RpcError(name, code, message, errorCatalogue[code]);
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

function statusName(code: number): StatusName {
  return (status[code] ?? 'UNKNOWN') as StatusName;
}

/** The operating system's part of what gRPC says about a connection. */
function reasonOf(details: string): string {
  const text = /Last error: (?:Error: )?(.*?)\. Resolution note:/s.exec(details)?.[1] ?? details;
  return text.replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '');
}
