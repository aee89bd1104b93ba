import type { TLSSocket } from 'node:tls';
import type { TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { Attempt } from './attempt.js';
import { connector } from './connect.js';
import type { Probe, Surroundings } from './probe.js';
import { noAnswer } from './refusal.js';
import { Sessions } from './sessions.js';
import type { ProbeTarget } from './target.js';
import { secureDial } from './tls.js';
import { endpoint } from './wording.js';

/** Passes when the port accepts a connection; with TLS, when the handshake succeeds and the certificate is good. */
export function tcpProbe(target: ProbeTarget, port: number, tls: TlsParams | null): Probe {
  return tls === null ? plainProbe(target, port) : tlsProbe(target, port, tls);
}

function plainProbe(target: ProbeTarget, port: number): Probe {
  const connect = connector(target, port);
  return {
    description: `TCP connect to ${endpoint(target.address, port)} within ${formatDuration(target.timeoutMs)}`,
    run: (around, done) => {
      const attempt = new Attempt(around, target.timeoutMs, () => noAnswer(target), done);
      const connected = () => attempt.end({ verdict: 'pass', code: 'L4OK', detail: 'connected' });
      connect(attempt, around, { connected, lost: connected });
      return () => attempt.cancel();
    },
  };
}

/** With TLS 1.3 a server gives its ticket behind the handshake: so long it is waited for, in milliseconds. */
const TICKET_MS = 100;

function tlsProbe(target: ProbeTarget, port: number, tls: TlsParams): Probe {
  const sessions = new Sessions(tls.resume ?? 1);
  /** The connection that waits for a ticket, and what ends it. */
  let waiting: { readonly secure: TLSSocket; readonly end: () => void } | null = null;
  const wait = ({ clock }: Surroundings, secure: TLSSocket) => {
    const end = () => {
      cancel();
      if (waiting?.secure === secure) waiting = null;
      secure.destroy();
    };
    const cancel = clock.schedule(TICKET_MS, end);
    secure.once('session', end);
    waiting = { secure, end };
  };
  const begin = (attempt: Attempt, around: Surroundings): void => {
    let made: TLSSocket | null = null;
    const isKept = () => made !== null && waiting?.secure === made;
    const unresumed = () => begin(attempt, around);
    const wish = { port, host: null, tls, alpn: null, sessions, isKept, unresumed };
    secureDial(attempt, around, target, wish, (secure) => {
      made = secure;
      if (sessions.isWaiting) wait(around, secure);
      const detail = `${secure.getProtocol() ?? 'TLS'} handshake`;
      // Node writes the last of our handshake only after it has told of it, and a server that lacks it counts a failure.
      setImmediate(() => attempt.handle(() => attempt.end({ verdict: 'pass', code: 'L6OK', detail })));
      return null;
    });
  };
  const close = () => {
    waiting?.end();
    sessions.forget();
  };
  return {
    description: `TLS handshake with ${endpoint(target.address, port)} within ${formatDuration(target.timeoutMs)}`,
    run: (around, done) => {
      waiting?.end();
      const attempt = new Attempt(
        around,
        target.timeoutMs,
        () => noAnswer(target),
        (result) => {
          if (result.verdict !== 'pass') sessions.forget();
          done(result);
        },
      );
      begin(attempt, around);
      return () => attempt.cancel();
    },
    close,
  };
}
