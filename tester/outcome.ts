import { readSocketError } from '../domain/socket-error.js';

/** Why a client was not served. */
export type FailureKind =
  /** No answer in time. */
  | 'timeout'
  /** An answer that is none, or says that something is wrong. */
  | 'http-err'
  /** Refused, reset, unreachable, a handshake that failed. */
  | 'net-err'
  /** Nothing was sent: this machine could not. It says nothing about who is tested. */
  | 'local-err';

/** What came of one probe. */
export type Outcome =
  | {
      readonly ok: true;
      /** From the beginning of the connection to the last byte of the answer. */
      readonly ms: number;
      /** Who has answered, if it is told; null: it is not. */
      readonly answerer: string | null;
    }
  | {
      readonly ok: false;
      readonly ms: number;
      /** A server that says that something is wrong has answered, too. */
      readonly answerer: string | null;
      readonly kind: FailureKind;
      /** As the end of a sentence. */
      readonly detail: string;
    };

/** How a probe has failed by an errno of the network, or of this machine. */
export function networkFailure(errno: string, ms: number, origin: 'here' | 'network' = 'network'): Outcome {
  const { verdict, detail } = readSocketError(errno, origin);
  const kind = verdict === 'doubt' ? 'local-err' : 'net-err';
  return { ok: false, ms, answerer: null, kind, detail };
}
