import type { ConformanceCase } from './case.js';
import { bucketCases } from './cases/buckets.js';
import { commandCases } from './cases/commands.js';
import { garbageCases } from './cases/garbage.js';
import { packetCases } from './cases/packets.js';
import { routeCases } from './cases/routes.js';
import { serverCases } from './cases/servers.js';
import { vipCases } from './cases/vips.js';
import { wireCases } from './cases/wire.js';

/** Everything that a VPP survives. */
export const allCases: readonly ConformanceCase[] = [
  ...wireCases,
  ...vipCases,
  ...serverCases,
  ...commandCases,
  ...bucketCases,
  ...routeCases,
  ...packetCases,
  ...garbageCases,
];
