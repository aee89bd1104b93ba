import type { HttpParams, TlsParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { Attempt } from './attempt.js';
import { Exchange } from './exchange.js';
import { expectation } from './http-wording.js';
import type { Probe } from './probe.js';
import { noAnswer } from './refusal.js';
import type { ProbeTarget } from './target.js';
import { endpoint } from './wording.js';

/** As httpProbe, behind one TLS handshake, or over the connection of the probe before. */
export function httpsProbe(target: ProbeTarget, port: number, params: HttpParams, tls: TlsParams): Probe {
  return exchangeProbe(target, port, params, tls);
}

/** As httpProbe, over a connection of Node that several probes use. */
export function keptHttpProbe(target: ProbeTarget, port: number, params: HttpParams): Probe {
  return exchangeProbe(target, port, params, null);
}

function exchangeProbe(target: ProbeTarget, port: number, params: HttpParams, tls: TlsParams | null): Probe {
  const exchange = new Exchange(target, port, params, tls);
  const url = `${tls === null ? 'http' : 'https'}://${endpoint(target.address, port)}${params.path}`;
  const within = formatDuration(target.timeoutMs);
  return {
    description: `${params.method} ${url}${expectation(params)} within ${within}`,
    run: (around, done) => {
      const attempt = new Attempt(
        around,
        target.timeoutMs,
        () => noAnswer(target),
        (result) => {
          if (result.verdict !== 'pass') exchange.close();
          done(result);
        },
      );
      exchange.begin(attempt, around);
      return () => attempt.cancel();
    },
    close: () => exchange.close(),
  };
}
