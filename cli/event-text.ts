import type { Event } from '../rpc/generated/maglev.js';
import { sentence } from './layout.js';
import { type Line, label, plain } from './text.js';

/** One event, one line: when, how grave, what, and its fields. */
export function eventLine({ atNs, event }: Event): Line {
  const time = new Date(Number(atNs / 1_000_000n)).toISOString();
  if (event === undefined) return line(time, 'info', 'unknown to this version of maglevc', []);
  if ('msg' in event.value) {
    const { level, msg, attrs } = event.value;
    return line(
      time,
      level,
      msg,
      attrs.map(({ key, value }) => [key, value]),
    );
  }
  const fields = Object.entries(event.value).map(([key, value]) => [key, String(value)] as const);
  return line(time, event.$case === 'lagged' ? 'warn' : 'info', event.$case, fields);
}

function line(
  time: string,
  level: string,
  name: string,
  fields: readonly (readonly [string, string])[],
): Line {
  const words = fields.map(
    ([key, value]) => [key, /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)] as const,
  );
  return [plain(`${time}  `), plain(`${level.padEnd(5)}  `), label(name), plain('  '), ...sentence(words)];
}

/** An event in proto3's JSON form: what it is stands under the name of its kind. */
export function eventMessage({ event, ...rest }: Event): unknown {
  return event === undefined ? rest : { ...rest, [event.$case]: event.value };
}
