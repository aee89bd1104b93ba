// Writes the parts of the documentation that come from the code's own tables. A spec holds the two equal.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../out/cli/commands.js';
import { completionFile, completionScript, completionShells } from '../out/cli/completion-scripts.js';
import { commandTable, jsonPage } from '../out/cli/manual.js';
import { eventTable } from '../out/domain/events.js';

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'docs', 'user-guide.md');
let text = readFileSync(page, 'utf8');

place('domain/events.ts', eventTable());
place('cli/commands.ts', commandTable(commands));
writeFileSync(page, text);

const proto = readFileSync(path.join(root, 'rpc', 'maglev.proto'), 'utf8');
writeFileSync(path.join(root, 'docs', 'cli-json.md'), jsonPage(commands, proto));

const folder = path.join(root, 'docs', 'completion');
mkdirSync(folder, { recursive: true });
for (const shell of completionShells) {
  writeFileSync(path.join(folder, completionFile[shell]), completionScript(shell));
}

/** Puts a table between its marks. */
function place(source, table) {
  const begin = `<!-- written by \`npm run docs\` from ${source} -->\n`;
  const from = text.indexOf(begin);
  const to = text.indexOf('\n<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for the table from ${source}`);
  text = `${text.slice(0, from)}${begin}${table}${text.slice(to)}`;
}
