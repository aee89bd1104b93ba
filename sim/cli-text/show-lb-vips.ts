import { formatPrefix } from '../lb/ip46.js';
import { type LbState, serversOf, type Vip } from '../lb/lb-state.js';
import { bucketsByServer } from '../lb/new-flow-table.js';
import { isNat, VIP_TYPE, vipTypeName } from '../lb/vip-type.js';
import type { Command } from './command.js';

/** `show lb vips [verbose]`: every VIP but the placeholder, deleted ones included. */
export const showLbVipsCommand: Command = {
  path: 'show lb vips',
  run: (input, { lb, print }) => {
    const line = input.line();
    // VPP up to 26.06 takes the empty rest of the line for the end of the command.
    if (line === null && lb.state.generation === 'legacy') return null;
    const verbose = line?.literal('verbose') ?? false;
    for (const [index, vip] of lb.state.vips.entries()) {
      if (index === 0) continue;
      print(`${verbose ? detailed(lb.state, index, vip) : summary(vip)}\n`);
    }
    return null;
  },
};

function summary(vip: Vip): string {
  const prefix = formatPrefix(vip.prefix, vip.prefixLength);
  const removed = vip.used ? '' : ' removed';
  let text = `${vipTypeName(vip.type)} ${prefix} new_size:${vip.tableLength} #as:${vip.servers.size}${removed}`;
  if (vip.port !== 0) text += `  protocol:${vip.protocol} port:${vip.port} `;
  if (vip.type === VIP_TYPE.IP4_L3DSR) text += `  dscp:${vip.dscpOrServiceType}`;
  else if (isNat(vip.type)) text += ` ${natArguments(vip)}`;
  return text;
}

function detailed(state: LbState, index: number, vip: Vip): string {
  const prefix = formatPrefix(vip.prefix, vip.prefixLength);
  const sticky = vip.srcIpSticky ? ' src_ip_sticky' : '';
  const removed = vip.used ? '' : ' removed';
  let text = ` ${vipTypeName(vip.type)} [${index}] ${prefix}${sticky}${removed}\n  new_size:${vip.tableLength}\n`;
  if (vip.port !== 0) text += `  protocol:${vip.protocol} port:${vip.port}\n`;
  if (vip.type === VIP_TYPE.IP4_L3DSR) text += `  dscp:${vip.dscpOrServiceType}\n`;
  // No line end here: VPP prints the counters behind it.
  else if (isNat(vip.type)) text += `  ${natArguments(vip)}`;
  const counters = state.flowTable.counters(index);
  return [
    text,
    '  counters:\n',
    `    packet from existing sessions: ${counters.next}\n`,
    `    first session packet: ${counters.first}\n`,
    `    untracked packet: ${counters.untracked}\n`,
    `    no server configured: ${counters.noServer}\n`,
    `  #as:${vip.servers.size}\n`,
    ...servers(state, vip),
  ].join('');
}

function* servers(state: LbState, vip: Vip): Generator<string> {
  const buckets = bucketsByServer(state, vip);
  for (const [index, server] of serversOf(state, vip)) {
    const count = buckets.get(index) ?? 0;
    const flows = state.flowTable.references(index);
    const used = server.used ? 'used' : ' removed';
    yield state.generation === 'modern'
      ? `    ${server.address.text} weight:${server.weight} buckets:${count} flows:${flows} dpo:${server.dpo} ${used}\n`
      : `    ${server.address.text} ${count} buckets   ${flows} flows  dpo:${server.dpo} ${used}\n`;
  }
}

/** The port of the VIP is printed with its bytes swapped. */
function natArguments(vip: Vip): string {
  const type = vip.dscpOrServiceType === 0 ? 'clusterip' : 'nodeport';
  const swapped = ((vip.port & 0xff) << 8) | (vip.port >> 8);
  return `type:${type} port:${swapped} target_port:${vip.targetPort}`;
}
