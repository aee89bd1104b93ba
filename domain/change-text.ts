import type { InForce, Pending } from './applied.js';
import { nameText } from './name.js';

/** What came of something that an operator asked for. */
export interface Change {
  /** What he asked for, as done: `disabled`, `weight 50`. */
  readonly done: string;
  /** Frontends in which VPP acknowledged something, and how much. */
  readonly frontends: number;
  readonly operations: number;
  /** Weights among the operations. */
  readonly weights: number;
  /** Servers whose flows VPP has cut, over all frontends. */
  readonly flushed: number;
  /** How long VPP took, in milliseconds. */
  readonly tookMs: number;
  /** What VPP does not have yet, and why. */
  readonly pending: readonly (Pick<Pending, 'why' | 'text' | 'owed'> & { readonly frontend: string })[];
  /** Frontends in which flows should be cut, and are not. */
  readonly uncut: readonly string[];
  /** Are those flows cut as soon as VPP gets the weights? */
  readonly cutFollows: boolean;
  /** Why nothing had to be written; null = it needs no reason. */
  readonly waits: string | null;
  /** Frontends in which nobody gets new flows because of it. */
  readonly deserted: readonly string[];
  /** Frontends that could not be decided. */
  readonly undecided: readonly string[];
}

/** What was asked for: as done, whether it takes new flows away, and whether flows are cut with the weights. */
export interface AskedChange {
  readonly done: string;
  readonly lowers: boolean;
  readonly cutFollows: boolean;
}

export function changeOf({ done, lowers, cutFollows }: AskedChange, inForce: InForce): Change {
  const { applied, deserted } = inForce;
  const sum = (count: (one: InForce['applied'][number]) => number) =>
    applied.reduce((total, one) => total + count(one), 0);
  return {
    ...inForce,
    done,
    cutFollows,
    frontends: sum(({ acknowledged }) => Math.min(1, acknowledged)),
    operations: sum(({ acknowledged }) => acknowledged),
    weights: sum(({ weights }) => weights),
    flushed: sum(({ flushed }) => flushed.length),
    pending: applied.flatMap(({ frontend, pending }) => (pending === null ? [] : { frontend, ...pending })),
    deserted: lowers ? deserted : [],
  };
}

/** `disabled; 2 frontends, 2 weights set, acknowledged by VPP in 4 ms`. */
export function changeSummary(change: Change): string {
  const { done, frontends, operations, weights, flushed, tookMs, pending, waits } = change;
  const parts: string[] = [];
  if (operations > 0) {
    const others = operations - weights;
    const what = [
      counted(frontends, 'frontend'),
      ...(weights > 0 ? [`${counted(weights, 'weight')} set`] : []),
      ...(others > 0 ? [counted(others, weights > 0 ? 'other change' : 'change')] : []),
      ...(flushed > 0 ? ['flows cut'] : []),
    ];
    parts.push(
      `${what.join(', ')}, acknowledged by VPP in ${tookMs < 1 ? 'under 1' : Math.round(tookMs)} ms`,
    );
  }
  if (pending.length > 0) parts.push(operations > 0 ? 'the rest is not in VPP yet' : 'not in VPP yet');
  if (parts.length === 0) parts.push(`nothing to write to VPP now${waits === null ? '' : `: ${waits}`}`);
  return `${done}; ${parts.join('; ')}`;
}

/** The same as fields of a record of the log. */
export function changeFields({ operations: acknowledged, weights, flushed, pending, tookMs }: Change) {
  const vppMs = Math.round(tookMs * 10) / 10;
  const [first] = pending;
  const rest = first === undefined ? {} : { pending: first.why, reason: first.text };
  return { outcome: 'done', acknowledged, weights, flushed, vppMs, ...rest } as const;
}

/** What is not as it should be, each a sentence without a full stop; the same cause is told once. */
export function changeWarnings(change: Change): string[] {
  const warnings: string[] = [];
  const told = new Set<string>();
  for (const { why, text, owed } of change.pending) {
    if (told.has(text)) continue;
    told.add(text);
    const where = change.pending.filter((one) => one.text === text).map(({ frontend }) => frontend);
    const all = where.length === change.pending.length && change.operations === 0;
    const subject = all ? '' : `${named(where)}: `;
    const uncut = where.some((frontend) => change.uncut.includes(frontend));
    warnings.push(
      `${subject}${text}: ${sequel[why]}${uncut ? uncutText(change.cutFollows, { why, owed }) : ''}`,
    );
  }
  if (change.deserted.length > 0) {
    const verb = change.deserted.length === 1 ? 'has' : 'have';
    warnings.push(`${named(change.deserted)} ${verb} no server left that gets new flows`);
  }
  if (change.undecided.length > 0) {
    const verb = change.undecided.length === 1 ? 'stays' : 'stay';
    const place = 'the log says why (decision-failed)';
    warnings.push(`${named(change.undecided)} could not be decided and ${verb} as before: ${place}`);
  }
  return warnings;
}

const sequel = {
  disabled: 'nothing is written',
  disconnected: 'the weights follow at the next connect',
  paused: 'the weights follow when that is over',
  refused: 'it is tried again with the next syncs',
  'full-sync': 'the weights follow with the full sync',
  silent: 'the weights follow when it answers, or at the next connect',
  failed: 'the weights follow with a full sync',
} as const;

function uncutText(follows: boolean, { why, owed }: Pick<Pending, 'why' | 'owed'>): string {
  const uncut = '; flows were NOT cut';
  if (why === 'disabled') return uncut;
  if (follows) return `${uncut}: that comes with the weights`;
  // Whoever writes to this VPP owes it; a connection that is lost takes that along.
  if (owed) return why === 'silent' ? `${uncut} yet: ask again if VPP is connected anew` : `${uncut} yet`;
  if (why === 'disconnected') return `${uncut}: ask again when VPP is connected`;
  return why === 'paused' ? `${uncut}: ask again then` : `${uncut}: ask again`;
}

function named(frontends: readonly string[]): string {
  return `${frontends.length === 1 ? 'frontend' : 'frontends'} ${frontends.map(nameText).join(', ')}`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
