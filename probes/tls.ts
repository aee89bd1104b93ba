import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import type { Attempt } from './attempt.js';
import { certificateTrouble, validityOf } from './certificate.js';
import type { Surroundings } from './probe.js';
import { alwaysValid, type Sessions } from './sessions.js';
import type { ProbeTarget } from './target.js';
import { handshakeError, isOurTlsError } from './tls-error.js';

export interface TlsWish {
  /** Connected, and nothing read from it yet. */
  readonly socket: Socket;
  /** The host that the request names, without a port; null = none. */
  readonly host: string | null;
  readonly tls: TlsParams;
  readonly alpn: string[];
  /** With this server. */
  readonly sessions: Sessions;
  /** Does the connection outlive the attempt? */
  readonly isKept: () => boolean;
  /** A session could not be resumed in half of the time, which says nothing of a whole handshake: that is to be tried on another connection. */
  readonly unresumed: () => void;
}

/**
 * TLS on a connection. The name that is sent (SNI) and that the certificate must be for is the configured one, or
 * the host of the request, or else the address, which is checked but not sent (RFC 6066 section 3 allows names only,
 * without the dot of the root behind them).
 * A failed handshake and a bad certificate end the attempt; nothing was sent over the connection then. In a resumed
 * handshake no certificate is shown: that of the whole one, which was good, is valid still.
 */
export function handshake(
  attempt: Attempt,
  around: Surroundings,
  target: ProbeTarget,
  { socket, host, tls, alpn, sessions, isKept, unresumed }: TlsWish,
  established: (secure: TLSSocket, resumed: boolean) => void,
): void {
  attempt.enter(() => ({
    verdict: 'fail',
    code: 'L6TOUT',
    detail: `TLS handshake not complete within ${formatDuration(target.timeoutMs)}`,
  }));
  const name = withoutRootDot(tls.serverName ?? host ?? '') || target.address;
  const session = sessions.offer(around.clock.now());
  const secure = connect({
    socket,
    ...(session === null ? {} : { session }),
    secureContext: around.trust.context(tls.trust),
    ALPNProtocols: alpn,
    // Refused certificates are looked at first, so that the verdict can say what is wrong with them.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });
  let complete = false;
  const again = () => {
    if (complete) return;
    complete = true;
    sessions.forget();
    attempt.standAlone();
    unresumed();
  };
  if (session !== null) {
    attempt.lean('the handshake began with the session of an earlier probe');
    attempt.release(around.clock.schedule(target.timeoutMs / 2, () => attempt.handle(again)));
  }
  let given: Buffer | null = null;
  attempt.release(() => {
    if (!isKept()) secure.destroy();
  });
  secure.on('session', (ticket: Buffer) => {
    given = ticket;
    sessions.given(ticket);
  });
  secure.on('error', (error: NodeJS.ErrnoException) => {
    if (complete || attempt.ended) return;
    if (session !== null) attempt.handle(again);
    else {
      complete = true;
      attempt.end(broken(error));
    }
  });
  secure.on('secureConnect', () => {
    attempt.handle(() => {
      if (complete) return;
      complete = true;
      if (secure.isSessionReused()) {
        sessions.resumed();
        established(secure, true);
        return;
      }
      attempt.standAlone();
      // What the config names to trust depends on nothing else.
      const { builtAt, trouble: ground } = around.trust.grounds;
      const grounds = { builtAt, trouble: tls.trust === null ? ground : null };
      const question = { secure, name, now: around.clock.now(), grounds };
      const trouble = tls.insecureSkipVerify ? null : certificateTrouble(question);
      if (trouble !== null) {
        attempt.end(trouble);
        return;
      }
      if (tls.resume !== undefined) {
        sessions.whole(tls.insecureSkipVerify ? alwaysValid : validityOf(secure), given);
      }
      established(secure, false);
    });
  });
}

/** `shop.example.com` of `shop.example.com.`: for DNS and certificates they are the same name. */
function withoutRootDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** What it means that a connection was broken before the handshake could begin: as if it had just begun. */
export function lostBeforeHandshake(errno: string): ProbeFinding {
  return broken(Object.assign(new Error(errno), { code: errno }));
}

/** What an error means before the handshake is complete. */
function broken(error: NodeJS.ErrnoException): ProbeFinding {
  if (!isOurTlsError(error)) return { verdict: 'fail', code: 'L6RSP', detail: handshakeError(error) };
  const detail = `${handshakeError(error)}: look at OPENSSL_CONF and NODE_OPTIONS of maglevd`;
  return { verdict: 'doubt', code: 'TRUST', detail };
}
