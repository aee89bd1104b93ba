import { setTimeout as sleep } from 'node:timers/promises';
import { cliInband } from '../../binapi/generated/vlib.js';
import { openStats } from '../../binapi/stats/stats-segment.js';
import { realClock } from '../../clock/real-clock.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { vipRows } from './observe.js';
import { PacketGenerator } from './packet-generator.js';
import type { Target } from './target.js';

export interface LiveTarget extends Target {
  /** Takes back what was made for sending packets, and says goodbye. */
  readonly close: () => Promise<void>;
}

/** A VPP that runs. Rejects when nobody answers there. */
export async function openLiveTarget(apiSocket: string, statsSocket: string | null): Promise<LiveTarget> {
  const client = await RawVppClient.connect(apiSocket, 'conformance');
  const generator = new PacketGenerator(client);
  const stats = statsSocket === null ? null : await openStats({ socketPath: statsSocket, clock: realClock });
  return {
    client,
    stats,
    connect: () => RawVppClient.connect(apiSocket, 'another'),
    send: (burst) => generator.send(burst),
    wait: (seconds) => sleep(seconds * 1000),
    close: async () => {
      stats?.close();
      await generator.close();
      await client.leave();
    },
  };
}

/** Longer than garbage collection takes at worst. */
const GARBAGE_PATIENCE_MS = 150_000;

/**
 * Waits until VPP has freed the VIPs that somebody has deleted: dumps would show their servers. Flows, which could keep
 * them for ever, are flushed. `waiting` is called when that takes longer.
 */
export async function garbageIsGone({ client }: Target, waiting: () => void): Promise<void> {
  const lingering = async () => !/ #vips: 1\n/.test((await client.call(cliInband, { cmd: 'show lb' })).reply);
  if (!(await lingering())) return;
  waiting();
  await client.call(cliInband, { cmd: 'test lb flowtable flush' });
  const deadline = performance.now() + GARBAGE_PATIENCE_MS;
  while (await lingering()) {
    if (performance.now() > deadline) throw new Error('VPP keeps VIPs that were deleted; start it again');
    await sleep(1000);
  }
}

/** Why cases cannot be run on this VPP, or null. */
export async function whyNotOn({ client }: Target): Promise<string | null> {
  const needed = client.hello.messageTable.some(({ name }) => name === 'lb_as_set_weight_2d89bdbd');
  if (!needed) return 'this VPP is older than 26.10, or its lb plugin is not enabled';
  const rows = await vipRows(client, null);
  if (rows.length > 0) return `this VPP has ${rows.length} VIPs; the cases want one that nobody uses`;
  return null;
}
