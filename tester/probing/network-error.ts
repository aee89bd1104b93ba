import { readSocketError } from '../../domain/socket-error.js';
import type { Outcome } from '../outcome.js';

/** How a probe has failed by an errno of the network, or of this machine. */
export function networkFailure(errno: string, ms: number, origin: 'here' | 'network' = 'network'): Outcome {
  const { verdict, detail } = readSocketError(errno, origin);
  const kind = verdict === 'doubt' ? 'local-err' : 'net-err';
  return { ok: false, ms, answerer: null, kind, detail };
}
