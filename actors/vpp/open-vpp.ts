import { openLb } from '../../binapi/lb/open-lb.js';
import { logTrace } from '../../binapi/trace.js';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { OpenVpp } from './api.js';

export interface OpenVppOptions {
  /** Path of VPP's binary API socket. */
  readonly socketPath: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Connects to a real VPP. A VPP whose lb plugin lacks what is needed is refused with MGL_VPP_INCOMPATIBLE. */
export function openVpp({ socketPath, clock, log }: OpenVppOptions): OpenVpp {
  const trace = logTrace(log);
  return (signal) => openLb({ socketPath, clientName: 'vpp-maglev', clock, trace, signal });
}
