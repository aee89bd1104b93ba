import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { metricCatalogue } from '../../metrics/catalogue.js';
import type { Metric } from '../../metrics/metric.js';
import { metricTables } from '../../metrics/table.js';
import { readSources, root } from './source-tree.js';

const metrics = Object.entries<Metric>(metricCatalogue);

describe('the metrics', () => {
  it('stand in docs/metrics.md exactly as in the catalogue: `npm run docs` writes them there', () => {
    const page = readFileSync(path.join(root, 'docs', 'metrics.md'), 'utf8');
    expect(page).to.include(`${metricTables()}\n<!-- end -->`);
    const listed = [...page.matchAll(/^\| `([a-z_]+)`/gm)].map((match) => match[1]);
    expect(listed).to.deep.equal(metrics.map(([name]) => name));
  });

  it('are each exported by somebody', () => {
    const reports = readSources().filter(({ file }) => file.startsWith('metrics/report/'));
    const text = reports.map((source) => source.text).join('\n');
    expect(metrics.map(([name]) => name).filter((name) => !text.includes(`'${name}'`))).to.deep.equal([]);
  });

  it('are called as Prometheus wants: counters end with _total, and what has a unit with it', () => {
    for (const [name, { type, unit, help, labels }] of metrics) {
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      if (unit !== null) expect(name).to.match(new RegExp(`_${unit}(_total)?$`));
      expect(help, name).to.match(/^\S.*[^.]$/);
      expect(new Set(labels).size, name).to.equal(labels.length);
      expect(labels, name).to.not.include('le');
    }
  });
});
