import type { HealthCheck, ProbeParams } from '../domain/config.js';
import { type IpAddress, ipFamily } from '../domain/ip.js';

/** What to probe, and how. */
export interface ProbeTarget {
  readonly address: IpAddress;
  /** null = the kernel's choice. */
  readonly source: IpAddress | null;
  /** For all phases together. */
  readonly timeoutMs: number;
  readonly probe: ProbeParams;
}

/** The target that a health check means for a backend with this address. */
export function targetOf(address: IpAddress, check: HealthCheck): ProbeTarget {
  const source = ipFamily(address) === 4 ? check.probeIpv4Source : check.probeIpv6Source;
  return { address, source, timeoutMs: check.timeout, probe: check.probe };
}
