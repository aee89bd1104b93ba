import { MaglevError } from '../domain/errors.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { Failure } from './contract.js';

/** What a page is told of something that was thrown. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof RpcError || thrown instanceof MaglevError) {
    const { code, message, advice } = thrown;
    return { code, message, advice };
  }
  const bug = new MaglevError('MGL_INTERNAL', thrown instanceof Error ? thrown.message : String(thrown));
  return { code: bug.code, message: bug.message, advice: bug.advice };
}

/** HTTP statuses by the status of gRPC; all others are 502: the fault lies behind us. */
const httpStatuses: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 409,
  NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  // 401 would ask the browser's user, who cannot help it.
  UNAUTHENTICATED: 502,
  RESOURCE_EXHAUSTED: 429,
  DEADLINE_EXCEEDED: 504,
  UNAVAILABLE: 503,
};

/** The HTTP status of what was thrown while a maglevd was asked. */
export function httpStatusOf(thrown: unknown): number {
  if (thrown instanceof RpcError) return httpStatuses[thrown.status] ?? 502;
  if (!(thrown instanceof MaglevError) || thrown.code === 'MGL_INTERNAL') return 500;
  return thrown.code === 'MGL_MAILBOX_FULL' ? 503 : 400;
}
