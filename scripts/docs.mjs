// Writes the parts of the documentation that come from the code's own tables. A spec holds the two equal.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../out/cli/commands.js';
import { commandTable, jsonPage } from '../out/cli/manual.js';
import { eventTable } from '../out/domain/events.js';
import { metricTables } from '../out/metrics/table.js';
import { completions } from '../out/packaging/completions.js';
import { apiExamplesPage } from '../out/spec/support/api-examples.js';

const root = path.resolve(import.meta.dirname, '..');

/** Replaces what stands between the mark that names `source` and the end of it. */
function write(name, source, table) {
  const page = path.join(root, 'docs', name);
  const mark = `<!-- written by \`npm run docs\` from ${source} -->\n`;
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(mark);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for what comes from ${source}`);
  writeFileSync(page, `${text.slice(0, from + mark.length)}${table}\n${text.slice(to)}`);
}

write('user-guide.md', 'domain/events.ts', eventTable());
write('user-guide.md', 'cli/commands.ts', commandTable(commands));
write('metrics.md', 'metrics/catalogue', metricTables());

const proto = readFileSync(path.join(root, 'rpc', 'maglev.proto'), 'utf8');
writeFileSync(path.join(root, 'docs', 'cli-json.md'), jsonPage(commands, proto));

const folder = path.join(root, 'docs', 'completion');
mkdirSync(folder, { recursive: true });
for (const { file, script } of completions()) writeFileSync(path.join(folder, file), script);
writeFileSync(path.join(root, 'docs', 'api-examples.md'), apiExamplesPage());
