import type { LbVip } from '../../binapi/generated/lb-types.js';
import { ip46 } from '../lb/ip46.js';
import type { Vip } from '../lb/lb-state.js';
import type { LbDialect } from './lb-dialect.js';
import { encodeAddress, swapBytes16, swapBytes32 } from './wire-ip46.js';

/**
 * VPP up to 26.06. It forgets to convert between the byte order of the wire and its own, and to count IPv4 prefix
 * lengths from 96.
 */
export const legacyDialect: LbDialect = {
  prefixLength: (prefix) => prefix.len,
  encap: swapBytes32,
  flushPrefix: (prefix) => ip46(Uint8Array.from(prefix.address.un)),
  dumpPortMatches: (wire, vip) => swapBytes16(wire) === vip.port,
  dumpsDeletedVips: true,
  vipDetails: (vip) => ({
    vip: vipOnWire(vip),
    // The plugin's own number of the type.
    encap: vip.type,
    dscp: vip.dscpOrServiceType,
    srvType: (vip.dscpOrServiceType << 24) >>> 0,
    targetPort: swapBytes16(vip.targetPort),
    // The upper half of a swapped u32 ends up in 16 bits.
    flowTableLength: (vip.tableLength >>> 16) & 0xffff,
  }),
  asDetails: (vip, server) => ({
    vip: vipOnWire(vip),
    appSrv: encodeAddress(server.address),
    flags: server.used ? 1 : 0,
    inUseSince: server.lastUsed,
  }),
  asV2Details: null,
};

function vipOnWire(vip: Vip): LbVip {
  return {
    pfx: { address: encodeAddress(vip.prefix), len: vip.prefixLength },
    // One byte of a swapped u32: always 0.
    protocol: 0,
    port: vip.port,
  };
}
