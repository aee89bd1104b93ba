import type { ServiceDefinition } from '@grpc/grpc-js';

let encoded = 0;
let answers = 0;

/** The same service; what it encodes is counted for sizeOfSent. */
export function measured<S extends ServiceDefinition>(service: S): S {
  const methods = Object.entries(service).map(([name, method]) => {
    const responseSerialize = (value: unknown): Buffer => {
      const bytes = method.responseSerialize(value);
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
