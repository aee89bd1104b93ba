import type { LbVip } from '../../binapi/generated/lb-types.js';
import { isIp4Prefix } from '../lb/ip46.js';
import type { As, Vip } from '../lb/lb-state.js';
import { encapOf } from '../lb/vip-type.js';
import type { LbDialect } from './lb-dialect.js';
import { decodeAddress, decodePrefixLength, encodeAddress, swapBytes16 } from './wire-ip46.js';

/** VPP 26.10 and later. */
export const modernDialect: LbDialect = {
  prefixLength: decodePrefixLength,
  encap: (wire) => wire,
  flushPrefix: (prefix) => decodeAddress(prefix.address, 'uninitialised'),
  dumpPortMatches: (wire, vip) => wire === vip.port,
  dumpsDeletedVips: false,
  vipDetails: (vip) => ({
    vip: vipOnWire(vip),
    encap: encapOf(vip.type),
    dscp: vip.dscpOrServiceType,
    // One byte written where four in network order are read.
    srvType: (vip.dscpOrServiceType << 24) >>> 0,
    // Swapped once too often.
    targetPort: swapBytes16(vip.targetPort),
    // 16 bits: 65536 is read back as 0.
    flowTableLength: vip.tableLength & 0xffff,
  }),
  asDetails: (vip, server) => ({
    vip: vipOnWire(vip),
    appSrv: encodeAddress(server.address),
    flags: flagsOf(server),
    inUseSince: server.lastUsed,
  }),
  asV2Details: (vip, server, buckets) => ({
    vip: vipOnWire(vip),
    appSrv: encodeAddress(server.address),
    flags: flagsOf(server),
    inUseSince: server.lastUsed,
    weight: server.weight,
    numBuckets: buckets,
  }),
};

function vipOnWire(vip: Vip): LbVip {
  const length = vip.prefixLength;
  return {
    pfx: {
      address: encodeAddress(vip.prefix),
      len: isIp4Prefix(vip.prefix, length) ? length - 96 : length,
    },
    protocol: vip.protocol,
    port: vip.port,
  };
}

function flagsOf(server: As): number {
  return server.used ? 1 : 0;
}
