import type { HttpParams, TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { Attempt } from './attempt.js';
import { bodyMatcher } from './body-matcher.js';
import { dial } from './dial.js';
import { hostWithoutPort, httpRequest } from './http-request.js';
import { HttpResponse } from './http-response.js';
import { expectation } from './http-wording.js';
import type { Probe } from './probe.js';
import { noAnswer } from './refusal.js';
import type { ProbeTarget } from './target.js';
import { handshake, lostBeforeHandshake } from './tls.js';
import { alertOf } from './tls-error.js';
import { endpoint } from './wording.js';

/** As httpProbe, behind one TLS handshake. */
export function httpsProbe(target: ProbeTarget, port: number, params: HttpParams, tls: TlsParams): Probe {
  const request = httpRequest(params, target.address, port, 443);
  const matcher = params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp);
  const host = params.host === null ? null : hostWithoutPort(params.host);
  const within = formatDuration(target.timeoutMs);
  return {
    description: `${params.method} https://${endpoint(target.address, port)}${params.path}${expectation(params)} within ${within}`,
    run: (around, done) => {
      const attempt = new Attempt(around, target.timeoutMs, () => noAnswer(target), done);
      const response = new HttpResponse(params, matcher);
      dial(attempt, target, port, {
        connected: (socket) =>
          handshake(attempt, around, target, { socket, host, tls, alpn: ['http/1.1'] }, (secure) => {
            attempt.enter(() => response.timedOut(target.timeoutMs));
            secure.on('data', (bytes: Buffer) => {
              attempt.handle(() => {
                const finding = response.feed(bytes);
                if (finding !== null) attempt.end(finding);
              });
            });
            secure.on('end', () => attempt.handle(() => attempt.end(response.end())));
            secure.on('error', (error: NodeJS.ErrnoException) => {
              const alert = alertOf(error);
              const how = alert === null ? (error.code ?? error.message) : `TLS alert: ${alert}`;
              attempt.handle(() => attempt.end(response.broken(how)));
            });
            secure.write(request);
          }),
        lost: (errno) => attempt.end(lostBeforeHandshake(errno)),
      });
      return () => attempt.cancel();
    },
  };
}
