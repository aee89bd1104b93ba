import type { Ip46 } from './ip46.js';
import type { LbConfigRequest } from './lb-config.js';
import type { LbPlugin } from './lb-plugin.js';
import { type LbState, serversOf } from './lb-state.js';
import type { VipAddRequest } from './vip-add.js';

/** What somebody has told a VPP to be, and nothing of what became of it since. */
export interface LbConfiguration {
  readonly conf: LbConfigRequest;
  readonly vips: readonly {
    readonly vip: VipAddRequest;
    readonly servers: readonly { readonly address: Ip46; readonly weight: number }[];
  }[];
}

export function configurationOf(state: LbState): LbConfiguration {
  const { ip4Source, ip6Source, bucketsPerThread, flowTimeout } = state.config;
  const live = [...state.vips.entries()].filter(([index, vip]) => index !== 0 && vip.used);
  return {
    conf: { ip4Source, ip6Source, bucketsPerThread, flowTimeout },
    vips: live.map(([, vip]) => ({
      vip: {
        prefix: vip.prefix,
        prefixLength: vip.prefixLength,
        protocol: vip.protocol,
        port: vip.port,
        type: vip.type,
        tableLength: vip.tableLength,
        srcIpSticky: vip.srcIpSticky,
        dscp: vip.dscpOrServiceType,
        serviceType: vip.dscpOrServiceType,
        targetPort: vip.targetPort,
      },
      servers: [...serversOf(state, vip)]
        .filter(([, server]) => server.used)
        .map(([, { address, weight }]) => ({ address, weight })),
    })),
  };
}

/** Makes a fresh VPP what another one was told to be, as a startup script does. */
export function configureAs(lb: LbPlugin, { conf, vips }: LbConfiguration): void {
  lb.configure(conf);
  for (const { vip, servers } of vips) {
    lb.addVip(vip);
    for (const { address, weight } of servers) lb.addServers(vip, [address], weight, false);
  }
}
