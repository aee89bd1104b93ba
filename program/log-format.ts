import { jsonLine } from './json-line.js';
import type { LineFormat } from './line-log.js';
import { textLine } from './text-line.js';

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
