import type { Score } from '../score.js';
import type { Vip } from '../vip.js';
import { countText, msText, percentText } from './figures.js';
import { cut, type PaintedLine, type Piece, piece, type Style, shown } from './paint.js';

/** A column of figures, six characters wide, and a blank before it. */
interface Column {
  readonly title: string;
  readonly of: (score: Score) => readonly [text: string, style: Style];
}

const FIGURE = 6;
const NAME_MIN = 8;
/** Narrower than this, who has answered is of no use. */
const WHO_MIN = 14;

const milliseconds = (share: number) => (score: Score) =>
  [msText(score.window.percentile(share)), 'plain'] as const;

/** By how much they matter; they are shown in the order of `shownOrder`. */
const columns = {
  ok: { title: 'OK %', of: (score) => [percentText(score.availability), healthStyle(score)] },
  fail: { title: 'FAIL', of: (score) => [countText(score.failed), score.failed > 0 ? 'bad' : 'plain'] },
  last: { title: 'LAST', of: lastText },
  p50: { title: 'p50', of: milliseconds(0.5) },
  p99: { title: 'p99', of: milliseconds(0.99) },
  n: { title: 'N', of: (score) => [countText(score.count), 'plain'] },
  max: { title: 'max', of: milliseconds(1) },
  p95: { title: 'p95', of: milliseconds(0.95) },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof columns;
const byImportance: readonly ColumnName[] = ['ok', 'fail', 'last', 'p50', 'p99', 'n', 'max', 'p95'];
const shownOrder: readonly ColumnName[] = ['n', 'fail', 'ok', 'last', 'p50', 'p95', 'p99', 'max'];

/** What has room beside each other. */
export interface RowLayout {
  readonly nameWidth: number;
  readonly figures: readonly ColumnName[];
  /** Columns for who has answered; 0: none. */
  readonly whoWidth: number;
}

/** `names`: the longest one. Who has answered stands in the row when it is not `below`. */
export function rowLayout(width: number, names: number, below: boolean): RowLayout {
  const nameWidth = Math.max(1, Math.min(names, Math.max(NAME_MIN, Math.floor(width / 4)), width));
  let left = width - nameWidth;
  const reserved = below || left < WHO_MIN + 3 * (FIGURE + 1) ? 0 : WHO_MIN + 2;
  const chosen = new Set<ColumnName>();
  for (const name of byImportance) {
    if (left - reserved < FIGURE + 1) break;
    chosen.add(name);
    left -= FIGURE + 1;
  }
  // The name takes what is left, if it has a use for it.
  const more = Math.max(0, Math.min(names - nameWidth, left - reserved));
  const whoWidth = reserved === 0 ? 0 : left - more - 2;
  return { nameWidth: nameWidth + more, figures: shownOrder.filter((name) => chosen.has(name)), whoWidth };
}

export function headLine({ nameWidth, figures, whoWidth }: RowLayout): PaintedLine {
  const titles = figures.map((name) => ` ${columns[name].title.padStart(FIGURE)}`).join('');
  return [
    piece(
      `${'VIP'.padEnd(nameWidth).slice(0, nameWidth)}${titles}${whoWidth > 0 ? '  who answers' : ''}`,
      'dim',
    ),
  ];
}

export function vipLine(layout: RowLayout, vip: Vip, score: Score, now: number): PaintedLine {
  const { nameWidth, figures, whoWidth } = layout;
  const name = shown(vip.name).slice(0, nameWidth).padEnd(nameWidth);
  const line: Piece[] = [piece(name, isFailing(score) ? 'bad' : 'bold')];
  for (const figure of figures) {
    const [text, style] = columns[figure].of(score);
    line.push(piece(` ${text.padStart(FIGURE)}`, style));
  }
  if (whoWidth > 0) line.push(piece('  '), ...cut(whoPieces(score, now), whoWidth));
  return line;
}

/** Who has answered, on a line of its own. */
export function whoLine(vip: Vip, score: Score, now: number, width: number): PaintedLine {
  const way = piece(`  ${vip.way.kind} `, 'dim');
  const who = whoPieces(score, now);
  return cut([way, ...who], width);
}

/** Those who answer now are bright, those who have stopped are dim. */
function whoPieces({ answerers }: Score, now: number): PaintedLine {
  const pieces = answerers
    .list(now)
    .map(({ name, count, active }) => piece(`${shown(name)}:${countText(count)} `, active ? 'bold' : 'dim'));
  const { others } = answerers;
  if (others > 0) pieces.push(piece(`others:${countText(others)}`, 'dim'));
  return pieces;
}

function lastText({ last }: Score): readonly [string, Style] {
  if (last === null) return ['-', 'plain'];
  return last.ok ? [msText(last.ms), 'plain'] : [failureWords[last.kind], 'bad'];
}

const failureWords = {
  timeout: 'tmout',
  'http-err': 'http',
  'net-err': 'net',
  'local-err': 'local',
} as const;

function isFailing({ last }: Score): boolean {
  return last !== null && !last.ok && last.kind !== 'local-err';
}

function healthStyle({ availability }: Score): Style {
  if (availability === null) return 'plain';
  if (availability === 100) return 'good';
  return availability >= 99.9 ? 'warn' : 'bad';
}
