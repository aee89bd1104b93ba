import { nameText } from '../domain/name.js';
import type { MaglevClient } from '../rpc/client.js';
import { namesOf, placeAfter } from './complete.js';
import { filterHelp } from './filters.js';
import type { Grammar } from './grammar.js';
import { columns } from './layout.js';
import { failureText } from './resolve.js';
import { errorText, type Line, label, plain } from './text.js';
import { tokensOf } from './tokens.js';

/** Names that are listed; Tab offers all. */
const NAMES = 20;

/** What can stand at the end of a line that is being typed, one a line, with what it means. */
export async function helpHere(
  grammar: Grammar,
  line: string,
  client: () => Promise<MaglevClient>,
): Promise<Line[]> {
  const { words, begun } = tokensOf(line);
  const bar = words.lastIndexOf('|');
  if (bar >= 0)
    return columns(
      filterHelp.map(([usage, help]) => [label(usage), plain(help)]),
      '  ',
    );
  const place = placeAfter(grammar, words);
  if ('kind' in place) return [[errorText(failureText(place))]];
  const fixed = place.words.filter(({ text }) => text.startsWith(begun));
  const rows = fixed.map(({ text, help }) => [label(text), plain(help)]);
  for (const { text, kind, before } of place.slots) {
    rows.push([label(text), plain(kind.help)]);
    const names = (await namesOf(kind, client, before)).filter((name) => name.startsWith(begun));
    if (names.length > 0) rows.push([plain(''), plain(listText(names))]);
  }
  if (begun === '' && place.complete.length > 0) {
    rows.push(
      [label('<Enter>'), plain(place.complete[0] ?? '')],
      [label('|'), plain('filter what it prints')],
    );
  }
  return rows.length === 0
    ? [[errorText(`nothing can follow that begins with '${begun}'`)]]
    : columns(rows, '  ');
}

function listText(names: readonly string[]): string {
  const more = names.length > NAMES ? ` ... and ${names.length - NAMES} more` : '';
  return `${names.slice(0, NAMES).map(nameText).join(' ')}${more}`;
}
