import type { VPPCondition, VPPStanding } from '../rpc/generated/maglev.js';
import { errorText, type Line, plain, type Span, styled } from './text.js';
import { duration, momentWithAge } from './time-text.js';

const good: ReadonlySet<string> = new Set(['up', 'equal', 'connected']);
const bad: ReadonlySet<string> = new Set(['down', 'differs', 'unreachable', 'disconnected', 'removed']);

/** A state in its colour: cyan for well, yellow for on the way, red for bad. The word says it without colour, too. */
export function stateSpan(word: string): Span {
  if (good.has(word)) return styled(word, 'good');
  return styled(word, bad.has(word) ? 'bad' : 'warn');
}

/** The `vpp` column of a list. */
export function standingSpan(standing: VPPStanding | undefined): Span {
  return standing === undefined ? plain('-') : stateSpan(standing.state);
}

/** Nothing when VPP is there and governed; otherwise what everybody has to know who looks at a list. */
export function vppLines(vpp: VPPCondition | undefined, nowMs: number): Line[] {
  if (vpp === undefined || vpp.state === 'connected') return [];
  return [[errorText(conditionText(vpp, nowMs))]];
}

export function conditionText(vpp: VPPCondition, nowMs: number): string {
  const { state, reason, code } = vpp;
  const since = vpp.sinceNs === undefined ? '' : ` since ${momentWithAge(vpp.sinceNs, nowMs)}`;
  const why = code === '' ? reason : `${reason} [${code}]`;
  switch (state) {
    case 'connected':
      return `connected${since}`;
    case 'disconnected':
      return `VPP is not connected${since}: ${why}`;
    case 'spare':
      return `this maglevd is a spare and governs nothing${since}: ${why}`;
    case 'paused':
      return `VPP is left alone: ${why}`;
    case 'disabled':
      return 'maglevd runs without VPP: nothing is written anywhere';
    default:
      return `it is not known how VPP is: ${why}`;
  }
}

/** What is not as decided, a line each; nothing where the reason is that VPP is not there at all. */
export function differenceLines(standing: VPPStanding | undefined, before = ''): Line[] {
  if (standing === undefined || ['equal', 'unreachable', 'disabled'].includes(standing.state)) return [];
  return standing.differences.map((text) => [plain(before), stateSpan(standing.state), plain(`: ${text}`)]);
}

/** `doubt NETNS for 4h30m` */
export function doubtText(doubt: { readonly code: string; readonly sinceNs: bigint }, nowMs: number): string {
  return `doubt ${doubt.code} for ${age(doubt.sinceNs, nowMs)}`;
}

export function age(ns: bigint, nowMs: number): string {
  return duration(nowMs - Number(ns / 1_000_000n));
}
