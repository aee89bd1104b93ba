import type { BackendLife } from '../../domain/backend-life.js';
import { ProbeNumbers } from '../../domain/probe-numbers.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { ProbeReadings } from '../../protocol/health.js';

/** The moment of every look at the fleet: in the middle of a night, and far enough ahead for any deadline. */
export const night = Date.UTC(2037, 0, 2, 3, 4, 5);

export const minute = 60_000;
export const hour = 60 * minute;

const passed: ProbeResult = { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 3.8125 };
const refused: ProbeResult = {
  verdict: 'fail',
  code: 'L4CON',
  detail: 'connection refused',
  durationMs: 0.4,
};
const sick: ProbeResult = { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 12.25 };
const blind: ProbeResult = {
  verdict: 'doubt',
  code: 'NETNS',
  detail: 'no namespace "dataplane"',
  durationMs: 0,
};

/** Up since `since` ago, after it had been down for a minute. */
function well(since: number): BackendLife {
  const at = night - since;
  return {
    state: 'up',
    since: at,
    standing: { decided: true, counter: 4 },
    history: [
      { from: 'down', to: 'up', at, result: passed, reason: 'L7OK HTTP 200' },
      { from: 'up', to: 'down', at: at - minute, result: sick, reason: 'L7STS HTTP 503' },
    ],
    last: { at: night - 1_400, result: passed },
    doubt: null,
  };
}

function ill(since: number, result: ProbeResult): BackendLife {
  const at = night - since;
  const reason = `${result.code} ${result.detail}`;
  return {
    state: 'down',
    since: at,
    standing: { decided: true, counter: 0 },
    history: [{ from: 'up', to: 'down', at, result, reason }],
    last: { at: night - 900, result },
    doubt: null,
  };
}

function off(state: 'paused' | 'disabled', since: number): BackendLife {
  const at = night - since;
  const reason = `${state} by an operator`;
  return {
    state,
    since: at,
    standing: { decided: true, counter: 4 },
    history: [{ from: 'up', to: state, at, result: null, reason }],
    last: { at: at - 700, result: passed },
    doubt: null,
  };
}

const unseen: BackendLife = {
  state: 'unknown',
  since: night - 40_000,
  standing: { decided: false, counter: 4 },
  history: [],
  last: null,
  doubt: null,
};

/** What is known of each backend of the fleet. */
export const lives = new Map<string, BackendLife>([
  ['web1', well(49 * hour)],
  ['web2', ill(17 * minute + 3_000, sick)],
  ['web3', off('disabled', 26 * hour)],
  ['spare1', well(9 * 24 * hour)],
  [
    'api-east-1',
    {
      ...well(49 * hour),
      doubt: { since: night - 4.5 * hour, result: blind },
      last: { at: night - 500, result: blind },
    },
  ],
  ['api-east-2', unseen],
  ['mail1', ill(8 * minute, refused)],
  ['mail2', off('paused', 17 * minute)],
  ['logs', { ...well(30 * 24 * hour), standing: { decided: true, counter: 0 }, history: [], last: null }],
  ['new1', { ...unseen, standing: { decided: false, counter: 4 } }],
]);

/** What the probes of web2 came to: it was well, and is sick now. */
export const nightProbes: ProbeReadings = {
  reading: (backend) => {
    if (backend !== 'web2') return null;
    const numbers = new ProbeNumbers();
    for (let i = 40; i > 0; i--) {
      const at = night - i * 2000;
      if (i > 8) numbers.record(0, 'L7OK', at, 1.5 + (i % 5));
      else numbers.record(0, 'L7STS', at, 12.25);
    }
    return numbers.read(0);
  },
};
