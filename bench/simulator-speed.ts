import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lbAddDelAsV2, lbAddDelVipV2, lbAsV2Dump, lbVipDump } from '../binapi/generated/lb.js';
import { controlPing } from '../binapi/generated/memclnt.js';
import { wireAddress } from '../binapi/lb/wire-values.js';
import { runPrinting } from '../program/output.js';
import { ip, vipFields, vipRequest } from '../spec/support/lb-requests.js';
import { RawVppClient } from '../spec/support/raw-vpp-client.js';
import { startSimulator } from './simulator.js';
import { tableSpeed } from './table-speed.js';

const PINGS = 50_000;
const PINGS_IN_FLIGHT = 256;
const VIPS = 1_000;
const SERVERS = 10;

/** How fast the simulator is, against what it should be: tables in this process, the rest over its socket. */
const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const socketPath = path.join(folder, 'api.sock');
const simulator = await startSimulator(socketPath);
process.exitCode = await runPrinting('bench:simulator', async () => {
  try {
    const { first, later } = tableSpeed();
    line('table of 65,536 buckets, 200 servers of weight 100: the first', first, 'ms', '< 20');
    line('table of 65,536 buckets, 200 servers of weight 100: later', later, 'ms', '< 20');
    const client = await RawVppClient.connect(socketPath, 'bench');
    line(`pings a second, ${PINGS_IN_FLIGHT} in flight`, await pingsPerSecond(client), '', '> 50,000');
    await fill(client);
    const dumps = [await fullDump(client), await fullDump(client), await fullDump(client)];
    line(`full dump of ${VIPS} x ${SERVERS}: first`, dumps[0] ?? 0, 'ms', '< 200');
    line(`full dump of ${VIPS} x ${SERVERS}: later`, Math.min(...dumps), 'ms', '< 200');
    await client.close();
    return 0;
  } finally {
    await simulator.end();
    rmSync(folder, { recursive: true });
  }
});

function line(what: string, value: number, unit: string, goal: string): void {
  const shown = value < 1000 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
  process.stdout.write(`${what.padEnd(72)} ${`${shown} ${unit}`.padStart(12)}   ${goal}\n`);
}

async function pingsPerSecond(client: RawVppClient): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < PINGS_IN_FLIGHT; i++) client.send(controlPing, {});
  for (let answered = 0; answered < PINGS; answered++) {
    await client.next();
    if (answered + PINGS_IN_FLIGHT < PINGS) client.send(controlPing, {});
  }
  return (PINGS * 1000) / (performance.now() - begin);
}

async function fill(client: RawVppClient): Promise<void> {
  let asked = 0;
  for (let v = 0; v < VIPS; v++) {
    const vip = `192.0.${v >> 8}.${v & 255}/32 tcp 443`;
    client.send(lbAddDelVipV2, vipRequest(vip));
    for (let s = 0; s < SERVERS; s++) {
      const asAddress = wireAddress(ip(`10.${s}.${v >> 8}.${v & 255}`));
      client.send(lbAddDelAsV2, { ...vipFields(vip), asAddress, weight: 100, isDel: false, isFlush: false });
    }
    asked += 1 + SERVERS;
  }
  for (let answered = 0; answered < asked; answered++) await client.next();
}

/** Milliseconds for both dumps; tables that were not looked at before are built on the way. */
async function fullDump(client: RawVppClient): Promise<number> {
  const begin = performance.now();
  const everything = vipFields('::/0 any 0');
  const vips = await client.dump(lbVipDump, { ...everything, pfxMatcher: { le: 0, ge: 0 } });
  const servers = await client.dump(lbAsV2Dump, everything);
  const ms = performance.now() - begin;
  if (vips.length !== VIPS || servers.length !== VIPS * SERVERS) throw new Error('rows are missing');
  return ms;
}
