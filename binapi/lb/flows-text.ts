import { type IpAddress, parseIp } from '../../domain/ip.js';
import type { ServerFlows, VipFlows } from '../../domain/lb.js';
import { Turns } from '../../domain/turns.js';
import { namesVip, vipBlocks } from './verbose-text.js';

/**
 * `    10.0.0.1 weight:100 buckets:512 flows:7 dpo:12 used`. That of a server which was removed, and has flows still, ends with
 * `dpo:12  removed`.
 */
const SERVER = /^ {4}(\S+) weight:(\d+) buckets:\d+ flows:(\d+) dpo:\d+ +(used|removed)$/;

/** Ten thousand take 20 ms. */
const SERVERS_A_TURN = 1000;

/** The flows of each VIP, as `show lb vips verbose` tells. null: the text is not understood. */
export async function parseFlows(text: string): Promise<readonly VipFlows[] | null> {
  if (text.trim() !== '' && !namesVip(text)) return null;
  const found: VipFlows[] = [];
  const turns = new Turns(SERVERS_A_TURN);
  for (const { key, text: vip, lines } of vipBlocks(text, true)) {
    const servers = lines.flatMap(serverOf);
    found.push({ key, tableLength: vip.tableLength, servers });
    await turns.after(1 + lines.length);
  }
  return found;
}

/** [] for a line of a counter. */
function serverOf(line: string): ServerFlows[] {
  const parts = SERVER.exec(line);
  const address: IpAddress | null = parts === null ? null : parseIp(parts[1] ?? '');
  if (parts === null || address === null) return [];
  // A server that was removed has no buckets, whatever its weight was.
  const weight = parts[4] === 'used' ? Number(parts[2]) : 0;
  return [{ address, weight, flows: Number(parts[3]) }];
}
