import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { MaglevError } from './errors.js';
import { bucketOf, flowHash, hasPorts } from './flow-hash.js';
import { type IpAddress, ipFamily, prefixContains, prefixLength } from './ip.js';
import { type LbState, PROTOCOL_ANY, type VipKey, type VipState } from './lb.js';
import { tableBytes } from './maglev-table.js';
import { lengthOfTable, predictTable, serverOfBucket } from './table-prediction.js';

/** What the packets of one connection have in common. */
export interface FlowEnds {
  readonly source: IpAddress;
  /** 0..65535; 0 for protocols without ports. */
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly destinationPort: number;
  /** 0..255. */
  readonly protocol: number;
}

/** Where a flow goes that VPP does not know yet, and why. */
export interface FlowExplanation {
  readonly key: VipKey;
  /** 32 bits. */
  readonly hash: number;
  readonly bucket: number;
  readonly tableLength: number;
  /** The ports take no part in the hash. */
  readonly srcIpSticky: boolean;
  /** null = nobody: it is dropped. */
  readonly server: IpAddress | null;
  /** Where it would go if that server left; null = nobody. */
  readonly otherwise: IpAddress | null;
}

/**
 * The server that VPP's table has for a new flow. A flow that VPP remembers stays where it is, whatever the table says.
 * MGL_REQUEST_INVALID when the addresses are not of one family; MGL_FLOW_NO_VIP when no VIP takes it.
 */
export function explainFlow(flow: FlowEnds, { vips }: LbState): Either<MaglevError, FlowExplanation> {
  const { source, destination, protocol } = flow;
  if (ipFamily(source) !== ipFamily(destination)) {
    return left(new MaglevError('MGL_REQUEST_INVALID', `${source} and ${destination} are not of one family`));
  }
  const vip = vipOf(flow, vips);
  if (vip === null) {
    return left(new MaglevError('MGL_FLOW_NO_VIP', `no VIP of VPP takes ${flowText(flow)}`));
  }
  const length = lengthOfTable(vip);
  const srcIpSticky = vip.srcIpSticky ?? false;
  const packet = {
    ...flow,
    family: ipFamily(destination),
    source: { bytes: tableBytes(source) },
    destination: { bytes: tableBytes(destination) },
  };
  const hash = flowHash(packet, srcIpSticky || !hasPorts(protocol));
  if (length === null) {
    const nobody = { server: null, otherwise: null };
    return right({ key: vip.key, hash, bucket: 0, tableLength: 0, srcIpSticky, ...nobody });
  }
  const bucket = bucketOf(hash, length);
  const server = serverOfBucket(predictTable(length, vip.ases), bucket);
  const without = vip.ases.map(({ address, weight }) => ({
    address,
    weight: address === server ? 0 : weight,
  }));
  const otherwise = server === null ? null : serverOfBucket(predictTable(length, without), bucket);
  return right({ key: vip.key, hash, bucket, tableLength: length, srcIpSticky, server, otherwise });
}

/** VPP takes the longest prefix, and on it the VIP of the port, or of all ports. */
function vipOf({ destination, protocol, destinationPort }: FlowEnds, vips: readonly VipState[]) {
  let longest = -1;
  for (const { key } of vips) {
    if (prefixContains(key.prefix, destination)) longest = Math.max(longest, prefixLength(key.prefix));
  }
  const on = vips.filter(
    ({ key }) => prefixLength(key.prefix) === longest && prefixContains(key.prefix, destination),
  );
  return (
    on.find(({ key }) => {
      if (key.protocol === PROTOCOL_ANY) return true;
      return hasPorts(protocol) && key.protocol === protocol && key.port === destinationPort;
    }) ?? null
  );
}

function flowText({ source, sourcePort, destination, destinationPort, protocol }: FlowEnds): string {
  const ports = hasPorts(protocol) ? [` port ${sourcePort}`, ` port ${destinationPort}`] : ['', ''];
  return `protocol ${protocol} from ${source}${ports[0]} to ${destination}${ports[1]}`;
}
