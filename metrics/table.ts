import { backendMetrics } from './catalogue/backends.js';
import { daemonMetrics } from './catalogue/daemon.js';
import { frontendMetrics } from './catalogue/frontends.js';
import { vppMetrics } from './catalogue/vpp.js';
import type { Metric } from './metric.js';

const groups: Readonly<Record<string, Readonly<Record<string, Metric>>>> = {
  'Backends and probes': backendMetrics,
  Frontends: frontendMetrics,
  VPP: vppMetrics,
  'maglevd itself': daemonMetrics,
};

/** The tables of docs/metrics.md, in the order of the catalogue. */
export function metricTables(): string {
  return Object.entries(groups)
    .map(([title, metrics]) => [`## ${title}`, '', ...table(metrics)].join('\n'))
    .join('\n\n');
}

function table(metrics: Readonly<Record<string, Metric>>): string[] {
  const rows = Object.entries(metrics).map(([name, { type, labels, unit, help, origin, alert }]) => {
    const cells = [
      `\`${name}\`${origin === 'reference' ? ' (R)' : ''}`,
      type,
      labels.map((label) => `\`${label}\``).join(' '),
      unit ?? '',
      help,
      alert,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| metric | type | labels | unit | what it tells | look when |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}
