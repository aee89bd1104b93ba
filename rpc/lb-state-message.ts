import { type LbState, protocolName, type VipState, vipId } from '../domain/lb.js';
import type { FrontendStanding, Standings, VppCondition } from '../domain/standings.js';
import { tableDigest, vipDigest } from '../domain/table-digest.js';
import type { VPPLBState, VPPLBVIP } from './generated/maglev.js';
import { overallMessage, standingMessage } from './standing-message.js';

/** With what maglevd knows of it. The digest of all is of all VIPs, whichever of them are shown. */
export function lbStateMessage(
  state: LbState,
  standings: Standings,
  shown: (vip: VipState) => boolean,
): VPPLBState {
  const known = new Map(standings.frontends.map((one) => [vipId(one.desired.key), one]));
  return {
    conf: {
      ipv4SrcAddress: state.conf.ipv4Source,
      ipv6SrcAddress: state.conf.ipv6Source,
      stickyBucketsPerCore: state.conf.stickyBucketsPerCore,
      flowTimeout: state.conf.flowTimeout,
    },
    vips: state.vips.filter(shown).map((vip) => vipMessage(vip, standings.vpp, known.get(vipId(vip.key)))),
    standing: overallMessage(standings, standings.frontends),
    digest: tableDigest(state.vips),
  };
}

function vipMessage(vip: VipState, vpp: VppCondition, known: FrontendStanding | undefined): VPPLBVIP {
  return {
    prefix: vip.key.prefix,
    protocol: protocolName(vip.key.protocol),
    port: vip.key.port,
    encap: vip.encap,
    flowTableLength: vip.tableLength.value,
    flowTableLengthExact: vip.tableLength.exact,
    srcIpSticky: vip.srcIpSticky ?? undefined,
    applicationServers: vip.ases.map((as) => {
      const wanted = known?.desired.ases.find(({ address }) => address === as.address);
      const other = wanted !== undefined && !wanted.hold && wanted.weight !== as.weight;
      return {
        address: as.address,
        weight: as.weight,
        numBuckets: as.buckets,
        backend: wanted?.backend ?? '',
        effectiveWeight: other ? wanted.weight : undefined,
      };
    }),
    frontend: known?.frontend ?? '',
    standing: known === undefined ? undefined : standingMessage(vpp, known),
    digest: vipDigest(vip),
  };
}
