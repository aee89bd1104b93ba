import { displayWidth } from './display-width.js';
import { type Line, label, plain, styled } from './text.js';

export interface Said {
  readonly server: string;
  readonly lines: readonly Line[];
}

/** A line, and who says it; by the numbers of the servers. */
interface Row {
  readonly key: string;
  readonly lines: Map<number, Line>;
}

/**
 * One text of several: what all of them say stands there once; of what differs, each line stands behind the name of who
 * says it, lines that begin with the same word below each other. What passes with time (ages, moments, how long something
 * took) makes no difference.
 */
export function besideEachOther(said: readonly Said[]): Line[] {
  let rows: Row[] = [];
  for (const [i, { lines }] of said.entries()) rows = joined(rows, lines, i);
  const widest = Math.max(...said.map(({ server }) => displayWidth(server)));
  const same = rows.every(({ lines }) => lines.size === said.length && keysOf(lines).size === 1);
  if (same) {
    const who = said.map(({ server }) => server).join(', ');
    return [[label(`${who}: `), plain('all the same')], ...rows.flatMap(({ lines }) => [lines.get(0) ?? []])];
  }
  const margin = ' '.repeat(widest + 2);
  return rows.flatMap(({ lines }) => {
    const equal = lines.size === said.length && keysOf(lines).size === 1;
    if (equal) return [[plain(margin), ...(lines.get(0) ?? [])]];
    return [...lines].map(([i, line]) => {
      const server = said[i]?.server ?? '';
      return [styled(`${server}${' '.repeat(widest - displayWidth(server))}> `, 'warn'), ...line];
    });
  });
}

function keysOf(lines: ReadonlyMap<number, Line>): Set<string> {
  return new Set([...lines.values()].map(lasting));
}

/** Moments, ages, and measured times; then blanks, of which there are as many as the widest value needs. */
const passing = /\d{4}-\d\d-\d\dT[\d:.]+Z|\b(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+\b/g;

/** What of a line does not pass with time. */
export function lasting(line: Line): string {
  const text = line.map(({ text }) => text).join('');
  return text.replace(passing, '~').replace(/ +/g, ' ').trimEnd();
}

/** Puts the lines of one more beside those of the others. */
function joined(rows: readonly Row[], lines: readonly Line[], server: number): Row[] {
  const keys = lines.map(lasting);
  const pairs = commonPairs(
    rows.map(({ key }) => key),
    keys,
  );
  const result: Row[] = [];
  let row = 0;
  let line = 0;
  for (const [nextRow, nextLine] of [...pairs, [rows.length, lines.length] as const]) {
    result.push(...sameBeginnings(rows.slice(row, nextRow), lines.slice(line, nextLine), server));
    const both = rows[nextRow];
    const own = lines[nextLine];
    if (both !== undefined && own !== undefined) {
      both.lines.set(server, own);
      result.push(both);
    }
    row = nextRow + 1;
    line = nextLine + 1;
  }
  return result;
}

/** Lines between two that are equal: those about the same thing are put together, the rest one behind the other. */
function sameBeginnings(rows: readonly Row[], lines: readonly Line[], server: number): Row[] {
  const left = [...lines];
  const result: Row[] = [];
  for (const row of rows) {
    const at = left.findIndex((line) => firstWord(lasting(line)) === firstWord(row.key));
    if (at >= 0) {
      for (const line of left.splice(0, at)) result.push(newRow(line, server));
      const [own] = left.splice(0, 1);
      if (own !== undefined) row.lines.set(server, own);
    }
    result.push(row);
  }
  return [...result, ...left.map((line) => newRow(line, server))];
}

function newRow(line: Line, server: number): Row {
  return { key: lasting(line), lines: new Map([[server, line]]) };
}

function firstWord(text: string): string {
  return /^\s*\S*/.exec(text)?.[0] ?? '';
}

/** Comparing long texts line by line takes the product of their lengths: above it, only equal places are compared. */
const MOST_CELLS = 4_000_000;

/** The longest common run of two texts, as pairs of places; what both begin and end with is found at once. */
function commonPairs(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end += 1;
  const head = Array.from({ length: start }, (_, i) => [i, i] as const);
  const tail = Array.from({ length: end }, (_, i) => [a.length - end + i, b.length - end + i] as const);
  const middle = longestCommon(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...head, ...middle.map(([i, k]) => [i + start, k + start] as const), ...tail];
}

function longestCommon(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > MOST_CELLS) {
    return [...a.keys()].filter((i) => a[i] === b[i]).map((i) => [i, i] as const);
  }
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, k: number) => lengths[i * width + k] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = b.length - 1; k >= 0; k--) {
      lengths[i * width + k] = a[i] === b[k] ? at(i + 1, k + 1) + 1 : Math.max(at(i + 1, k), at(i, k + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let i = 0;
  let k = 0;
  while (i < a.length && k < b.length) {
    if (a[i] === b[k]) pairs.push([i++, k++]);
    else if (at(i + 1, k) >= at(i, k + 1)) i++;
    else k++;
  }
  return pairs;
}
