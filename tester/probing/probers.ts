import { MaglevError } from '../../domain/errors.js';
import type { Clock } from '../../protocol/clock.js';
import type { Vip } from '../vip.js';
import { DnsProber } from './dns-prober.js';
import { KernelProber } from './kernel-prober.js';
import { NodeProber } from './node-prober.js';
import type { Asking, Probe } from './prober.js';

/** How all VIPs are asked. */
export interface Probers {
  /** One for each VIP. */
  readonly probes: readonly Probe[];
  readonly look: () => void;
  readonly wait: ((ms: number) => number) | null;
  readonly close: () => void;
}

/** Prepares a probe of each VIP, in the way that costs least. */
export function prepareProbers(clock: Clock, vips: readonly Vip[], asking: Asking): Probers {
  const node = new NodeProber(clock, asking);
  const dns = new DnsProber(clock);
  const isPlain = ({ way }: Vip) => way.kind === 'tcp' || (way.kind === 'http' && !asking.keepAlive);
  const onlyPlain = vips.every(isPlain);
  const kernel = vips.some(isPlain) ? openKernel(clock, asking, !onlyPlain) : null;
  const probes = vips.map((vip) => {
    if (vip.way.kind === 'dns') return dns.prepare(vip);
    return (kernel !== null && isPlain(vip) ? kernel : node).prepare(vip);
  });
  return {
    probes,
    look: () => kernel?.look(),
    wait: onlyPlain ? (kernel?.wait ?? null) : null,
    close: () => {
      for (const prober of [kernel, node, dns]) prober?.close();
    },
  };
}

/** Null where the kernel cannot be asked directly. */
function openKernel(clock: Clock, asking: Asking, watched: boolean): KernelProber | null {
  try {
    return new KernelProber(clock, asking, watched);
  } catch (thrown) {
    if (thrown instanceof MaglevError) return null;
    throw thrown;
  }
}
