import { isIp4Prefix } from '../lb/ip46.js';
import { RETVAL } from '../lb/retval.js';
import { ENCAP, VIP_TYPE, type VipType, vipTypeOf } from '../lb/vip-type.js';
import type { Command } from './command.js';
import type { CommandInput } from './command-input.js';

const encaps: ReadonlyMap<string, number> = new Map([
  ['encap gre4', ENCAP.GRE4],
  ['encap gre6', ENCAP.GRE6],
  ['encap l3dsr', ENCAP.L3DSR],
  ['encap nat4', ENCAP.NAT4],
  ['encap nat6', ENCAP.NAT6],
]);

const NO_DSCP = 0xffffffff;

interface VipArguments {
  del: boolean;
  tableLength: number;
  srcIpSticky: boolean;
  protocol: number;
  port: number;
  encap: number;
  dscp: number;
  serviceType: number;
  targetPort: number;
}

/** `lb vip <prefix> [protocol tcp|udp port <n>] [encap ...] [dscp <n>] [type ...] [target_port <n>] [new_len <n>] ...` */
export const lbVipCommand: Command = {
  path: 'lb vip',
  run: (input, { lb, print }) => {
    const line = input.line();
    if (line === null) return null;
    const prefix = line.prefix();
    if (prefix === null) return `invalid vip prefix: '${line.quoteRest()}'`;
    const args = readArguments(line);
    if (args === null) return `parse error: '${line.quoteRest()}'`;
    const { encap, dscp } = args;
    if (encap !== ENCAP.L3DSR && dscp !== NO_DSCP) {
      return 'lb_vip_add error: should not configure dscp for none L3DSR.';
    }
    if (encap === ENCAP.L3DSR && dscp >= 64)
      return 'lb_vip_add error: dscp for L3DSR should be less than 64.';
    const ip4 = isIp4Prefix(prefix.prefix, prefix.prefixLength);
    if (ip4 && encap === ENCAP.NAT6) return 'currently does not support NAT46';
    if (!ip4 && encap === ENCAP.NAT4) return 'currently does not support NAT64';

    lb.collectGarbage();
    const port = args.port & 0xffff;
    // The command tests the number for 0 before it cuts it to 16 bits.
    const protocol = args.port === 0 ? 255 : args.protocol;
    const vip = { ...prefix, protocol, port };
    if (args.del) {
      if (lb.vipIndex(vip) === null) return `lb_vip_find_index error ${RETVAL.NO_SUCH_ENTRY}`;
      const retval = lb.deleteVip(vip);
      return retval === RETVAL.OK ? null : `lb_vip_del error ${retval}`;
    }
    const { retval, index } = lb.addVip({
      ...vip,
      type: typeOf(ip4, encap),
      tableLength: args.tableLength,
      srcIpSticky: args.srcIpSticky,
      dscp: dscp & 0x3f,
      serviceType: args.serviceType,
      targetPort: args.targetPort & 0xffff,
    });
    if (retval !== RETVAL.OK) return `lb_vip_add error ${retval}`;
    print(`lb_vip_add ok ${index}`);
    return null;
  },
};

/** Unlike the API the command has no type for L3DSR on IPv6; it passes on what is in memory, which is refused. */
function typeOf(ip4: boolean, encap: number): VipType {
  return !ip4 && encap === ENCAP.L3DSR ? VIP_TYPE.IP4_L3DSR : vipTypeOf(ip4, encap);
}

function readArguments(line: CommandInput): VipArguments | null {
  const args: VipArguments = {
    del: false,
    tableLength: 1024,
    srcIpSticky: false,
    protocol: 0,
    port: 0,
    encap: ENCAP.GRE4,
    dscp: NO_DSCP,
    serviceType: 0,
    targetPort: 0,
  };
  while (!line.atEnd) if (!readArgument(line, args)) return null;
  return args;
}

function readArgument(line: CommandInput, args: VipArguments): boolean {
  const tableLength = line.number('new_len');
  if (tableLength !== null) args.tableLength = tableLength;
  else if (line.literal('del')) args.del = true;
  else if (line.literal('src_ip_sticky')) args.srcIpSticky = true;
  else if (line.literal('protocol tcp')) args.protocol = 6;
  else if (line.literal('protocol udp')) args.protocol = 17;
  else if (line.literal('type clusterip')) args.serviceType = 0;
  else if (line.literal('type nodeport')) args.serviceType = 1;
  else return readEncap(line, args) || readNumber(line, args);
  return true;
}

function readEncap(line: CommandInput, args: VipArguments): boolean {
  for (const [words, encap] of encaps) {
    if (!line.literal(words)) continue;
    args.encap = encap;
    return true;
  }
  return false;
}

function readNumber(line: CommandInput, args: VipArguments): boolean {
  const port = line.number('port');
  const dscp = port === null ? line.number('dscp') : null;
  const targetPort = port === null && dscp === null ? line.number('target_port') : null;
  args.port = port ?? args.port;
  args.dscp = dscp ?? args.dscp;
  args.targetPort = targetPort ?? args.targetPort;
  return port !== null || dscp !== null || targetPort !== null;
}
