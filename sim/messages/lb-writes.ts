import type { CallDefinition } from '../../binapi/codec/message.js';
import type { AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import {
  type LbAddDelAsV2,
  type LbAddDelVipV2,
  lbAddDelAs,
  lbAddDelAsV2,
  lbAddDelIntfNat4,
  lbAddDelIntfNat6,
  lbAddDelVip,
  lbAddDelVipV2,
  lbAsSetWeight,
  lbConf,
  lbFlushVip,
} from '../../binapi/generated/lb.js';
import { type Ip46, isIp4Prefix } from '../lb/ip46.js';
import { RETVAL } from '../lb/retval.js';
import type { VipAddress } from '../lb/vip-lookup.js';
import { vipTypeOf } from '../lb/vip-type.js';
import type { Vpp } from '../vpp.js';
import { type Handler, onCall } from './handler.js';
import type { LbDialect } from './lb-dialect.js';
import { decodeAddress } from './wire-ip46.js';

const KEEP = 0xffffffff;
/** What the older lb_add_del_as gives. */
const DEFAULT_WEIGHT = 100;
/** The one interface there is: local0. */
const LOCAL0 = 0;

/** The requests that change something, all of which are answered with nothing but a return code. */
export function lbWriteHandlers(vpp: Vpp, dialect: LbDialect): Handler[] {
  const { lb } = vpp;

  /** Executes and records. */
  function write<Fields>(
    definition: CallDefinition<Fields, { readonly retval: number }, never>,
    execute: (fields: Fields) => number,
  ): Handler {
    return onCall(definition, (fields) => {
      const retval = execute(fields);
      vpp.writes.record({ name: definition.name, fields, retval, uptime: vpp.uptime() });
      return { retval };
    });
  }

  function vipOf(fields: VipFields, prefix: Ip46): VipAddress {
    return {
      prefix,
      prefixLength: dialect.prefixLength(fields.pfx),
      // Port 0 means all ports, whatever protocol is named.
      protocol: fields.port === 0 ? 255 : fields.protocol,
      port: fields.port,
    };
  }

  function addDelVip(fields: Omit<LbAddDelVipV2, 'srcIpSticky'>, srcIpSticky: boolean): number {
    const vip = vipOf(fields, decodeAddress(fields.pfx.address, 'zeroed'));
    if (fields.isDel) return lb.deleteVip(vip);
    const ip4 = isIp4Prefix(vip.prefix, vip.prefixLength);
    return lb.addVip({
      ...vip,
      type: vipTypeOf(ip4, dialect.encap(fields.encap)),
      tableLength: fields.newFlowsTableLength,
      srcIpSticky,
      dscp: fields.dscp & 0x3f,
      // Only the first byte is taken, and the number 1 in network order has its 1 in the last.
      serviceType: fields.type >>> 24,
      targetPort: fields.targetPort,
    }).retval;
  }

  function addDelAs(fields: Omit<LbAddDelAsV2, 'weight'>, weight: number, flushOnAdd: boolean): number {
    const vip = vipOf(fields, decodeAddress(fields.pfx.address, 'uninitialised'));
    const address = decodeAddress(fields.asAddress, 'uninitialised');
    return fields.isDel
      ? lb.removeServers(vip, [address], fields.isFlush)
      : lb.addServers(vip, [address], weight, flushOnAdd);
  }

  return [
    write(lbConf, (fields) =>
      lb.configure({
        ip4Source: fields.ip4SrcAddress,
        ip6Source: fields.ip6SrcAddress,
        bucketsPerThread: fields.stickyBucketsPerCore === KEEP ? null : fields.stickyBucketsPerCore,
        flowTimeout: fields.flowTimeout === KEEP ? null : fields.flowTimeout,
      }),
    ),
    write(lbAddDelVip, (fields) => addDelVip(fields, false)),
    write(lbAddDelVipV2, (fields) => addDelVip(fields, fields.srcIpSticky)),
    write(lbAddDelAs, (fields) => addDelAs(fields, DEFAULT_WEIGHT, false)),
    write(lbAddDelAsV2, (fields) => addDelAs(fields, fields.weight, fields.isFlush)),
    write(lbAsSetWeight, (fields) =>
      lb.setServerWeight(
        vipOf(fields, decodeAddress(fields.pfx.address, 'uninitialised')),
        decodeAddress(fields.asAddress, 'uninitialised'),
        fields.weight,
        fields.isFlush,
      ),
    ),
    write(lbFlushVip, (fields) => {
      const index = lb.vipIndex(vipOf(fields, dialect.flushPrefix(fields.pfx)));
      // For a VIP that it does not find VPP flushes some index that happens to be in memory, and is content.
      if (index !== null) lb.flushVip(index);
      return RETVAL.OK;
    }),
    write(lbAddDelIntfNat4, (fields) => interfaceRetval(fields.swIfIndex)),
    write(lbAddDelIntfNat6, (fields) => interfaceRetval(fields.swIfIndex)),
  ];
}

interface VipFields {
  readonly pfx: AddressWithPrefix;
  readonly protocol: number;
  readonly port: number;
}

function interfaceRetval(swIfIndex: number): number {
  return swIfIndex === LOCAL0 ? RETVAL.OK : RETVAL.INVALID_SW_IF_INDEX;
}
