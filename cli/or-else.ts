import { RpcError } from '../rpc/rpc-error.js';

/** What is only shown beside something else is left out where it cannot be had. */
export function orElse<T, U>(call: Promise<T>, nothing: U): Promise<T | U> {
  return call.catch((thrown: unknown) => {
    if (thrown instanceof RpcError) return nothing;
    throw thrown;
  });
}
