import { plain } from '../domain/plain-json.js';
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
