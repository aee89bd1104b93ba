import type { Ip46 } from '../lb/ip46.js';
import type { LbPlugin } from '../lb/lb-plugin.js';
import { RETVAL } from '../lb/retval.js';
import type { VipAddress } from '../lb/vip-lookup.js';
import type { Command } from './command.js';
import type { CommandInput } from './command-input.js';

const DEFAULT_WEIGHT = 100;
const NO_WEIGHT = 0xffffffff;

interface ServerArguments {
  readonly addresses: Ip46[];
  weight: number;
  del: boolean;
  flush: boolean;
  protocol: number;
  port: number;
}

/** `lb as <vip-prefix> [protocol tcp|udp port <n>] [<address> ...] [weight <0-100>] [del] [flush]` */
export const lbAsCommand: Command = {
  path: 'lb as',
  run: (input, { lb }) => {
    const line = input.line();
    if (line === null) return null;
    const prefix = line.prefix();
    if (prefix === null) return `invalid as address: '${line.quoteRest()}'`;
    const args = readArguments(line, lb.state.generation === 'modern');
    if (args === null) return `parse error: '${line.quoteRest()}'`;
    if (args.weight !== NO_WEIGHT && args.weight > 100) return 'weight must be between 0 and 100';
    if (args.weight !== NO_WEIGHT && args.del) return 'weight and del are mutually exclusive';

    const vip = { ...prefix, protocol: args.port === 0 ? 255 : args.protocol, port: args.port & 0xffff };
    if (lb.vipIndex(vip) === null) return `lb_vip_find_index error ${RETVAL.NO_SUCH_ENTRY}`;
    if (args.addresses.length === 0) return 'No AS address provided';
    if (lb.state.generation === 'legacy') lb.collectGarbage();
    return change(lb, vip, args);
  },
};

function change(lb: LbPlugin, vip: VipAddress, args: ServerArguments): string | null {
  if (args.del) {
    const retval = lb.removeServers(vip, args.addresses, args.flush);
    return retval === RETVAL.OK ? null : `lb_vip_del_ass error ${retval}`;
  }
  const weighted = args.weight !== NO_WEIGHT;
  const weight = weighted ? args.weight : DEFAULT_WEIGHT;
  const retval = lb.addServers(vip, args.addresses, weight, args.flush && lb.state.generation === 'modern');
  if (retval === RETVAL.OK) return null;
  if (!weighted || retval !== RETVAL.VALUE_EXIST) return `lb_vip_add_ass error ${retval}`;
  for (const address of args.addresses) {
    const changed = lb.setServerWeight(vip, address, weight, args.flush);
    if (changed !== RETVAL.OK) return `lb_vip_set_as_weight error ${changed}`;
  }
  return null;
}

function readArguments(line: CommandInput, weights: boolean): ServerArguments | null {
  const args: ServerArguments = {
    addresses: [],
    weight: NO_WEIGHT,
    del: false,
    flush: false,
    protocol: 0,
    port: 0,
  };
  while (!line.atEnd) if (!readArgument(line, args, weights)) return null;
  return args;
}

function readArgument(line: CommandInput, args: ServerArguments, weights: boolean): boolean {
  const address = line.address();
  if (address !== null) {
    args.addresses.push(address);
    return true;
  }
  const weight = weights ? line.number('weight', 'unsigned') : null;
  if (weight !== null) args.weight = weight;
  else if (line.literal('del')) args.del = true;
  else if (line.literal('flush')) args.flush = true;
  else if (line.literal('protocol tcp')) args.protocol = 6;
  else if (line.literal('protocol udp')) args.protocol = 17;
  else {
    const port = line.number('port');
    if (port === null) return false;
    args.port = port;
  }
  return true;
}
