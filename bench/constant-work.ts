import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SETTLE_MS } from '../domain/vpp-heard.js';
import { runPrinting } from '../program/output.js';
import { Comparison, ratesBetween } from './constant-work/comparison.js';
import type { WorkPorts } from './constant-work/servers-main.js';
import { SteadyMaglevd } from './constant-work/steady-maglevd.js';
import { fleetConfig } from './probes/fleet-config.js';
import { startSimulator } from './simulator.js';

/**
 * What a dead fleet costs beside a healthy one: CPU of maglevd, packets, bytes and log with no server down, and with some, half
 * or all of them, in states that last (VPP has been told). All intervals are equal. The healthy fleet is measured before and after each
 * dead one, in the same process: a dead one is compared with the mean of the two.
 */
const BACKENDS = 10_000;
const INTERVAL_MS = 3000;
const TIMEOUT_MS = 500;
const MEASURE_MS = 2 * INTERVAL_MS;
/** The log tells of what it left out some seconds later. */
const QUIET_MS = 12_000;
const SHARES = [0.01, 0.5, 1];
const KINDS = ['failing', 'refusing', 'silent'] as const;
const words: Record<(typeof KINDS)[number], string> = {
  refusing: 'refuse',
  silent: 'silent',
  failing: '503',
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const wanted = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const servers = fork(new URL('./constant-work/servers-main.js', import.meta.url), [folder]);
process.exitCode = await runPrinting('bench:work', async () => {
  const socket = path.join(folder, 'vpp.sock');
  const [ports] = (await once(servers, 'message')) as [WorkPorts];
  const simulator = await startSimulator(socket);
  const timing = `interval: ${INTERVAL_MS}ms, timeout: ${TIMEOUT_MS}ms, rise: 1, fall: 1`;
  const checkAt = (port: number) => `type: http, port: ${port}, ${timing}`;
  const fleet = (kind: (typeof KINDS)[number], down: number) =>
    fleetConfig({
      backends: BACKENDS,
      check: checkAt(ports.well),
      broken: { count: down, check: checkAt(ports[kind]) },
    });
  const maglevd = new SteadyMaglevd(folder, fleet('failing', 0), socket);
  const measure = async (kind: (typeof KINDS)[number], down: number) => {
    maglevd.reload(fleet(kind, down));
    await maglevd.settled(BACKENDS - down, down);
    // Whoever changes is told of, and VPP has what was decided; what that left behind is collected, and all are probed as they will be.
    await maglevd.quiet(QUIET_MS);
    await pause(INTERVAL_MS);
    const from = maglevd.work();
    await pause(MEASURE_MS);
    return ratesBetween(from, maglevd.work(), maglevd.mainThread);
  };
  try {
    await maglevd.settled(BACKENDS, 0);
    // Until then each failure that VPP may explain is asked about; and what runs is not compiled, nor is the start's memory given back.
    await pause(SETTLE_MS);
    console.log(
      `${BACKENDS} backends (http, every ${INTERVAL_MS / 1000} s), a VPP (simulator) that has all weights:`,
    );
    for (const kind of KINDS.filter((one) => wanted.length === 0 || wanted.includes(words[one]))) {
      // Once more than is looked at: the first one comes out too dear, by what is compiled meanwhile.
      await measure(kind, 0);
      const comparison = new Comparison(await measure(kind, 0), kind === 'failing' ? 0.8 : 0);
      console.log(comparison.healthy());
      for (const share of SHARES) {
        const down = Math.round(BACKENDS * share);
        const dead = await measure(kind, down);
        console.log(comparison.add(`${down} ${words[kind]}`, dead, await measure(kind, 0)));
        console.log(comparison.healthy());
      }
    }
    return 0;
  } finally {
    await maglevd.end();
    await simulator.end();
    servers.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
});
