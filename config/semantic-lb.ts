import { formatDuration } from '../domain/duration.js';
import { MAX_FLOW_TIMEOUT, MAX_STICKY_BUCKETS, MAX_TABLE_LENGTH } from '../domain/lb.js';
import { unusableInVpp, wrongFamily } from './address-rules.js';
import { periodRule } from './codec-scalars.js';
import type { Finding } from './problem.js';
import type { FileLb } from './schema.js';

/** Seconds. */
const MIN_FLOW_TIMEOUT = 1;

const sources = [
  ['ipv4-src-address', 4],
  ['ipv6-src-address', 6],
] as const;

/** VPP's settings. The two source addresses, which every file must name, come last. */
export function checkLb(lb: FileLb): Finding[] {
  const found: Finding[] = [];
  const report = (key: keyof FileLb, message: string | null) => {
    if (message !== null) found.push({ path: ['maglev', 'vpp', 'lb', key], message });
  };
  for (const key of ['sync-interval', 'stats-interval'] as const) {
    const wrong = periodRule(lb[key]);
    report(key, wrong === null ? null : `${formatDuration(lb[key])} ${wrong}`);
  }
  report('sticky-buckets-per-core', powerOfTwo(lb['sticky-buckets-per-core'], MAX_STICKY_BUCKETS));
  report('flow-timeout', flowTimeout(lb['flow-timeout']));
  report('startup-min-delay', startupDelays(lb));
  report('new-flows-table-length', powerOfTwo(lb['new-flows-table-length'], MAX_TABLE_LENGTH));
  for (const [key, family] of sources) {
    const ip = lb[key];
    if (ip === null)
      report(key, `required: the address from which VPP's tunnels to IPv${family} backends come`);
    else report(key, wrongFamily(ip, family) ?? unusableInVpp(ip));
  }
  return found;
}

function powerOfTwo(value: number, max: number): string | null {
  if (value < 1 || value > max) return `${value} is out of range: 1 to ${max}`;
  const below = 2 ** Math.floor(Math.log2(value));
  return below === value ? null : `${value} is not a power of two: the nearest are ${below} and ${below * 2}`;
}

function flowTimeout(milliseconds: number): string | null {
  if (milliseconds < MIN_FLOW_TIMEOUT * 1000 || milliseconds > MAX_FLOW_TIMEOUT * 1000) {
    return `${formatDuration(milliseconds)} is out of range: ${MIN_FLOW_TIMEOUT}s to ${MAX_FLOW_TIMEOUT}s`;
  }
  return milliseconds % 1000 === 0
    ? null
    : `${formatDuration(milliseconds)} is not a whole number of seconds`;
}

function startupDelays(lb: FileLb): string | null {
  const { 'startup-min-delay': min, 'startup-max-delay': max } = lb;
  if (min <= max) return null;
  return `${formatDuration(min)} is longer than startup-max-delay, ${formatDuration(max)}`;
}
