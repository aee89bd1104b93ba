import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { ErrorCode } from '../domain/errors.js';

/** Key of the trailing metadata in which gRPC carries details of an error. */
export const errorDetailsKey = 'grpc-status-details-bin';

export const errorInfoType = 'google.rpc.ErrorInfo';

/** Who makes the reasons: https://google.aip.dev/193 wants a name that no other service has. */
export const errorDomain = 'vpp-maglev';

/** A google.rpc.ErrorInfo, whose reason is the stable code of the error. */
export function errorInfo(code: string): Uint8Array {
  return new BinaryWriter().tag(1, 2).string(code).tag(2, 2).string(errorDomain).finish();
}

/** A google.rpc.Status with one google.rpc.ErrorInfo in it, whose reason is the stable code of the error. */
export function errorDetails(status: number, message: string, code: ErrorCode): Buffer {
  const any = new BinaryWriter()
    .tag(1, 2)
    .string(`type.googleapis.com/${errorInfoType}`)
    .tag(2, 2)
    .bytes(errorInfo(code))
    .finish();
  const bytes = new BinaryWriter()
    .tag(1, 0)
    .int32(status)
    .tag(2, 2)
    .string(message)
    .tag(3, 2)
    .bytes(any)
    .finish();
  return Buffer.from(bytes);
}
