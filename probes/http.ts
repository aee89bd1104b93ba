import type { HttpParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { Attempt } from './attempt.js';
import { bodyMatcher } from './body-matcher.js';
import { connector } from './connect.js';
import { httpRequest } from './http-request.js';
import { HttpResponse } from './http-response.js';
import { expectation } from './http-wording.js';
import type { Probe } from './probe.js';
import { noAnswer } from './refusal.js';
import type { ProbeTarget } from './target.js';
import { endpoint } from './wording.js';

/** Passes when the answer to one request has an expected status, and a body that matches if one is asked for. */
export function httpProbe(target: ProbeTarget, port: number, params: HttpParams): Probe {
  const request = httpRequest(params, target.address, port, 80);
  const matcher = params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp);
  const connect = connector(target, port);
  const within = formatDuration(target.timeoutMs);
  return {
    description: `${params.method} http://${endpoint(target.address, port)}${params.path}${expectation(params)} within ${within}`,
    run: (around, done) => {
      const attempt = new Attempt(around, target.timeoutMs, () => noAnswer(target), done);
      const response = new HttpResponse(params, matcher);
      connect(attempt, around, {
        connected: (connection) => {
          attempt.enter(() => response.timedOut(target.timeoutMs));
          connection.write(request);
        },
        data: (bytes) => {
          const finding = response.feed(bytes);
          if (finding !== null) attempt.end(finding);
        },
        ended: () => attempt.end(response.end()),
        lost: (errno) => attempt.end(response.broken(errno)),
        broken: (errno) => attempt.end(response.broken(errno)),
      });
      return () => attempt.cancel();
    },
  };
}
