import type { FlowTable } from '../../sim/lb/flow-table.js';
import { idleFlowTable } from '../../sim/lb/flow-table.js';
import { type Ip46, ip46FromIp } from '../../sim/lb/ip46.js';
import { LbPlugin } from '../../sim/lb/lb-plugin.js';
import { type LbStateOptions, serversOf } from '../../sim/lb/lb-state.js';
import type { VipAddRequest } from '../../sim/lb/vip-add.js';
import type { VipAddress } from '../../sim/lb/vip-lookup.js';
import { VIP_TYPE } from '../../sim/lb/vip-type.js';
import { ip } from './lb-requests.js';

export function address(text: string): Ip46 {
  return ip46FromIp(ip(text));
}

/** A VIP of one address, of either family. */
export function vipAt(text: string, port = 443): VipAddress {
  return { prefix: address(text), prefixLength: 128, protocol: 6, port };
}

/** A plugin whose time the spec sets. */
export class LbBench {
  now = 1;
  readonly lb: LbPlugin;

  constructor(options: LbStateOptions = {}) {
    this.lb = new LbPlugin(() => this.now, options);
  }

  addVip(vip: VipAddress, options: Partial<VipAddRequest> = {}): number | null {
    return this.lb.addVip({
      ...vip,
      type: VIP_TYPE.IP4_GRE4,
      tableLength: 16,
      srcIpSticky: false,
      dscp: 0,
      serviceType: 0,
      targetPort: 0,
      ...options,
    }).index;
  }

  add(vip: VipAddress, ...servers: string[]): number {
    return this.lb.addServers(vip, servers.map(address), 100, false);
  }

  remove(vip: VipAddress, ...servers: string[]): number {
    return this.lb.removeServers(vip, servers.map(address), false);
  }

  /** `index address used lastUsed` of every server of the VIP in slot `index`. */
  servers(index: number): string[] {
    const vip = this.lb.state.vips.get(index);
    if (vip === undefined) return ['no such VIP'];
    return [...serversOf(this.lb.state, vip)].map(
      ([at, server]) => `${at} ${server.address.text} ${server.used ? 'used' : 'removed'} ${server.lastUsed}`,
    );
  }

  /** The process of VPP, which runs every minute from its start. */
  tickAt(...times: number[]): void {
    for (const time of times) {
      this.now = time;
      this.lb.collectGarbage();
    }
  }
}

/** A flow table that has flows, as many as the spec says. */
export function flowTable(references: Map<number, number>): FlowTable & { readonly flushed: string[] } {
  const flushed: string[] = [];
  return {
    ...idleFlowTable,
    references: (asIndex) => references.get(asIndex) ?? 0,
    flush: (vipIndex, asIndex) => {
      flushed.push(`${vipIndex} ${asIndex}`);
      if (asIndex !== 'all') references.delete(asIndex);
    },
    flushed,
  };
}
