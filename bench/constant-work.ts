import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SETTLE_MS } from '../domain/vpp-heard.js';
import { runPrinting } from '../program/output.js';
import type { WorkPorts } from './constant-work/servers-main.js';
import { SteadyMaglevd, type Work } from './constant-work/steady-maglevd.js';
import { fleetConfig } from './probes/fleet-config.js';
import { startSimulator } from './simulator.js';

/**
 * What a dead fleet costs beside a healthy one: CPU of maglevd, packets, bytes and log with no server down, and with some, half
 * or all of them, in states that last (VPP has been told). All intervals are equal. Each kind of death is compared with the healthy
 * fleet that was measured just before, in the same process.
 */
const BACKENDS = 10_000;
const INTERVAL_MS = 3000;
const TIMEOUT_MS = 500;
const MEASURE_MS = 2 * INTERVAL_MS;
const QUIET_MS = 1500;
const SHARES = [0.01, 0.5, 1];
const KINDS = ['failing', 'refusing', 'silent'] as const;
const words: Record<(typeof KINDS)[number], string> = {
  refusing: 'refuse',
  silent: 'silent',
  failing: '503',
};

type Rates = Record<'cpu' | 'packets' | 'bytes' | 'log', number>;

function ratesBetween(from: Work, to: Work): Rates {
  const seconds = (to.at - from.at) / 1000;
  return {
    cpu: (to.cpuMs - from.cpuMs) / seconds / 10,
    packets: (to.packets - from.packets) / seconds,
    bytes: (to.bytes - from.bytes) / seconds,
    log: (to.logBytes - from.logBytes) / seconds,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function row(name: string, rates: Rates, healthy: Rates | null): string {
  const cells = [
    `${rates.cpu.toFixed(1)} % CPU`,
    `${rates.packets.toFixed(0)} packets/s`,
    `${(rates.bytes / 1000).toFixed(0)} kB/s`,
    `log ${rates.log.toFixed(0)} B/s`,
  ];
  const ratio = healthy === null ? '' : `   CPU ${(rates.cpu / healthy.cpu).toFixed(2)}`;
  const bytes = healthy === null ? '' : `, bytes ${(rates.bytes / healthy.bytes).toFixed(2)}`;
  return `  ${name.padEnd(18)} ${cells.join('  ')}${ratio}${bytes}`;
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
  const measure = async (down: number): Promise<Rates> => {
    await maglevd.settled(BACKENDS - down, down);
    // Whoever changes is told of, and VPP has what was decided.
    await maglevd.quiet(QUIET_MS);
    const from = maglevd.work();
    await pause(MEASURE_MS);
    return ratesBetween(from, maglevd.work());
  };
  try {
    await maglevd.settled(BACKENDS, 0);
    // Until then each failure that VPP may explain is asked about; an answer of the server's is not.
    const asked = wanted.length === 0 || wanted.some((one) => one !== words.failing);
    await pause(asked ? SETTLE_MS : INTERVAL_MS);
    console.log(
      `${BACKENDS} backends (http, every ${INTERVAL_MS / 1000} s), a VPP (simulator) that has all weights:`,
    );
    for (const kind of KINDS.filter((one) => wanted.length === 0 || wanted.includes(words[one]))) {
      maglevd.reload(fleet(kind, 0));
      const healthy = await measure(0);
      console.log(row('all healthy', healthy, null));
      for (const share of SHARES) {
        const down = Math.round(BACKENDS * share);
        maglevd.reload(fleet(kind, down));
        console.log(row(`${down} ${words[kind]}`, await measure(down), healthy));
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
