import { isIP } from 'node:net';
import { connect, type PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';
import { ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { type ErrorOrigin, readSocketError } from '../domain/socket-error.js';
import { resetOnClose } from '../linux/reset-on-close.js';
import type { Attempt } from './attempt.js';
import { certificateTrouble, validityOf } from './certificate.js';
import type { Surroundings } from './probe.js';
import { isOurself, provesConnected, refusal, withoutLink } from './refusal.js';
import { withoutCertificate } from './session-der.js';
import { alwaysValid, type Sessions } from './sessions.js';
import type { ProbeTarget } from './target.js';
import { handshakeError, isOurTlsError } from './tls-error.js';

export interface TlsWish {
  readonly port: number;
  /** The host that the request names, without a port; null = none. */
  readonly host: string | null;
  readonly tls: TlsParams;
  /** What is to be spoken, as TLS has it (RFC 7301 section 3.1); null = that is not said. */
  readonly alpn: Uint8Array | null;
  /** With this server. */
  readonly sessions: Sessions;
  /** Does the connection outlive the attempt? */
  readonly isKept: () => boolean;
  /** A session could not be resumed in half of the time, which says nothing of a whole handshake: that is to be tried on another connection. */
  readonly unresumed: () => void;
}

/** Who has the connection when the handshake is complete. The bytes are valid only during the call. */
export interface SecureUser {
  readonly came: (bytes: Buffer) => void;
  readonly ended: () => void;
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** Node has that since long, without telling of it. What it is told by connect() it reads twice. */
interface Offering extends TLSSocket {
  readonly setSession?: (session: Buffer) => void;
}

const setsSession = 'setSession' in TLSSocket.prototype;

/** All connections of a thread read into the same memory, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * A connection with TLS, made by one socket of Node: one below it, and streams between, would cost as much again as what a
 * handshake costs JavaScript. The name that is sent (SNI) and that the certificate must be for is the configured one, or
 * the host of the request, or else the address, which is checked but not sent (RFC 6066 section 3 allows names only,
 * without the dot of the root behind them).
 * A connection that cannot be made, a failed handshake and a bad certificate end the attempt; nothing was sent over the connection
 * then. In a resumed handshake no certificate is shown: that of the whole one, which was good, is valid still. Whoever closes
 * it resets it. `established` says who reads; null: nobody does.
 */
export function secureDial(
  attempt: Attempt,
  around: Surroundings,
  target: ProbeTarget,
  wish: TlsWish,
  established: (secure: TLSSocket, resumed: boolean) => SecureUser | null,
): void {
  const unreachable = withoutLink(target);
  // Results come later, never during the call that starts the probe.
  if (unreachable !== null) setImmediate(() => attempt.end(unreachable));
  else new SecureConnection(attempt, around, target, wish, established).begin();
}

class SecureConnection {
  readonly #attempt: Attempt;
  readonly #around: Surroundings;
  readonly #target: ProbeTarget;
  readonly #wish: TlsWish;
  readonly #established: (secure: TLSSocket, resumed: boolean) => SecureUser | null;
  readonly #name: string;
  /** What it offers to resume. */
  readonly #session: Buffer | null;
  #phase: 'connecting' | 'handshake' | 'complete' = 'connecting';
  /** Of a failure while it is connecting. */
  #origin: ErrorOrigin = 'network';
  /** What was shown, if it is one that is trusted. */
  #certificate: PeerCertificate | null = null;
  #user: SecureUser | null = null;

  constructor(
    attempt: Attempt,
    around: Surroundings,
    target: ProbeTarget,
    wish: TlsWish,
    established: (secure: TLSSocket, resumed: boolean) => SecureUser | null,
  ) {
    this.#attempt = attempt;
    this.#around = around;
    this.#target = target;
    this.#wish = wish;
    this.#established = established;
    this.#name = withoutRootDot(wish.tls.serverName ?? wish.host ?? '') || target.address;
    this.#session = wish.sessions.offer(around.clock.now());
  }

  begin(): void {
    const { address, source } = this.#target;
    const { port, tls, alpn, isKept } = this.#wish;
    const session = this.#session;
    const callback = (length: number) => {
      this.#user?.came(readBuffer.subarray(0, length));
      return true;
    };
    const options = {
      host: address,
      port,
      family: ipFamily(address),
      autoSelectFamily: false,
      allowHalfOpen: true,
      secureContext: this.#around.trust.context(tls.trust),
      // Refused certificates are looked at first, so that the verdict can say what is wrong with them.
      rejectUnauthorized: false,
      checkServerIdentity: (_name: string, certificate: PeerCertificate) => {
        this.#certificate = certificate;
        return undefined;
      },
      onread: { buffer: readBuffer, callback },
      ...(source === null ? {} : { localAddress: source }),
      ...(alpn === null ? {} : { ALPNProtocols: alpn }),
      ...(session === null || setsSession ? {} : { session }),
      ...(isIP(this.#name) === 0 ? { servername: this.#name } : {}),
    };
    const secure: Offering = connect(options);
    if (session !== null && setsSession) secure.setSession?.(session);
    this.#attempt.release(() => {
      if (!isKept()) secure.destroy();
    });
    secure.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    secure.on('connect', () => this.#connected(secure));
    secure.on('secureConnect', () => this.#attempt.handle(() => this.#complete(secure)));
    secure.on('end', () => this.#user?.ended());
    // Node makes its system calls in the next tick. When they fail, the socket has its error then, before it is told.
    process.nextTick(() => {
      if (secure.errored !== null) this.#origin = 'here';
    });
  }

  #connected(secure: TLSSocket): void {
    const attempt = this.#attempt;
    if (attempt.ended) return;
    const { timeoutMs } = this.#target;
    this.#phase = 'handshake';
    resetting(secure);
    const local = { port: secure.localPort, address: () => secure.localAddress };
    if (isOurself(this.#target, this.#wish.port, local)) {
      attempt.end(readSocketError('ECONNREFUSED', 'network'));
      return;
    }
    attempt.enter(() => ({
      verdict: 'fail',
      code: 'L6TOUT',
      detail: `TLS handshake not complete within ${formatDuration(timeoutMs)}`,
    }));
    if (this.#session === null) return;
    attempt.lean('the handshake began with the session of an earlier probe');
    const { clock } = this.#around;
    attempt.release(clock.schedule(timeoutMs / 2, () => attempt.handle(() => this.#again())));
  }

  /** What it began with is of no use: a whole handshake, on another connection. */
  #again(): void {
    if (this.#phase === 'complete') return;
    this.#phase = 'complete';
    this.#wish.sessions.lost();
    this.#attempt.standAlone();
    this.#wish.unresumed();
  }

  #failed(error: NodeJS.ErrnoException): void {
    const phase = this.#phase;
    const attempt = this.#attempt;
    if (phase === 'complete') this.#user?.failed(error);
    else if (phase === 'handshake' && this.#session !== null) attempt.handle(() => this.#again());
    else {
      this.#phase = 'complete';
      attempt.handle(() => attempt.end(phase === 'handshake' ? broken(error) : this.#refusal(error)));
    }
  }

  #refusal({ code: errno = 'unknown', syscall }: NodeJS.ErrnoException): ProbeFinding {
    const origin = this.#origin;
    // As if the handshake had just begun.
    if (origin === 'network' && provesConnected(errno))
      return broken(Object.assign(new Error(errno), { code: errno }));
    return refusal({ errno, syscall, origin }, this.#target);
  }

  #complete(secure: TLSSocket): void {
    if (this.#phase === 'complete') return;
    this.#phase = 'complete';
    const { tls, sessions } = this.#wish;
    if (secure.isSessionReused()) {
      sessions.resumed();
      if (sessions.takesNew) keepTickets(secure, sessions);
      this.#user = this.#established(secure, true);
      return;
    }
    const attempt = this.#attempt;
    attempt.standAlone();
    const trouble = tls.insecureSkipVerify ? null : certificateTrouble(this.#question(secure));
    if (trouble !== null) {
      attempt.end(trouble);
      return;
    }
    if (tls.resume !== undefined) {
      sessions.whole(tls.insecureSkipVerify ? alwaysValid : validityOf(secure, this.#certificate));
      keepTickets(secure, sessions);
    }
    this.#user = this.#established(secure, false);
  }

  #question(secure: TLSSocket) {
    // What the config names to trust depends on nothing else.
    const { builtAt, trouble: ground } = this.#around.trust.grounds;
    const grounds = { builtAt, trouble: this.#wish.tls.trust === null ? ground : null };
    return { secure, shown: this.#certificate, name: this.#name, now: this.#around.clock.now(), grounds };
  }
}

/** To be called when a handshake is complete: with TLS 1.3 tickets come behind it, with others in it. */
function keepTickets(secure: TLSSocket, sessions: Sessions): void {
  const given = (session: Buffer) => sessions.given(withoutCertificate(session));
  if (secure.getProtocol() === 'TLSv1.3') secure.on('session', given);
  else {
    const session = secure.getSession();
    if (session !== undefined) given(session);
  }
}

/** Where Linux cannot be asked directly, ports stay in TIME_WAIT, and nothing else. */
function resetting(secure: TLSSocket): void {
  try {
    resetOnClose(secure);
  } catch (thrown) {
    if (!(thrown instanceof MaglevError)) throw thrown;
  }
}

/** `shop.example.com` of `shop.example.com.`: for DNS and certificates they are the same name. */
function withoutRootDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** What an error means before the handshake is complete. */
function broken(error: NodeJS.ErrnoException): ProbeFinding {
  if (!isOurTlsError(error)) return { verdict: 'fail', code: 'L6RSP', detail: handshakeError(error) };
  const detail = `${handshakeError(error)}: look at OPENSSL_CONF and NODE_OPTIONS of maglevd`;
  return { verdict: 'doubt', code: 'TRUST', detail };
}
