import { type IpRouteLookup, ipRouteLookup, ipRouteLookupReply } from '../../binapi/generated/ip.js';
import {
  type LbAsV2Details,
  type LbVipDetails,
  lbAddDelAsV2,
  lbAddDelAsV2Reply,
  lbAddDelVipV2,
  lbAddDelVipV2Reply,
  lbAsSetWeight,
  lbAsSetWeightReply,
  lbAsV2Details,
  lbAsV2Dump,
  lbConf,
  lbConfGet,
  lbConfGetReply,
  lbConfReply,
  lbVipDetails,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';
import { showVersion, showVersionReply } from '../../binapi/generated/vpe.js';
import { type LbConnection, openLb } from '../../binapi/lb/open-lb.js';
import { prefixOfWire, wireAddress, wirePrefix } from '../../binapi/lb/wire-values.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { LbConf, VipKey } from '../../domain/lb.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { FakeVpp, type Peer } from './fake-vpp.js';

export const web = vipKey('192.0.2.1/32', 6, 443);
export const all = vipKey('2001:db8::/64', 255, 0);

const wireConf = {
  retval: 0,
  ip4SrcAddress: Uint8Array.of(192, 0, 2, 254),
  ip6SrcAddress: new Uint8Array(16).fill(0xff),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};

/** The settings that the stage reports. */
export const conf: LbConf = {
  ipv4Source: ip('192.0.2.254'),
  ipv6Source: ip('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};

/** A VIP as VPP reports it. */
export function vipRow(key: VipKey, encap: number, flowTableLength: number): LbVipDetails {
  const { prefix, protocol, port } = key;
  // What stands in the fields of NAT and L3DSR is garbage for GRE.
  const garbage = { dscp: 7, srvType: 0x07000000, targetPort: 36895 };
  return { vip: { pfx: wirePrefix(prefix), protocol, port }, encap, flowTableLength, ...garbage };
}

/** A server as VPP reports it. */
export function asRow(
  key: VipKey,
  address: string,
  weight: number,
  numBuckets: number,
  flags = 1,
): LbAsV2Details {
  const { prefix, protocol, port } = key;
  const vip = { pfx: wirePrefix(prefix), protocol, port };
  return { vip, appSrv: wireAddress(ip(address)), flags, inUseSince: 4711, weight, numBuckets };
}

/** A fake VPP with an lb plugin that says what a spec wants, and a connection to it; one stage a test. */
export class LbStage {
  vpp!: FakeVpp;
  lb: LbConnection | null = null;
  /** What the lb plugin reports. */
  vips: LbVipDetails[] = [];
  ases: LbAsV2Details[] = [];
  text = { retval: 0, reply: '' };
  /** What it answers to writes. */
  retval = 0;
  /** The statistics index of every route that it has. */
  routes = new Map<string, number>();

  readonly begin = async (): Promise<void> => {
    this.vpp = new FakeVpp();
    this.lb = null;
    this.vips = [];
    this.ases = [];
    this.text = { retval: 0, reply: '' };
    this.retval = 0;
    this.routes = new Map();
    this.vpp.answer = ({ name, header: { context }, fields }, peer) =>
      this.#answer(name, context, fields, peer);
    await this.vpp.listen();
  };

  readonly end = async (): Promise<void> => {
    await this.lb?.close();
    await this.vpp.close();
  };

  /** Connects, and forgets what was sent for that. */
  readonly open = async (): Promise<LbConnection> => {
    const { vpp } = this;
    const trace = { enabled: () => false, message: () => {} };
    const clock = new VirtualClock();
    this.lb = await openLb({ socketPath: vpp.socketPath, clientName: 'spec', clock, trace });
    vpp.received.length = 0;
    vpp.reads.length = 0;
    return this.lb;
  };

  #answer(name: string, context: number, fields: unknown, peer: Peer): boolean {
    switch (name) {
      case ipRouteLookup.name: {
        const request = fields as IpRouteLookup;
        const index = this.routes.get(prefixOfWire(request.prefix) ?? '');
        const route = { tableId: 0, statsIndex: index ?? 0, prefix: request.prefix, paths: [] };
        peer.send(ipRouteLookupReply, context, { retval: index === undefined ? -6 : 0, route });
        return true;
      }
      case showVersion.name: {
        const version = { program: 'vpe', version: '26.10', buildDate: 'today', buildDirectory: '/src' };
        peer.send(showVersionReply, context, { retval: 0, ...version });
        return true;
      }
      case lbConfGet.name:
        peer.send(lbConfGetReply, context, wireConf);
        return true;
      case lbVipDump.name:
        for (const row of this.vips) peer.send(lbVipDetails, context, row);
        return true;
      case lbAsV2Dump.name:
        for (const row of this.ases) peer.send(lbAsV2Details, context, row);
        return true;
      case cliInband.name:
        peer.send(cliInbandReply, context, this.text);
        return true;
      case lbConf.name:
        peer.send(lbConfReply, context, { retval: this.retval });
        return true;
      case lbAddDelVipV2.name:
        peer.send(lbAddDelVipV2Reply, context, { retval: this.retval });
        return true;
      case lbAddDelAsV2.name:
        peer.send(lbAddDelAsV2Reply, context, { retval: this.retval });
        return true;
      case lbAsSetWeight.name:
        peer.send(lbAsSetWeightReply, context, { retval: this.retval });
        return true;
      default:
        return false;
    }
  }
}
