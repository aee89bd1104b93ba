import { RETVAL } from '../lb/retval.js';
import type { Command } from './command.js';

/** `lb flush vip <prefix> [protocol tcp|udp port <n>]`. On an unknown word VPP hangs for ever; this ends with an error. */
export const lbFlushVipCommand: Command = {
  path: 'lb flush vip',
  run: (input, { lb, print }) => {
    const line = input.line();
    if (line === null) return null;
    const prefix = line.prefix();
    if (prefix === null) return `invalid vip prefix: '${line.quoteRest()}'`;
    let protocol = 0;
    let port = 0;
    while (!line.atEnd) {
      if (line.literal('protocol tcp')) protocol = 6;
      else if (line.literal('protocol udp')) protocol = 17;
      else {
        const number = line.number('port');
        if (number === null) return `VPP would hang here, for ever reading '${line.quoteRest()}'`;
        port = number;
      }
    }
    const index = lb.vipIndex({ ...prefix, protocol: port === 0 ? 255 : protocol, port: port & 0xffff });
    if (index === null) return `lb_vip_find_index error ${RETVAL.NO_SUCH_ENTRY}`;
    lb.flushVip(index);
    print(`lb_flush_vip ok ${index}`);
    return null;
  },
};

/** Drops the flow tables of all threads. */
export const testLbFlowtableFlushCommand: Command = {
  path: 'test lb flowtable flush',
  run: (_input, { lb }) => {
    lb.state.flowTable.drop();
    return null;
  },
};
