import type { FlightRecord } from '../domain/flight-record.js';
import type { Reply } from './address.js';

export type RecorderRequest =
  /** What maglevd knows of the last minutes. Always answered: parts that do not answer are named in it. */
  | { readonly type: 'take-record'; readonly by: string; readonly reply: Reply<FlightRecord> }
  /** Takes one and keeps it in a file; the log says where. */
  | { readonly type: 'keep-record' };

/** Where records are kept. */
export interface RecordStore {
  /** Writes it to a file of its own, and gives the path. Rejects when it cannot. */
  readonly keep: (record: FlightRecord) => Promise<string>;
}
