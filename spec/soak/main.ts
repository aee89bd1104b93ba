import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { seededRandom } from '../../clock/virtual-clock.js';
import { parseDuration } from '../../domain/duration.js';
import { runPrinting } from '../../program/output.js';
import { drawFault } from './faults.js';
import { frontends, SoakedSite } from './soaked-site.js';

const help = `npm run soak -- [--for <time>] [--seed <n>] [--vpp <api socket>]

Real processes of maglevd and of VPP's simulator, real servers, and real requests through it, under random faults for so long
(default 15m): servers, VPP, the connection, maglevd, operators, and somebody who types at VPP's prompt. After each 40 s of them
there are 60 s of rest, at the end of which VPP must be equal, nothing is written, and every request is answered. With --vpp
it is a real VPP, which is not killed, and gets no requests.
`;

const STORM_MS = 40_000;
/** A VPP that is back is not believed for half a minute, and a server needs its passes. */
const REST_MS = 45_000;
const LOOK_MS = 15_000;
/** So long a server must have been well before it has to serve. */
const WELL_MS = 25_000;

const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '15m' },
    seed: { type: 'string', default: '1' },
    vpp: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h' },
  },
});
process.exitCode = await runPrinting('soak', async () => {
  const length = parseDuration(values.for);
  if (values.help === true || isLeft(length)) {
    process.stdout.write(help);
    return values.help === true ? 0 : 2;
  }
  return soak(length.right, Number(values.seed), values.vpp);
});

async function soak(lengthMs: number, seed: number, socket: string): Promise<number> {
  const random = seededRandom(seed);
  const site = await SoakedSite.start(socket);
  const began = performance.now();
  const broken: string[] = [];
  let [faults, rounds, looks] = [0, 0, 0];
  const say = (text: string) =>
    process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1)} s  ${text}\n`);
  const breach = (text: string) => {
    broken.push(text);
    say(`BROKEN: ${text}`);
  };
  try {
    await site.maglevd.record('vpp-lbsync-done');
    while (performance.now() - began < lengthMs) {
      rounds++;
      const until = performance.now() + STORM_MS;
      const underWay: Promise<void>[] = [];
      // One that needs a process for itself waits for the one before it.
      let last: Promise<void> = Promise.resolve();
      while (performance.now() < until) {
        await sleep(500 + random() * 4000);
        const { what, run } = drawFault(random, site);
        faults++;
        say(what);
        const own = what.startsWith('s') ? run(site) : last.then(() => run(site));
        if (!what.startsWith('s')) last = own;
        underWay.push(own);
      }
      await Promise.all(underWay);
      say('rest');
      await sleep(REST_MS);
      const from = performance.now();
      await sleep(LOOK_MS);
      looks++;
      for (const text of await wrongIn(site, from)) breach(text);
    }
  } finally {
    const { sent, failed } = site.clients.total;
    say(
      `${rounds} rounds, ${faults} faults, ${looks} looks, ${site.proxy.writes.length} writes seen; ` +
        `${sent} requests, ${failed} failed, all of them during faults unless it is said above; ${broken.length} broken`,
    );
    await site.end();
  }
  return broken.length === 0 ? 0 : 1;
}

/** What is not as it should be when everything has had its time. */
async function wrongIn(site: SoakedSite, from: number): Promise<string[]> {
  const wrong = site.deaths.splice(0);
  const writes = site.proxy.writes.filter(({ at }) => at >= from);
  if (writes.length > 0) wrong.push(`${writes.length} writes in the rest: ${writes[0]?.message}`);
  const { sent, failed } = site.clients.since(from);
  if (failed.length > 0)
    wrong.push(`${failed.length} of ${sent} requests failed in the rest, to ${failed[0]}`);
  const { vips } = await site.stage.state();
  for (const { name, address, pools } of frontends) {
    const vip = vips.find(({ key }) => key.prefix === `${address}/32`);
    for (const server of pools.flat()) {
      if (!site.server(server).wellFor(WELL_MS)) continue;
      const weight = vip?.ases.find((as) => as.address === site.server(server).address)?.weight;
      const should = pools[0]?.includes(server) ? 100 : 0;
      if (weight !== should)
        wrong.push(`${server} of ${name} weighs ${weight ?? 'nothing'}, and should ${should}`);
    }
  }
  if (vips.length !== frontends.length) wrong.push(`VPP has ${vips.length} VIPs`);
  return wrong;
}
