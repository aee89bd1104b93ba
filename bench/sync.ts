import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ActorSystem } from '../actors/kernel/contract.js';
import { createActorSystem } from '../actors/kernel/system.js';
import { vppActor } from '../actors/vpp/vpp.js';
import { openApi } from '../binapi/open-api.js';
import { realClock } from '../clock/real-clock.js';
import { openVpp } from '../daemon/open-vpp.js';
import { hostPrefix, ipFromBytes } from '../domain/ip.js';
import type { Decision, DesiredVip } from '../domain/lb.js';
import type { SyncReport } from '../domain/syncs.js';
import { runPrinting } from '../program/output.js';
import type { Address } from '../protocol/address.js';
import type { DecisionRequest } from '../protocol/decision.js';
import type { FreeLogger } from '../protocol/log.js';
import type { VppControl } from '../protocol/vpp.js';
import { startSimulator } from './simulator.js';
import { BareLoop, RecordingProxy } from './wire.js';

/**
 * How much maglevd adds to the least that has to be done: cold sync and no-op sync, each as a ratio to a bare loop
 * that writes the same bytes and reads as many. Everything is measured in this run, on this machine.
 */
const VIPS = 1000;
const SERVERS = 10;
const SAMPLES = 7;
const PINGS = 100_000;

const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
const socket = path.join(folder, 'vpp.sock');
const proxySocket = path.join(folder, 'proxy.sock');

const decision: Decision = {
  conf: {
    ipv4Source: ipFromBytes(Uint8Array.of(198, 51, 100, 1)),
    ipv6Source: ipFromBytes(Uint8Array.of(32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    stickyBucketsPerCore: 65536,
    flowTimeout: 40,
  },
  syncInterval: 3_600_000,
  statsInterval: 5_000,
  vips: Array.from({ length: VIPS }, (_, v): DesiredVip => {
    return {
      frontend: `f${v}`,
      key: { prefix: hostPrefix(ipFromBytes(Uint8Array.of(192, 0, v >> 8, v & 255))), protocol: 6, port: 80 },
      encap: 'gre4',
      tableLength: 1024,
      srcIpSticky: false,
      ases: Array.from({ length: SERVERS }, (_, s) => {
        const address = ipFromBytes(Uint8Array.of(10, s, v >> 8, v & 255));
        return { address, backend: `b${s}`, weight: 100, hold: false, flush: false, reason: 'bench' };
      }),
    };
  }),
};

const decisions: Address<DecisionRequest> = {
  name: 'bench',
  tell: ({ reply }) => reply.ok(decision),
};

/** maglevd's vpp part, and the durations of its syncs. */
class Syncer {
  readonly #system: ActorSystem;
  readonly #vpp: Address<VppControl>;
  #synced: () => void = () => {};
  readonly cold: Promise<void>;

  constructor(socketPath: string) {
    this.cold = new Promise((resolve) => {
      this.#synced = resolve;
    });
    const log: FreeLogger = {
      enabled: (level) => level !== 'debug',
      log: (_level, event, fields) => {
        if (event === 'vpp-lbsync-done' && fields?.['failures'] === 0) this.#synced();
      },
    };
    this.#system = createActorSystem({ clock: realClock, log });
    this.#vpp = this.#system.start(
      vppActor({ open: openVpp({ socketPath, clock: realClock, log }), openStats: null, decisions }),
    );
  }

  sync(): Promise<SyncReport> {
    return this.#system.ask(this.#vpp, { type: 'sync', frontend: null }, { timeoutMs: 60_000 });
  }

  end(): Promise<void> {
    return this.#system.stop();
  }
}

async function record() {
  const sim = await startSimulator(socket);
  const proxy = await RecordingProxy.start(proxySocket, socket);
  const syncer = new Syncer(proxySocket);
  await syncer.cold;
  const cold = proxy.take();
  await syncer.sync();
  const noop = proxy.take();
  await syncer.end();
  proxy.close();
  await sim.end();
  return { cold, noop };
}

async function bare({ cold, noop }: Awaited<ReturnType<typeof record>>) {
  const sim = await startSimulator(socket);
  const loop = await BareLoop.connect(socket);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const coldMs = await loop.play(cold);
  delay.disable();
  await loop.play(noop);
  const noopMs = await loop.play(noop);
  loop.close();
  await sim.end();
  return { coldMs, noopMs, blockedMs: delay.max / 1e6 };
}

async function maglev() {
  const sim = await startSimulator(socket);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begin = performance.now();
  const syncer = new Syncer(socket);
  await syncer.cold;
  const coldMs = performance.now() - begin;
  delay.disable();
  const coldBlockedMs = delay.max / 1e6;
  await syncer.sync();
  delay.reset();
  delay.enable();
  const noopBegin = performance.now();
  await syncer.sync();
  const noopMs = performance.now() - noopBegin;
  delay.disable();
  await syncer.end();
  await sim.end();
  return { coldMs, noopMs, coldBlockedMs, noopBlockedMs: delay.max / 1e6 };
}

async function pings() {
  const sim = await startSimulator(socket);
  const trace = { enabled: () => false, message: () => {} };
  const client = await openApi({ socketPath: socket, clientName: 'bench', clock: realClock, trace });
  const begin = performance.now();
  for (let sent = 0; sent < PINGS; sent += 1000) {
    await Promise.all(Array.from({ length: 1000 }, () => client.ping()));
  }
  const seconds = (performance.now() - begin) / 1000;
  await client.close();
  await sim.end();
  return Math.round(PINGS / seconds);
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ms = (value: number) => `${value.toFixed(1)} ms`;

process.exitCode = await runPrinting('bench', async () => {
  try {
    console.log(`pipelined control_pings: ${(await pings()).toLocaleString('en')} a second`);
    const recording = await record();
    // Once for nothing, so that both sides are measured warm.
    await maglev();
    const ours = [];
    const theirs = [];
    for (let i = 0; i < SAMPLES; i++) {
      theirs.push(await bare(recording));
      ours.push(await maglev());
    }
    const report = (what: string, mine: readonly number[], loop: readonly number[]) => {
      const ratio = median(mine) / median(loop);
      console.log(`${what}: ${ms(median(mine))}, bare loop ${ms(median(loop))}, ratio ${ratio.toFixed(2)}`);
    };
    console.log(`${VIPS} VIPs x ${SERVERS} servers, median of ${SAMPLES}:`);
    report(
      '  cold sync',
      ours.map((one) => one.coldMs),
      theirs.map((one) => one.coldMs),
    );
    report(
      '  no-op sync',
      ours.map((one) => one.noopMs),
      theirs.map((one) => one.noopMs),
    );
    // The bare loop has nothing to do but to wait: what blocks it is the machine.
    const worst = (values: readonly number[]) => ms(Math.max(...values));
    const cold = worst(ours.map((one) => one.coldBlockedMs));
    const noop = worst(ours.map((one) => one.noopBlockedMs));
    const machine = worst(theirs.map((one) => one.blockedMs));
    console.log(`  event loop blocked at most: cold ${cold}, no-op ${noop}; the bare loop: ${machine}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
