import {
  type LbAsDetails,
  type LbAsDump,
  type LbAsV2Details,
  type LbVipDetails,
  lbAsDump,
  lbAsV2Dump,
  lbConfGet,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import { serversOf, type Vip } from '../lb/lb-state.js';
import { bucketsByServer } from '../lb/new-flow-table.js';
import type { Vpp } from '../vpp.js';
import { type Handler, onCall, onDump } from './handler.js';
import type { LbDialect } from './lb-dialect.js';

/** The requests that change nothing. */
export function lbReadHandlers(vpp: Vpp, dialect: LbDialect): Handler[] {
  const { state } = vpp.lb;

  /** No filter is looked at. VIP 0 is a placeholder. */
  function* vips(): Generator<LbVipDetails> {
    for (const [index, vip] of state.vips.entries()) {
      if (index !== 0 && (vip.used || dialect.dumpsDeletedVips)) yield dialect.vipDetails(vip);
    }
  }

  function* servers(fields: LbAsDump): Generator<LbAsDetails> {
    for (const vip of asked(fields)) {
      for (const [, server] of serversOf(state, vip)) yield dialect.asDetails(vip, server);
    }
  }

  function* weightedServers(fields: LbAsDump): Generator<LbAsV2Details> {
    if (dialect.asV2Details === null) return;
    for (const vip of asked(fields)) {
      const buckets = bucketsByServer(state, vip);
      for (const [index, server] of serversOf(state, vip)) {
        yield dialect.asV2Details(vip, server, buckets.get(index) ?? 0);
      }
    }
  }

  /**
   * The VIPs whose servers are asked for, deleted ones included. VPP compares the bytes of the request with those of the
   * VIP, but holds IPv4 at the other end of them, so that a filter for an IPv4 VIP finds nothing.
   */
  function* asked({ pfx, protocol, port }: LbAsDump): Generator<Vip> {
    const wanted = pfx.address.un;
    const all = wanted.every((byte) => byte === 0);
    for (const vip of state.vips.values()) {
      const matches =
        vip.prefix.bytes.every((byte, i) => byte === wanted[i]) &&
        vip.protocol === protocol &&
        dialect.dumpPortMatches(port, vip);
      if (all || matches) yield vip;
    }
  }

  return [
    onCall(lbConfGet, () => ({
      retval: 0,
      ip4SrcAddress: state.config.ip4Source,
      ip6SrcAddress: state.config.ip6Source,
      stickyBucketsPerCore: state.config.bucketsPerThread,
      flowTimeout: state.config.flowTimeout,
    })),
    onDump(lbVipDump, vips),
    onDump(lbAsDump, servers),
    onDump(lbAsV2Dump, weightedServers),
  ];
}
