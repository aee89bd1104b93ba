import { type ChildProcess, spawn } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeFlags } from '../../program/node-flags.js';
import { startHaproxy } from '../probes/checkers.js';
import { fleetConfig } from '../probes/fleet-config.js';
import { processUsage } from '../probes/process-usage.js';
import type { Ports } from '../probes/target-farm.js';
import { startSimulator } from '../simulator.js';
import type { MemoryQuestion, ThreadMemory } from './heap-watch.js';

const program = path.resolve(import.meta.dirname, '../../bin/maglevd.js');
const watch = path.resolve(import.meta.dirname, 'heap-watch.js');

const SERVERS_PER_VIP = 10;
/** The main one, and the one that probes. */
const THREADS = 2;
/** Until everybody was probed some times, and what is compiled at run time is compiled. */
const SETTLE_MS = 12_000;

export interface Fleet {
  readonly backends: number;
  readonly intervalMs: number;
  readonly ports: Ports;
}

export interface Footprint {
  readonly threads: readonly ThreadMemory[];
  /** Before anything was collected for the measurement. */
  readonly residentKb: number;
  readonly peakKb: number;
}

/** Of a maglevd as operators run it, when all backends are up, VPP has them, and some time has passed. */
export async function footprintOfMaglevd(
  folder: string,
  { backends, intervalMs, ports }: Fleet,
  snapshots: string | null,
): Promise<Footprint> {
  const socket = path.join(folder, `vpp-${backends}.sock`);
  const simulator = await startSimulator(socket);
  const config = path.join(folder, 'maglev.yaml');
  const check = `type: http, port: ${ports.http}, interval: ${intervalMs}ms, fast-interval: 2s, timeout: 2s`;
  writeFileSync(config, fleetConfig({ backends, check, serversPerVip: SERVERS_PER_VIP }));
  // What was written a moment ago is read twice, a second later.
  utimesSync(config, 1, 1);
  const flags = ['--config', config, '--vpp-api-addr', socket, '--vpp-stats-addr=', '--state-dir='];
  const rest = ['--metrics-addr=', '--grpc-addr', `unix:${folder}/grpc-${backends}`, '--log-format', 'json'];
  const child = spawn(process.execPath, [...nodeFlags, '--import', watch, program, ...flags, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await allUp(child, backends);
    await pause(SETTLE_MS);
    const { rssKb: residentKb, peakKb } = processUsage(child.pid ?? 0);
    const snapshot = snapshots === null ? null : path.join(snapshots, String(backends));
    const threads = await threadsOf(child, { snapshot });
    return { threads, residentKb, peakKb };
  } finally {
    child.kill('SIGKILL');
    await ended;
    await simulator.end();
  }
}

/** What HAProxy has that checks as many, in KB. */
export async function footprintOfHaproxy(folder: string, fleet: Fleet): Promise<number> {
  const { backends, intervalMs, ports } = fleet;
  const checker = await startHaproxy(folder, ports, { kind: 'http', backends, intervalMs });
  try {
    await pause(SETTLE_MS);
    return processUsage(checker.pid).rssKb;
  } finally {
    await checker.end();
  }
}

function allUp(child: ChildProcess, backends: number): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error('maglevd ended early')));
    let up = 0;
    child.stdout?.on('data', (text) => {
      up += String(text).split('"to":"up"').length - 1;
      if (up >= backends) resolve();
    });
  });
}

/** Of each thread, the main one first. */
function threadsOf(child: ChildProcess, question: MemoryQuestion): Promise<readonly ThreadMemory[]> {
  return new Promise((resolve) => {
    const told: ThreadMemory[] = [];
    child.on('message', (thread: ThreadMemory) => {
      told.push(thread);
      if (told.length === THREADS) resolve(told.sort((a, b) => a.thread - b.thread));
    });
    child.send(question);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
