import type { LogRecord } from './programs.js';

/** What maglevd's log says, in words for somebody who watches; null for what such a person need not know. */
export function story(record: LogRecord): string | null {
  const text = (key: string) => String(record[key]);
  switch (record['msg']) {
    case 'backend-transition':
      return `${text('backend')} is ${text('to')}: ${text('reason')}`;
    case 'frontend-transition':
      return record['from'] === record['to']
        ? `${text('frontend')} is served by pool ${text('pool')} now`
        : `${text('frontend')} is ${text('to')}, served by pool ${text('pool')}`;
    case 'operator-action':
      return `an operator says: ${text('action')} ${text('backend')}`;
    case 'vpp-disconnect':
      return `VPP is away: ${text('error')}`;
    case 'vpp-connect':
      return 'VPP is there';
    case 'config-reload-done':
      return record['ok'] === true ? 'the config was reloaded' : 'the config is refused: try config check';
    case 'vpp-lbsync-done': {
      const made = changesOf(record);
      return made.length === 0 ? null : `VPP was made equal: ${made.join(', ')}`;
    }
    default:
      return null;
  }
}

const kinds = [
  ['vipAdded', 'VIP', 'added'],
  ['vipRemoved', 'VIP', 'removed'],
  ['asAdded', 'server', 'added'],
  ['asRemoved', 'server', 'removed'],
  ['asWeightUpdated', 'weight', 'changed'],
] as const;

/** `2 servers added`, for each kind of change that a sync made. */
function changesOf(record: LogRecord): string[] {
  return kinds.flatMap(([key, noun, verb]) => {
    const count = Number(record[key] ?? 0);
    return count === 0 ? [] : [`${counted(count, noun)} ${verb}`];
  });
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** How many changes a sync made. */
export function changeCount(record: LogRecord): number {
  return kinds.reduce((sum, [key]) => sum + Number(record[key] ?? 0), 0);
}
