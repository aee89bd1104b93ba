import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PAGE_ROWS, ProbeNumbers } from '../domain/probe-numbers.js';
import { runPrinting } from '../program/output.js';
import type { ThreadMemory } from './memory/heap-watch.js';
import { type Fleet, type Footprint, footprintOfHaproxy, footprintOfMaglevd } from './memory/programs.js';
import { haproxyVersion } from './probes/checkers.js';
import { TargetFarm } from './probes/target-farm.js';

/**
 * What a healthy backend takes of the memory, by what two fleets differ in: checked over HTTP, ten to a VIP, in a VPP (simulator) that
 * has all of them. Live: what is left in the heaps of all threads and beside them when all garbage is collected; the numbers of probes
 * are shared memory, and told apart. Resident: what the process has, with its garbage, as operators see it; beside HAProxy's.
 */
const SIZES: readonly [number, number] = [2000, 10_000];
/** Bytes a backend, live. */
const LIMIT = 4096;
const INTERVAL_MS = 10_000;

/** With SNAPSHOTS=folder, a heap snapshot of each thread is written there, for whoever wants to know what it is. */
const snapshots = process.env['SNAPSHOTS'] ?? null;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function sum(threads: readonly ThreadMemory[], of: (thread: ThreadMemory) => number): number {
  return threads.reduce((all, thread) => all + of(thread), 0);
}

function nameOf({ thread }: ThreadMemory): string {
  return thread === 0 ? 'main thread' : 'thread that probes';
}

const farm = await TargetFarm.start(1);
const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bench-'));
process.exitCode = await runPrinting('bench:memory', async () => {
  try {
    const [few, many] = SIZES;
    const ports = farm.entrances[0];
    if (ports === undefined) throw new Error('the servers did not come up');
    const fleetOf = (backends: number): Fleet => ({ backends, intervalMs: INTERVAL_MS, ports });
    const measured: Footprint[] = [];
    for (const backends of SIZES) {
      const footprint = await footprintOfMaglevd(folder, fleetOf(backends), snapshots);
      measured.push(footprint);
      const { threads, residentKb, peakKb } = footprint;
      const live = sum(threads, ({ heap, external }) => heap + external);
      const resident = `resident ${mb(residentKb * 1024)}, at most ${mb(peakKb * 1024)}`;
      console.log(`maglevd, ${backends} backends: ${mb(live)} live; ${resident}`);
    }
    const [before, after] = measured;
    if (before === undefined || after === undefined) return 1;
    const each = (bytes: number) => bytes / (many - few);
    for (const thread of after.threads) {
      const less = before.threads.find((one) => one.thread === thread.thread);
      const heap = each(thread.heap - (less?.heap ?? 0)).toFixed(0);
      const external = each(thread.external - (less?.external ?? 0)).toFixed(0);
      console.log(`  ${nameOf(thread)}: ${heap} bytes a backend in its heap, ${external} beside it`);
    }
    const liveOf = ({ threads }: Footprint) => sum(threads, ({ heap, external }) => heap + external);
    const live = each(liveOf(after) - liveOf(before));
    const verdict = live <= LIMIT ? 'kept' : 'NOT KEPT';
    console.log(`  live: ${live.toFixed(0)} bytes a backend (limit ${LIMIT}: ${verdict})`);
    const numbers = new ProbeNumbers().memory.byteLength / PAGE_ROWS;
    console.log(`  shared memory: ${numbers} bytes a backend, the numbers of its last results`);
    const resident = each((after.residentKb - before.residentKb) * 1024);
    console.log(`  resident: ${(resident / 1024).toFixed(1)} KB a backend`);
    if (haproxyVersion() === null) {
      console.log('HAProxy is not installed, so there is nothing to compare with.');
      return 0;
    }
    const theirs: number[] = [];
    for (const backends of SIZES) {
      const residentKb = await footprintOfHaproxy(folder, fleetOf(backends));
      theirs.push(residentKb);
      console.log(`${haproxyVersion()}, ${backends} servers: resident ${mb(residentKb * 1024)}`);
    }
    const [small = 0, large = 0] = theirs;
    console.log(`  resident: ${((large - small) / (many - few)).toFixed(1)} KB a server`);
    return 0;
  } finally {
    farm.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
