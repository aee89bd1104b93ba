import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { scenarioRow, scenarios, serverCounts } from '../../bench/weights-table.js';

describe('docs/weights.md', () => {
  const page = readFileSync('docs/weights.md', 'utf8');

  for (const scenario of scenarios) {
    it(`has what is measured: ${scenario.title}`, () => {
      const begin = page.indexOf(`<!-- ${scenario.title} -->`);
      const table = page.slice(begin, page.indexOf('<!-- end -->', begin));
      expect(table.match(/^\| \d/gm)).to.have.length(4 * serverCounts.length);
      // The short rows: the others take ten seconds.
      for (const count of [3, 10]) expect(table).to.contain(`\n${scenarioRow(scenario, count, 1024)}\n`);
    });
  }
});
