import type { TlsParams } from '../domain/config.js';
import { Attempt } from './attempt.js';
import { dial, noAnswer } from './dial.js';
import type { Probe } from './probe.js';
import type { ProbeTarget } from './target.js';
import { handshake } from './tls.js';
import { duration, endpoint } from './wording.js';

/** Passes when the port accepts a connection; with TLS, when the handshake succeeds and the certificate is good. */
export function tcpProbe(target: ProbeTarget, port: number, tls: TlsParams | null): Probe {
  const where = endpoint(target.address, port);
  const what = tls === null ? `TCP connect to ${where}` : `TLS handshake with ${where}`;
  return {
    description: `${what} within ${duration(target.timeoutMs)}`,
    run: (around, done) => {
      const attempt = new Attempt(around.clock, target.timeoutMs, () => noAnswer(target), done);
      dial(attempt, around, target, port, {
        connected: (socket) => {
          if (tls === null) attempt.end({ verdict: 'pass', code: 'L4OK', detail: 'connected' });
          else
            handshake(attempt, around, target, { socket, host: null, tls, alpn: [] }, (secure) =>
              attempt.end({
                verdict: 'pass',
                code: 'L6OK',
                detail: `${secure.getProtocol() ?? 'TLS'} handshake`,
              }),
            );
        },
      });
      return () => attempt.cancel();
    },
  };
}
