import { PacketGenerator, type SendReport } from '../../sim/flow/packet-generator.js';
import { sendOptionsOf } from '../../sim/flow/traffic-request.js';
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
  readonly clients: PacketGenerator;

  constructor(options: LbStateOptions = {}) {
    this.lb = new LbPlugin(() => this.now, options);
    this.clients = new PacketGenerator(() => this.lb.state);
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

  /** A packet of each of so many flows to port 443; the same seed means the same flows. */
  send(to: string, count: number, seed = 1): SendReport {
    return this.clients.send(sendOptionsOf({ to, flows: { count, seed } }));
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
