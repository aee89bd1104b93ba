import { ipFromBytes } from '../../domain/ip.js';
import type { FlowTableThread } from '../lb/flow-table.js';
import type { LbState } from '../lb/lb-state.js';
import type { Command } from './command.js';

/** VPP prints the mask of the buckets plus the entries of one bucket for the capacity, which it is not. */
const CAPACITY_OFFSET = 3;

export const showLbCommand: Command = {
  path: 'show lb',
  run: (_input, { lb, print }) => {
    print(showLb(lb.state));
    return null;
  },
};

function showLb(state: LbState): string {
  return [
    `lb_main ip4-src-address: ${ipFromBytes(state.config.ip4Source)} \n`,
    ` ip6-src-address: ${ipFromBytes(state.config.ip6Source)} \n`,
    // The placeholder is counted among the VIPs but not among the servers.
    ` #vips: ${state.vips.size}\n`,
    ` #ass: ${state.servers.size - 1}\n`,
    ...state.flowTable.threads().map(showThread),
  ].join('');
}

function showThread({ index, timeout, liveEntries, buckets }: FlowTableThread): string {
  return `core ${index}\n  timeout: ${timeout | 0}s\n  usage: ${liveEntries} / ${buckets + CAPACITY_OFFSET}\n`;
}
