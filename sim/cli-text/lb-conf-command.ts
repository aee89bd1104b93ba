import { RETVAL } from '../lb/retval.js';
import type { Command } from './command.js';

/** `lb conf [ip4-src-address <addr>] [ip6-src-address <addr>] [buckets <n>] [buckets-log2 <n>] [timeout <s>]` */
export const lbConfCommand: Command = {
  path: 'lb conf',
  run: (input, { lb }) => {
    const line = input.line();
    if (line === null) return null;
    let { ip4Source, ip6Source, bucketsPerThread, flowTimeout } = lb.state.config;
    while (!line.atEnd) {
      const ip4 = line.ip4('ip4-src-address');
      const ip6 = line.ip6('ip6-src-address');
      const buckets = line.number('buckets');
      const log2 = line.number('buckets-log2');
      const timeout = line.number('timeout');
      if (log2 !== null && log2 >= 32) return 'buckets-log2 value is too high';
      if ([ip4, ip6, buckets, log2, timeout].every((value) => value === null)) {
        return `parse error: '${line.quoteRest()}'`;
      }
      ip4Source = ip4?.bytes.subarray(12) ?? ip4Source;
      ip6Source = ip6?.bytes ?? ip6Source;
      bucketsPerThread = log2 === null ? (buckets ?? bucketsPerThread) : 2 ** log2;
      flowTimeout = timeout ?? flowTimeout;
    }
    lb.collectGarbage();
    const retval = lb.configure({ ip4Source, ip6Source, bucketsPerThread, flowTimeout });
    return retval === RETVAL.OK ? null : `lb_conf error ${retval}`;
  },
};

/** The one interface that every VPP has is also the only one here, so these commands change nothing. */
function interfaceCommand(path: string): Command {
  return {
    path,
    run: (input) => {
      const line = input.line();
      if (line === null) return null;
      while (!line.atEnd) {
        if (!line.literal('in local0') && !line.literal('del')) return `unknown input '${line.quoteRest()}'`;
      }
      return null;
    },
  };
}

export const lbSetInterfaceCommands: readonly Command[] = [
  interfaceCommand('lb set interface nat4'),
  interfaceCommand('lb set interface nat6'),
];
