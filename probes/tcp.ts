import type { TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { Attempt } from './attempt.js';
import { connector } from './connect.js';
import { dial } from './dial.js';
import type { Probe } from './probe.js';
import { noAnswer } from './refusal.js';
import type { ProbeTarget } from './target.js';
import { handshake, lostBeforeHandshake } from './tls.js';
import { endpoint } from './wording.js';

/** Passes when the port accepts a connection; with TLS, when the handshake succeeds and the certificate is good. */
export function tcpProbe(target: ProbeTarget, port: number, tls: TlsParams | null): Probe {
  const connect = connector(target, port);
  const where = endpoint(target.address, port);
  const what = tls === null ? `TCP connect to ${where}` : `TLS handshake with ${where}`;
  return {
    description: `${what} within ${formatDuration(target.timeoutMs)}`,
    run: (around, done) => {
      const attempt = new Attempt(around, target.timeoutMs, () => noAnswer(target), done);
      if (tls === null) {
        const connected = () => attempt.end({ verdict: 'pass', code: 'L4OK', detail: 'connected' });
        connect(attempt, around, { connected, lost: connected });
      } else {
        dial(attempt, target, port, {
          connected: (socket) =>
            handshake(attempt, around, target, { socket, host: null, tls, alpn: [] }, (secure) => {
              const detail = `${secure.getProtocol() ?? 'TLS'} handshake`;
              attempt.end({ verdict: 'pass', code: 'L6OK', detail });
            }),
          lost: (errno) => attempt.end(lostBeforeHandshake(errno)),
        });
      }
      return () => attempt.cancel();
    },
  };
}
