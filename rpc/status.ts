import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { asMaglevError, type ErrorCode, errorCatalogue, type MaglevError } from '../domain/errors.js';
import { errorDetails, errorDetailsKey } from './error-details.js';

/** Key of the trailing metadata that carries the stable code of an error (`MGL_...`). */
export const errorCodeKey = 'maglev-error-code';

/** Key of the trailing metadata that carries the advice, where it is not that of the catalogue. Binary, for any text. */
export const errorAdviceKey = 'maglev-error-advice-bin';

/** Longest status message, in characters: it travels in an HTTP/2 header, whose size is limited. */
const LONGEST_DETAILS = 2000;

/** gRPC status of every error that can be the answer to a request. Codes that are not listed are INTERNAL. */
const statusOfCode: Partial<Record<ErrorCode, status>> = {
  MGL_REQUEST_INVALID: status.INVALID_ARGUMENT,
  MGL_USAGE: status.INVALID_ARGUMENT,
  MGL_UNAUTHENTICATED: status.UNAUTHENTICATED,
  MGL_DENIED: status.PERMISSION_DENIED,
  MGL_ORIGIN: status.PERMISSION_DENIED,
  MGL_HTTP_REQUEST: status.INVALID_ARGUMENT,
  MGL_FRONTEND_UNKNOWN: status.NOT_FOUND,
  MGL_FLOW_NO_VIP: status.NOT_FOUND,
  MGL_BACKEND_UNKNOWN: status.NOT_FOUND,
  MGL_POOL_UNKNOWN: status.NOT_FOUND,
  MGL_HEALTHCHECK_UNKNOWN: status.NOT_FOUND,
  MGL_ACTOR_UNKNOWN: status.NOT_FOUND,
  MGL_SYNC_UNKNOWN: status.NOT_FOUND,
  MGL_BACKEND_DISABLED: status.FAILED_PRECONDITION,
  MGL_CONFIG_READ: status.FAILED_PRECONDITION,
  MGL_CONFIG_PARSE: status.FAILED_PRECONDITION,
  MGL_CONFIG_SEMANTIC: status.FAILED_PRECONDITION,
  MGL_VPP_GUARD: status.FAILED_PRECONDITION,
  MGL_VPP_ENCODE: status.FAILED_PRECONDITION,
  MGL_MAILBOX_FULL: status.RESOURCE_EXHAUSTED,
  MGL_ACTOR_STOPPED: status.UNAVAILABLE,
  MGL_ACTOR_CRASHED: status.UNAVAILABLE,
  MGL_ASK_TIMEOUT: status.UNAVAILABLE,
  MGL_VPP_DISABLED: status.UNAVAILABLE,
  MGL_VPP_DISCONNECTED: status.UNAVAILABLE,
  MGL_VPP_CONNECT: status.UNAVAILABLE,
  MGL_VPP_GOVERNED: status.UNAVAILABLE,
  MGL_VPP_INCOMPATIBLE: status.UNAVAILABLE,
  MGL_VPP_TIMEOUT: status.UNAVAILABLE,
  MGL_VPP_PROTOCOL: status.UNAVAILABLE,
  MGL_STATS_DISABLED: status.UNAVAILABLE,
  MGL_STATS_CONNECT: status.UNAVAILABLE,
  MGL_STATS_LAYOUT: status.UNAVAILABLE,
  MGL_STATS_BUSY: status.UNAVAILABLE,
  MGL_STATS_STALE: status.UNAVAILABLE,
  MGL_STATS_INDEXES: status.UNAVAILABLE,
};

function statusCodeOf(code: ErrorCode): status {
  return statusOfCode[code] ?? status.INTERNAL;
}

/**
 * What the client gets for anything thrown: the status of its code, the sentence and the advice as message, and
 * the code, and an advice of its own, in the trailing metadata. `code` overrides the status where the place knows better than the error.
 */
export function grpcStatusOf(thrown: unknown, code?: status): StatusObject {
  const error = asMaglevError(thrown);
  const metadata = new Metadata();
  metadata.set(errorCodeKey, error.code);
  if (error.advice !== errorCatalogue[error.code]) {
    metadata.set(errorAdviceKey, Buffer.from(cut(error.advice)));
  }
  const status = code ?? statusCodeOf(error.code);
  const details = detailsOf(error);
  // Clients that know it take the message from there, so it has to be the same.
  metadata.set(errorDetailsKey, errorDetails(status, details, error.code));
  return { code: status, details, metadata };
}

/** `sentence. advice`, the sentence cut when it is very long: it may contain what a stranger sent. */
function detailsOf(error: MaglevError): string {
  return `${cut(closed(error.message))} ${cut(error.advice)}`;
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST_DETAILS ? `${characters.slice(0, LONGEST_DETAILS).join('')}...` : text;
}

function closed(sentence: string): string {
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}
