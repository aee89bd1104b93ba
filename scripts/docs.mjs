// Writes the parts of the documentation that come from the code's own tables. A spec holds the two equal.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventTable } from '../out/domain/events.js';

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'docs', 'user-guide.md');
const marked = /(<!-- written by `npm run docs` from domain\/events\.ts -->\n)[\s\S]*?\n(<!-- end -->)/;
const text = readFileSync(page, 'utf8');
if (!marked.test(text)) throw new Error(`${page} has no place for the table of events`);
writeFileSync(
  page,
  text.replace(marked, (_, begin, end) => `${begin}${eventTable()}\n${end}`),
);
