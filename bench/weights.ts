import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scenarios, scenarioTable } from './weights-table.js';

// What changes of weights move, and how true shares are, in each weight-mode. Writes the tables of docs/weights.md.
// Run with: node out/bench/weights.js

const page = path.resolve(import.meta.dirname, '../../docs/weights.md');
let text = readFileSync(page, 'utf8');
for (const scenario of scenarios) {
  const begin = `<!-- ${scenario.title} -->\n`;
  const from = text.indexOf(begin);
  const to = text.indexOf('\n<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for '${scenario.title}'`);
  const table = scenarioTable(scenario);
  console.log(`${scenario.title}\n${table}\n`);
  text = text.slice(0, from + begin.length) + table + text.slice(to);
}
writeFileSync(page, text);
