import { readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

export interface ProcessUsage {
  /** Time on a CPU since its start, in user code and in the kernel. */
  readonly cpuMs: number;
  /** Memory in RAM now, and the most that it ever was. */
  readonly rssKb: number;
  readonly peakKb: number;
}

/** What /proc says of a process, with all its threads. */
export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is a name in parentheses, which may have spaces; utime and stime are the 14th and the 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { cpuMs: ticks * MS_PER_TICK, rssKb: kb('VmRSS'), peakKb: kb('VmHWM') };
}

/** Echo requests that this machine has answered since its boot. */
export function echoesAnswered(): number {
  const lines = readFileSync('/proc/net/snmp', 'latin1').split('\n');
  const [names = '', values = ''] = lines.filter((line) => line.startsWith('Icmp: '));
  return Number(values.split(' ')[names.split(' ').indexOf('InEchos')]);
}
