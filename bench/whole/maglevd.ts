import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '../../client/index.js';
import { nodeFlags } from '../../program/node-flags.js';

const built = path.resolve(import.meta.dirname, '../../bin/maglevd.js');
const watch = path.resolve(import.meta.dirname, 'loop-watch.js');

/** A full sync, as the log of the maglevd that made it tells of it. In milliseconds. */
export interface WholeSync {
  /** From the moment at which VPP was connected to the end of the sync. */
  readonly sinceConnectMs: number;
  /** From the start of the process. */
  readonly sinceStartMs: number;
  /** The sync alone. */
  readonly durationMs: number;
  /** The longest time for which the event loop was blocked meanwhile. */
  readonly blockedMs: number;
}

/** A maglevd as operators run it, in a process of its own; the bench learns what it does from its log. */
export interface WholeMaglevd {
  /** The next full sync that leaves VPP equal. Rejects when the process ends. */
  readonly nextSync: () => Promise<WholeSync>;
  /** Asks for a full sync. */
  readonly sync: () => Promise<WholeSync>;
  readonly end: () => Promise<void>;
}

interface Line {
  readonly msg?: string;
  readonly time?: string;
  readonly scope?: string;
  readonly failures?: number;
  readonly durationMs?: number;
}

/** `program` is that of a build unless another one is named. */
export function startWhole(folder: string, config: string, vpp: string, program = built): WholeMaglevd {
  const startedAt = Date.now();
  const grpc = `unix:${path.join(folder, 'grpc.sock')}`;
  const flags = ['--config', config, '--vpp-api-addr', vpp, '--vpp-stats-addr=', '--state-dir='];
  const rest = ['--metrics-addr=', '--grpc-addr', grpc, '--log-format', 'json'];
  // Authorities that this machine adds to Node's are read at every start, which takes as long as a sync.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, '--import', watch, program, ...flags, ...rest], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let connectedAt = 0;
  let blockedMs = 0;
  let waiting: { readonly resolve: (sync: WholeSync) => void; readonly reject: (error: Error) => void }[] =
    [];
  child.on('message', (message: { readonly blockedMs: number }) => {
    blockedMs = message.blockedMs;
  });
  if (child.stdout === null) throw new Error('the log of maglevd cannot be read');
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    const at = Date.parse(line.time ?? '');
    if (line.msg === 'vpp-connect') connectedAt = at;
    if (line.msg !== 'vpp-lbsync-done' || line.scope !== 'all' || line.failures !== 0) return;
    const times = { sinceConnectMs: at - connectedAt, sinceStartMs: at - startedAt };
    const { durationMs = 0 } = line;
    // What the process says of itself comes by another way, a little later.
    setTimeout(() => {
      const told = { ...times, durationMs, blockedMs };
      for (const { resolve } of waiting.splice(0)) resolve(told);
    }, 50);
  });
  void ended.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error('maglevd ended early'));
    waiting = [];
  });
  const nextSync = () => new Promise<WholeSync>((resolve, reject) => waiting.push({ resolve, reject }));
  return {
    nextSync,
    sync: async () => {
      const done = nextSync();
      const client = connect({ server: grpc, timeoutMs: 60_000 });
      try {
        await client.syncVPPLBState({});
        return await done;
      } finally {
        client.close();
      }
    },
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
