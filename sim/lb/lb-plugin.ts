import { collectAll, GARBAGE_PROCESS_SECONDS } from './garbage-collection.js';
import type { Ip46 } from './ip46.js';
import { configure, type LbConfigRequest } from './lb-config.js';
import { createLbState, type LbState, type LbStateOptions } from './lb-state.js';
import { RETVAL, type Retval } from './retval.js';
import { addServers, removeServers, setServerWeight } from './server.js';
import { addVip, type VipAddRequest, type VipAddResult } from './vip-add.js';
import { deleteVip } from './vip-delete.js';
import { findVip, type VipAddress } from './vip-lookup.js';

/** Seconds between two runs of the process that collects garbage; VPP up to 26.06 has no such process. */
export const GARBAGE_PERIOD_SECONDS = GARBAGE_PROCESS_SECONDS;

/**
 * The lb plugin: its state and everything that can be done to it. Pure but for the clock that is passed in. Every
 * operation may throw SimulatedCrash, after which the state is nobody's any more.
 */
export class LbPlugin {
  readonly state: LbState;
  readonly #uptime: () => number;

  /** `uptime` gives the seconds that VPP has run. */
  constructor(uptime: () => number, options: LbStateOptions = {}) {
    this.#uptime = uptime;
    this.state = createLbState(uptime, options);
  }

  configure(request: LbConfigRequest): Retval {
    return configure(this.state, request);
  }

  addVip(request: VipAddRequest): VipAddResult {
    return addVip(this.state, request, this.#now());
  }

  deleteVip(wanted: VipAddress): Retval {
    return deleteVip(this.state, wanted, this.#now());
  }

  /** Adds all servers or none; -6 for an unknown VIP. */
  addServers(wanted: VipAddress, addresses: readonly Ip46[], weight: number, flush: boolean): Retval {
    const found = findVip(this.state, wanted);
    if (found === null) return RETVAL.NO_SUCH_ENTRY;
    return addServers(this.state, found, addresses, weight, flush, this.#now());
  }

  /** Removes all servers or none; -6 for an unknown VIP. */
  removeServers(wanted: VipAddress, addresses: readonly Ip46[], flush: boolean): Retval {
    const found = findVip(this.state, wanted);
    if (found === null) return RETVAL.NO_SUCH_ENTRY;
    return removeServers(this.state, found, addresses, flush, this.#now());
  }

  setServerWeight(wanted: VipAddress, address: Ip46, weight: number, flush: boolean): Retval {
    const found = findVip(this.state, wanted);
    if (found === null) return RETVAL.NO_SUCH_ENTRY;
    return setServerWeight(this.state, found, address, weight, flush);
  }

  /** The index of a live VIP, or null. */
  vipIndex(wanted: VipAddress): number | null {
    return findVip(this.state, wanted)?.index ?? null;
  }

  /** Makes all flows of a VIP forget their server. */
  flushVip(index: number): void {
    this.state.flowTable.flush(index, 'all');
  }

  collectGarbage(): void {
    collectAll(this.state, this.#now());
  }

  /** The plugin reckons in whole seconds. */
  #now(): number {
    return Math.floor(this.#uptime()) >>> 0;
  }
}
