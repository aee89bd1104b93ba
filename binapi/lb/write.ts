import type { MaglevError } from '../../domain/errors.js';
import { type IpAddress, ipBytes } from '../../domain/ip.js';
import type { LbConf, LbOperation, VipKey } from '../../domain/lb.js';
import type { ApiClient } from '../api-client.js';
import type { AnyMessage } from '../codec/message.js';
import {
  type LbAddDelAsV2,
  type LbAddDelVipV2,
  lbAddDelAsV2,
  lbAddDelAsV2Reply,
  lbAddDelVipV2,
  lbAddDelVipV2Reply,
  lbAsSetWeight,
  lbAsSetWeightReply,
  lbConf,
  lbConfReply,
} from '../generated/lb.js';
import { LbEncapType, LbSrvType } from '../generated/lb-types.js';
import { guardConf, guardOperation } from './guard.js';
import { wireAddress, wireEncap, wirePrefix } from './wire-values.js';

/**
 * The only file that sends the lb plugin something that changes it, and nothing leaves it without passing the guard.
 * lb_flush_vip is not among what it sends: for a VIP that VPP does not know it flushes another one.
 */
export const writeMessages: readonly AnyMessage[] = [
  lbConf,
  lbConfReply,
  lbAddDelVipV2,
  lbAddDelVipV2Reply,
  lbAddDelAsV2,
  lbAddDelAsV2Reply,
  lbAsSetWeight,
  lbAsSetWeightReply,
];

/** Rejects with MGL_VPP_GUARD when the settings would crash VPP. */
export async function writeConf(client: ApiClient, conf: LbConf): Promise<void> {
  const refused = guardConf(conf);
  if (refused !== null) throw refused;
  await client.call(lbConf, {
    ip4SrcAddress: ipBytes(conf.ipv4Source),
    ip6SrcAddress: ipBytes(conf.ipv6Source),
    stickyBucketsPerCore: conf.stickyBucketsPerCore,
    flowTimeout: conf.flowTimeout,
  });
}

/** Is told what came of an operation: null, or why it was not done. */
export type Done = (error: MaglevError | null) => void;

/**
 * `done` gets MGL_VPP_GUARD when the operation would crash VPP. Not a promise, like all that is done for each of tens of
 * thousands of operations.
 */
export function writeOperation(client: ApiClient, operation: LbOperation, done: Done): void {
  const refused = guardOperation(operation);
  if (refused === null) sendOperation(client, operation, done);
  else queueMicrotask(() => done(refused));
}

/** A length that VPP does not look at when it deletes; VPP would have no default of its own. */
const UNUSED_TABLE_LENGTH = 1024;

function sendOperation(client: ApiClient, operation: LbOperation, done: Done): void {
  const { op, key } = operation;
  switch (op) {
    case 'vip-add': {
      const { encap, tableLength, srcIpSticky } = operation;
      const fields = vipFields(key, wireEncap(encap), tableLength, srcIpSticky, false);
      client.request(lbAddDelVipV2, fields, done);
      break;
    }
    case 'vip-del': {
      const encap = LbEncapType.LB_API_ENCAP_TYPE_GRE4;
      client.request(lbAddDelVipV2, vipFields(key, encap, UNUSED_TABLE_LENGTH, false, true), done);
      break;
    }
    case 'as-add': {
      // No flush: if the server was removed and lingers, its flows go on.
      const fields = asFields(key, operation.address, operation.weight, false, false);
      client.request(lbAddDelAsV2, fields, done);
      break;
    }
    case 'as-del':
      client.request(lbAddDelAsV2, asFields(key, operation.address, 0, true, operation.flush), done);
      break;
    case 'as-weight': {
      const fields = {
        pfx: wirePrefix(key.prefix),
        protocol: key.protocol,
        port: key.port,
        asAddress: wireAddress(operation.address),
        weight: operation.weight,
        isFlush: operation.flush,
      };
      client.request(lbAsSetWeight, fields, done);
      break;
    }
  }
}

function vipFields(
  { prefix, protocol, port }: VipKey,
  encap: LbEncapType,
  newFlowsTableLength: number,
  srcIpSticky: boolean,
  isDel: boolean,
): LbAddDelVipV2 {
  return {
    pfx: wirePrefix(prefix),
    protocol,
    port,
    encap,
    // These four are for L3DSR and NAT.
    dscp: 0,
    type: LbSrvType.LB_API_SRV_TYPE_CLUSTERIP,
    targetPort: 0,
    nodePort: 0,
    newFlowsTableLength,
    srcIpSticky,
    isDel,
  };
}

function asFields(
  { prefix, protocol, port }: VipKey,
  address: IpAddress,
  weight: number,
  isDel: boolean,
  isFlush: boolean,
): LbAddDelAsV2 {
  return { pfx: wirePrefix(prefix), protocol, port, asAddress: wireAddress(address), weight, isDel, isFlush };
}
