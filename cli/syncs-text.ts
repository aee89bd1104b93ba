import { nameText } from '../domain/name.js';
import type { ListSyncsResponse, SyncInfo, SyncOperation } from '../rpc/generated/maglev.js';
import { fields, firstThatFits, none, table } from './layout.js';
import { age } from './state-text.js';
import { errorText, type Line, plain } from './text.js';
import { momentWithAge, roughSpan } from './time-text.js';

/** A line a sync, oldest first, as a log is read. */
export function syncsText({ syncs }: ListSyncsResponse, nowMs: number, width: number | null): Line[] {
  if (syncs.length === 0) return [[plain('no sync yet')]];
  const rows = (began: (sync: SyncInfo) => string) =>
    syncs.map((sync) => [
      String(sync.id),
      began(sync),
      sync.cause,
      sync.scope === 'all' ? 'all' : nameText(sync.frontendName),
      roughSpan(sync.durationNs),
      outcomeOf(sync),
    ]);
  const head = ['sync', 'began', 'cause', 'of', 'took', 'outcome'];
  return firstThatFits(width, [
    () =>
      table(
        head,
        rows(({ startNs }) => momentWithAge(startNs, nowMs)),
      ),
    () =>
      table(
        head,
        rows(({ startNs }) => `${age(startNs, nowMs)} ago`),
      ),
  ]);
}

export function syncText(sync: SyncInfo, nowMs: number): Line[] {
  return [
    ...fields([
      ['sync', String(sync.id)],
      ['began', momentWithAge(sync.startNs, nowMs)],
      ['cause', sync.cause],
      ['of', sync.scope === 'all' ? 'all' : sync.frontendName],
      ['took', roughSpan(sync.durationNs)],
      ['outcome', outcomeOf(sync)],
      ...(sync.repeats === 0 ? [] : [['last', momentWithAge(sync.lastNs, nowMs)] as const]),
      ...sync.unverified.map((text) => ['not known', text] as const),
    ]),
    ...sync.operations.flatMap(operationLines),
    ...(sync.omitted === 0 ? [] : [[plain(`${sync.omitted} operations are not kept any more`)]]),
  ];
}

export function outcomeOf(sync: SyncInfo): string {
  if (sync.error !== '') return `not finished: ${sync.error}`;
  const counts = [
    [sync.vipAdded, 'VIP', 'VIPs', 'added'],
    [sync.vipRemoved, 'VIP', 'VIPs', 'removed'],
    [sync.asAdded, 'server', 'servers', 'added'],
    [sync.asRemoved, 'server', 'servers', 'removed'],
    [sync.asWeightUpdated, 'weight', 'weights', 'changed'],
    [sync.failures, 'change', 'changes', 'failed'],
  ] as const;
  const parts = counts.flatMap(([count, one, many, done]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many} ${done}`],
  );
  const outcome = parts.length === 0 ? 'nothing to change' : parts.join(', ');
  return sync.repeats === 0 ? outcome : `${outcome}, ${sync.repeats + 1} times`;
}

function operationLines(one: SyncOperation): Line[] {
  const retval = one.retval === undefined ? none : String(one.retval);
  const what = plain(`  ${one.outcome} ${retval} ${one.operation}: ${one.reason}`);
  if (one.outcome !== 'failed') return [[what]];
  return [[what], [errorText(`    ${one.message} [${one.code}]`)]];
}
