import { escapeUnprintable, plain } from '../domain/text.js';
import type { LogLevel } from '../protocol/log.js';
import type { LineFormat, LogRecord } from './line-log.js';

/** One JSON object a line: time, level, the event's name under `eventKey`, then the fields. */
export function jsonLine(eventKey: 'msg' | 'event'): LineFormat {
  return ({ at, level, event, fields }) => {
    const head = { time: new Date(at).toISOString(), level, [eventKey]: event };
    return stringify({ ...head, ...fields }, head);
  };
}

function stringify(record: LogRecord['fields'], head: LogRecord['fields']): string {
  try {
    return JSON.stringify(record, plain);
  } catch {
    // A cycle, or a getter that throws. That something happened matters more than what it carried.
    return JSON.stringify({ ...head, fields: 'not printable' });
  }
}

const ansi = { dim: '\u001b[2m', bold: '\u001b[1m', yellow: '\u001b[33m', red: '\u001b[1;31m' } as const;
const reset = '\u001b[0m';

type Paint = (text: string, style: keyof typeof ansi) => string;

const levelStyles: Readonly<Record<LogLevel, keyof typeof ansi | null>> = {
  debug: 'dim',
  info: null,
  warn: 'yellow',
  error: 'red',
};

/** As wide as most names of events are. */
const EVENT_WIDTH = 20;

/**
 * A record for people who look at it on a terminal: when, how grave, what, and the fields, without those that say
 * nothing. Whatever a terminal would obey is written out. A stack follows on lines of its own.
 */
export function textLine({ color }: { readonly color: boolean }): LineFormat {
  const paint: Paint = (text, style) => (color ? `${ansi[style]}${text}${reset}` : text);
  return ({ at, level, event, fields }) => {
    const style = levelStyles[level];
    const word = level.toUpperCase().padEnd(5);
    const { stack, ...rest } = fields;
    const words = Object.entries(rest).flatMap(([key, value]) => {
      if (value === undefined || value === null || value === '') return [];
      return [`${paint(`${escapeUnprintable(key)}=`, 'dim')}${valueText(value)}`];
    });
    const line = [
      paint(new Date(at).toISOString(), 'dim'),
      style === null ? word : paint(word, style),
      // What follows stands below each other; colour must not move it.
      `${paint(event, 'bold')}${' '.repeat(words.length === 0 ? 0 : Math.max(0, EVENT_WIDTH - event.length))}`,
      ...words,
    ].join(' ');
    return typeof stack === 'string' ? [line, ...stackLines(stack, paint)].join('\n') : line;
  };
}

function stackLines(stack: string, paint: Paint): string[] {
  return stack.split('\n').map((line) => paint(`    ${escapeUnprintable(line.trim())}`, 'dim'));
}

function valueText(value: unknown): string {
  if (typeof value === 'string') {
    return /^[^\s"=]+$/.test(value) ? escapeUnprintable(value) : escapeUnprintable(JSON.stringify(value));
  }
  try {
    return escapeUnprintable(JSON.stringify(value, plain) ?? String(value));
  } catch {
    // A cycle, or a getter that throws.
    return 'not-printable';
  }
}

/** How records are printed; `auto`: as text on a terminal, as JSON everywhere else. */
export const logFormats = ['json', 'text', 'auto'] as const;
export type LogFormat = (typeof logFormats)[number];

/** What to print to that output. Colour needs a terminal that has it, and nobody who objects (https://no-color.org). */
export function lineFormat(
  format: LogFormat,
  output: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): LineFormat {
  const terminal = output.isTTY === true;
  if (format === 'json' || (format === 'auto' && !terminal)) return jsonLine('msg');
  const wanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return textLine({ color: terminal && wanted });
}
