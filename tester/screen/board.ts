import { formatDuration } from '../../domain/duration.js';
import type { Problem } from '../problems.js';
import { timeText } from './figures.js';
import { cut, type PaintedLine, piece, shown } from './paint.js';
import { headLine, rowLayout, vipLine, whoLine } from './rows.js';
import { ordered, type View } from './view.js';

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** Lines that problems get, if there is room for so many. */
const PROBLEMS_MIN = 4;
/** The title, the head of the table, and the keys. */
const AROUND = 3;

/** The whole screen: as many lines as it has rows, none wider than it is. */
export function boardLines(view: View, size: ScreenSize): readonly PaintedLine[] {
  const { rows, columns } = size;
  const { vips, scores, now } = view;
  const { below, height, shownVips } = roomFor(view, size);
  const names = Math.max(3, ...vips.map(({ name }) => name.length));
  const layout = rowLayout(columns, names, below);
  const scroll = scrollOf(view, size);
  const lines: PaintedLine[] = [titleLine(view), headLine(layout)];
  for (const number of ordered(view).slice(scroll, scroll + shownVips)) {
    const vip = vips[number];
    const score = scores[number];
    if (vip === undefined || score === undefined) continue;
    lines.push(vipLine(layout, vip, score, now));
    if (below) lines.push(whoLine(vip, score, now, columns));
  }
  const free = Math.max(0, rows - AROUND - height);
  lines.push(...problemLines(view.problems, free));
  return [...lines.slice(0, Math.max(0, rows - 1)), keysLine(view, shownVips)]
    .slice(0, rows)
    .map((line) => cut(line, columns));
}

/** How far can be scrolled: no further than that the last VIP is in the last row. */
export function scrollOf(view: View, size: ScreenSize): number {
  return Math.max(0, Math.min(view.scroll, view.vips.length - roomFor(view, size).shownVips));
}

/** Who answers stands below each VIP if there is room for all of them. */
function roomFor({ vips }: View, { rows }: ScreenSize) {
  const room = Math.max(1, rows - AROUND);
  const below = vips.length * 2 + PROBLEMS_MIN <= room;
  const most = room > 2 * PROBLEMS_MIN ? room - PROBLEMS_MIN : room;
  const shownVips = Math.min(vips.length, most);
  return { below, shownVips, height: below ? shownVips * 2 : shownVips };
}

function titleLine({ host, vips, intervalMs, elapsedMs, paused }: View): PaintedLine {
  const count = `${vips.length} VIP${vips.length === 1 ? '' : 's'}`;
  const text = `maglevt ${timeText(elapsedMs)}`;
  return [
    piece(text, 'bold'),
    ...(paused ? [piece(' PAUSED', 'warn')] : []),
    piece(`  ${count} every ${formatDuration(intervalMs).replaceAll('µ', 'u')}  from ${shown(host)}`),
  ];
}

/** The last problems, above them a line of its own; the rest of the room stays empty. */
function problemLines(problems: readonly Problem[], room: number): PaintedLine[] {
  if (room === 0) return [];
  const last = room === 1 ? [] : problems.slice(-(room - 1));
  const lines: PaintedLine[] = [[piece(problems.length === 0 ? 'no problems so far' : 'problems', 'dim')]];
  lines.push(...last.map(problemLine));
  while (lines.length < room) lines.push([]);
  return lines;
}

function problemLine({ at, vip, kind, detail, times }: Problem): PaintedLine {
  const again = times > 1 ? ` (${times} times)` : '';
  const style = kind === 'spike' || kind === 'local-err' ? 'warn' : 'bad';
  return [
    piece(`${clockText(at)} `, 'dim'),
    piece(kind.padEnd(9), style),
    piece(` ${shown(vip)}: ${shown(detail)}${again}`),
  ];
}

function keysLine({ order, vips, paused }: View, shownVips: number): PaintedLine {
  const scroll = shownVips < vips.length ? `  arrows: ${shownVips} of ${vips.length}` : '';
  return [piece(`q quit  p ${paused ? 'go on' : 'pause'}  s sort (${order})${scroll}`, 'dim')];
}

/** The time of day, as the machine has it. */
export function clockText(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
