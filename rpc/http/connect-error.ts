import { type StatusObject, status } from '@grpc/grpc-js';
import { errorDomain, errorInfo, errorInfoType } from '../error-details.js';
import { errorCodeKey } from '../status.js';

/** The HTTP status of each code, as https://connectrpc.com/docs/protocol#error-codes has it; the code is its name. */
const httpStatusOf: Readonly<Record<string, number>> = {
  canceled: 499,
  unknown: 500,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 403,
  resource_exhausted: 429,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  data_loss: 500,
  unauthenticated: 401,
};

/** What a client is told of a call that failed. */
export interface ConnectError {
  readonly httpStatus: number;
  /** The stable code of the error; '' = none. */
  readonly errorCode: string;
  /** JSON. */
  readonly body: string;
}

/** A status of gRPC as the Connect protocol has it. */
export function connectError({
  code = status.UNKNOWN,
  details = '',
  metadata,
}: Partial<StatusObject>): ConnectError {
  // The one word that the two spell differently.
  const name = code === status.CANCELLED ? 'canceled' : (status[code] ?? 'UNKNOWN').toLowerCase();
  const errorCode = metadata?.get(errorCodeKey)[0]?.toString() ?? '';
  const info = {
    type: errorInfoType,
    value: Buffer.from(errorInfo(errorCode)).toString('base64').replace(/=+$/, ''),
    debug: { reason: errorCode, domain: errorDomain },
  };
  const body = { code: name, message: details, ...(errorCode === '' ? {} : { details: [info] }) };
  return { httpStatus: httpStatusOf[name] ?? 500, errorCode, body: JSON.stringify(body) };
}
