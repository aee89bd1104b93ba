import { parseTime } from '../time-text.js';
import type { FaultAction, FaultTrigger, FaultWindow } from './fault.js';

/** Actions that need no message to happen to. */
const timed: ReadonlySet<FaultAction['kind']> = new Set(['die', 'restart', 'hang', 'disconnect']);

const always: FaultWindow = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

/** Which messages: `lb_conf#2-4`, `#3+`, `lb_conf`. */
interface Which {
  readonly name: string | null;
  readonly from: number;
  readonly to: number;
}

const every: Which = { name: null, from: 1, to: Number.POSITIVE_INFINITY };

/** Reads when a fault strikes; a text says what is wrong with it. */
export function parseTrigger(
  action: FaultAction,
  when: string,
  messages: ReadonlySet<string>,
): FaultTrigger | string {
  const ms = parseTime(when);
  if (ms !== null && action.kind !== 'slow-start') {
    if (timed.has(action.kind)) return { kind: 'time', ms };
    return `happens to messages, so it cannot happen at a time: ${when}+ is from then on`;
  }
  const comma = when.indexOf(',');
  const window = parseWindow(comma < 0 ? when : when.slice(comma + 1));
  if (comma >= 0 && window === null)
    return `does not say when: '${when.slice(comma + 1)}' is no span of time`;
  const which = comma < 0 && window !== null ? every : parseWhich(comma < 0 ? when : when.slice(0, comma));
  if (which === null)
    return `does not say when: '${when}' is neither <message>#<n> nor a time, nor both with a comma`;
  const { name, from, to } = which;
  if (name !== null && !messages.has(name)) return `names a request that does not exist: '${name}'`;
  if (to < from || (window !== null && window.toMs <= window.fromMs))
    return `ends before it begins: '${when}'`;
  if (action.kind !== 'slow-start') return { kind: 'message', name, from, to, window: window ?? always };
  if (name !== null || window !== null) return 'happens when VPP starts: #1 is the first time';
  return { kind: 'start', from, to };
}

/** `5s+` or `5s-10s`; null when it is neither. */
function parseWindow(text: string): FaultWindow | null {
  const match = /^([\d.]+(?:ms|s|m))(?:\+|-([\d.]+(?:ms|s|m)))$/.exec(text);
  if (match === null) return null;
  const fromMs = parseTime(match[1] ?? '');
  const toMs = match[2] === undefined ? Number.POSITIVE_INFINITY : parseTime(match[2]);
  return fromMs === null || toMs === null ? null : { fromMs, toMs };
}

function parseWhich(text: string): Which | null {
  const match = /^([a-z][a-z0-9_]*)?(?:#([1-9]\d*)(?:(\+)|-([1-9]\d*))?)?$/.exec(text);
  if (match === null || text === '') return null;
  const [, name = '', first, onwards, last] = match;
  const from = Number(first ?? 1);
  const to = first === undefined || onwards !== undefined ? Number.POSITIVE_INFINITY : Number(last ?? first);
  return { name: name === '' ? null : name, from, to };
}
