import type { ConformanceCase } from '../case.js';
import { counterCases } from './packets/counters.js';
import { flowTableCases } from './packets/flow-tables.js';
import { nobodyCases } from './packets/nobody.js';
import { removalCases } from './packets/removals.js';
import { tableCases } from './packets/tables.js';
import { wayCases } from './packets/ways.js';

/** What VPP does with packets: where they go, what it remembers, and what it counts. */
export const packetCases: readonly ConformanceCase[] = [
  ...tableCases,
  ...wayCases,
  ...removalCases,
  ...flowTableCases,
  ...nobodyCases,
  ...counterCases,
];
