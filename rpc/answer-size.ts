import type { ServiceDefinition } from '@grpc/grpc-js';

let encoded = 0;
let answers = 0;

/** The same service; what it encodes is counted for sizeOfSent. */
export function measured<S extends ServiceDefinition>(service: S): S {
  const methods = Object.entries(service).map(([name, method]) => {
    const serialize = method.responseStream ? onceEach(method.responseSerialize) : method.responseSerialize;
    const responseSerialize = (value: unknown): Buffer => {
      const bytes = serialize(value);
      encoded += bytes.length;
      answers++;
      return bytes;
    };
    return [name, { ...method, responseSerialize }];
  });
  return Object.fromEntries(methods);
}

/** Counts an answer that another way than gRPC encodes. */
export function countSent(bytes: number): void {
  encoded += bytes;
  answers++;
}

/** The size of the answer that `send` hands on, which is encoded at once; null: it was not, as for a client gone. */
export function sizeOfSent(send: () => void): number | null {
  const [bytesBefore, answersBefore] = [encoded, answers];
  send();
  return answers === answersBefore ? null : encoded - bytesBefore;
}

/** What many clients are told is one object for all of them, which is encoded once. */
function onceEach(serialize: (value: unknown) => Buffer): (value: unknown) => Buffer {
  const known = new WeakMap<object, Buffer>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return serialize(value);
    const bytes = known.get(value) ?? serialize(value);
    known.set(value, bytes);
    return bytes;
  };
}
