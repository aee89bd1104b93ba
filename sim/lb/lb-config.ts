import type { LbState } from './lb-state.js';
import { RETVAL, type Retval } from './retval.js';

export interface LbConfigRequest {
  readonly ip4Source: Uint8Array;
  readonly ip6Source: Uint8Array;
  /** null = keep. */
  readonly bucketsPerThread: number | null;
  /** Seconds; null = keep. */
  readonly flowTimeout: number | null;
}

/**
 * Sets the global configuration, all or nothing. 0 buckets pass for a power of two here and kill VPP at the next LB
 * packet; a timeout is not checked at all.
 */
export function configure(state: LbState, request: LbConfigRequest): Retval {
  const buckets = request.bucketsPerThread ?? state.config.bucketsPerThread;
  if ((buckets & (buckets - 1)) !== 0) return RETVAL.INVALID_MEMORY_SIZE;
  state.config.ip4Source = Uint8Array.from(request.ip4Source);
  state.config.ip6Source = Uint8Array.from(request.ip6Source);
  state.config.bucketsPerThread = buckets;
  state.config.flowTimeout = request.flowTimeout ?? state.config.flowTimeout;
  return RETVAL.OK;
}
