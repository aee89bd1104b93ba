import { Script } from 'node:vm';
import type { ProbeFinding } from '../domain/probe-result.js';
import { compileResponseRegexp } from '../domain/response-regexp.js';
import { matchDegree } from './regexp-cost.js';

/** Does a body match? null = yes. What has come instead is for the caller to add. */
export type BodyMatcher = (body: string) => ProbeFinding | null;

/** A match that takes longer is given up. All other probes of the thread wait for it. */
export const MATCH_LIMIT_MS = 50;

/** Steps of the matcher that take well below the limit even in its slow, first runs. */
const HARMLESS_STEPS = 500_000;

/** After a match that took too long, this many probes do not try again, so that others keep their time. */
const REST_AFTER_TIMEOUT = 20;

/**
 * Matches bodies against an expression. The matcher of JavaScript backtracks: an expression such as (a+)+b may take
 * hours on a few lines of text, and cannot be interrupted from JavaScript. Therefore a match runs under the time
 * limit of node:vm, except where text and expression are so small that no limit is needed, which spares most
 * probes its cost (some 70 us). A match that is given up is a doubt: it shows nothing about the backend.
 */
export function bodyMatcher(source: string): BodyMatcher {
  const expression = compileResponseRegexp(source);
  const degree = matchDegree(source);
  const slow: ProbeFinding = {
    verdict: 'doubt',
    code: 'REGEXP',
    detail: `matching /${source}/ took longer than ${MATCH_LIMIT_MS}ms: use a simpler expression`,
  };
  let rest = 0;
  return (body) => {
    if (rest > 0) {
      rest--;
      return slow;
    }
    const harmless = degree !== null && (body.length + 1) ** degree <= HARMLESS_STEPS;
    const matches = harmless ? expression.test(body) : testWithLimit(expression, body);
    if (matches === null) {
      rest = REST_AFTER_TIMEOUT;
      return slow;
    }
    return matches ? null : { verdict: 'fail', code: 'L7RSP', detail: `body does not match /${source}/` };
  };
}

/** A script can be given a time limit but no arguments: it calls what it finds under this name. */
const workKey = 'vpp-maglev.match';
const script = new Script(`globalThis[Symbol.for('${workKey}')]()`);

/** null: it took too long. */
function testWithLimit(expression: RegExp, body: string): boolean | null {
  Reflect.set(globalThis, Symbol.for(workKey), () => expression.test(body));
  try {
    return script.runInThisContext({ timeout: MATCH_LIMIT_MS }) === true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return null;
    throw thrown;
  }
}
