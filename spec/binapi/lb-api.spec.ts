import { expect } from 'chai';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
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
  lbModule,
  lbVipDetails,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import { cliInband, cliInbandReply } from '../../binapi/generated/vlib.js';
import { showVersion, showVersionReply } from '../../binapi/generated/vpe.js';
import { type LbConnection, openLb } from '../../binapi/lb/open-lb.js';
import { prefixOfWire, wireAddress, wirePrefix } from '../../binapi/lb/wire-address.js';
import { printable } from '../../binapi/trace.js';
import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import { type IpAddress, parseIp, parsePrefix } from '../../domain/ip.js';
import type { LbConf, LbOperation, VipKey } from '../../domain/lb.js';
import { FakeVpp, type Peer, VPP_PID } from './fake-vpp.js';

function ip(text: string): IpAddress {
  return parseIp(text) ?? expect.fail(`not an address: ${text}`);
}

function vipKey(prefix: string, protocol: number, port: number): VipKey {
  return { prefix: parsePrefix(prefix) ?? expect.fail(`not a prefix: ${prefix}`), protocol, port };
}

const web = vipKey('192.0.2.1/32', 6, 443);
const all = vipKey('2001:db8::/64', 255, 0);

function vipRow({ prefix, protocol, port }: VipKey, encap: number, flowTableLength: number): LbVipDetails {
  // What stands in the fields of NAT and L3DSR is garbage for GRE.
  const garbage = { dscp: 7, srvType: 0x07000000, targetPort: 36895 };
  return { vip: { pfx: wirePrefix(prefix), protocol, port }, encap, flowTableLength, ...garbage };
}

function asRow(key: VipKey, address: string, weight: number, numBuckets: number, flags = 1): LbAsV2Details {
  const { prefix, protocol, port } = key;
  const vip = { pfx: wirePrefix(prefix), protocol, port };
  return { vip, appSrv: wireAddress(ip(address)), flags, inUseSince: 4711, weight, numBuckets };
}

const wireConf = {
  retval: 0,
  ip4SrcAddress: Uint8Array.of(192, 0, 2, 254),
  ip6SrcAddress: new Uint8Array(16).fill(0xff),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};
const conf: LbConf = {
  ipv4Source: ip('192.0.2.254'),
  ipv6Source: ip('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};

function failure(promise: Promise<unknown>): Promise<MaglevError> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (thrown: unknown) => asMaglevError(thrown),
  );
}

describe('binapi/lb', () => {
  let vpp: FakeVpp;
  let clock: VirtualClock;
  let lb: LbConnection | null;
  /** What the lb plugin of the fake reports. */
  let vips: LbVipDetails[];
  let ases: LbAsV2Details[];
  let text: { retval: number; reply: string };
  /** What it answers to writes. */
  let retval: number;
  /** The statistics index of every route that it has. */
  let routes: Map<string, number>;

  beforeEach(async () => {
    vpp = new FakeVpp();
    clock = new VirtualClock();
    lb = null;
    vips = [];
    ases = [];
    text = { retval: 0, reply: '' };
    retval = 0;
    routes = new Map();
    vpp.answer = ({ name, header: { context }, fields }, peer) => answer(name, context, fields, peer);
    await vpp.listen();
  });

  afterEach(async () => {
    await lb?.close();
    await vpp.close();
  });

  function answer(name: string, context: number, fields: unknown, peer: Peer): boolean {
    switch (name) {
      case ipRouteLookup.name: {
        const request = fields as IpRouteLookup;
        const index = routes.get(prefixOfWire(request.prefix) ?? '');
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
        for (const row of vips) peer.send(lbVipDetails, context, row);
        return true;
      case lbAsV2Dump.name:
        for (const row of ases) peer.send(lbAsV2Details, context, row);
        return true;
      case cliInband.name:
        peer.send(cliInbandReply, context, text);
        return true;
      case lbConf.name:
        peer.send(lbConfReply, context, { retval });
        return true;
      case lbAddDelVipV2.name:
        peer.send(lbAddDelVipV2Reply, context, { retval });
        return true;
      case lbAddDelAsV2.name:
        peer.send(lbAddDelAsV2Reply, context, { retval });
        return true;
      case lbAsSetWeight.name:
        peer.send(lbAsSetWeightReply, context, { retval });
        return true;
      default:
        return false;
    }
  }

  async function open(): Promise<LbConnection> {
    const trace = { enabled: () => false, message: () => {} };
    lb = await openLb({ socketPath: vpp.socketPath, clientName: 'spec', clock, trace });
    vpp.received.length = 0;
    vpp.reads.length = 0;
    return lb;
  }

  /** The last request, with addresses as text. */
  function lastFields(): unknown {
    return printable(vpp.received.at(-1)?.fields);
  }

  describe('connection', () => {
    it('says who VPP is', async () => {
      const { info } = await open();
      expect(info).to.deep.equal({
        version: '26.10',
        buildDate: 'today',
        buildDirectory: '/src',
        pid: VPP_PID,
      });
    });

    it('refuses an older VPP, naming all that is missing and what to install, and says goodbye to it', async () => {
      vpp.lacking = [lbConfGet, lbConfGetReply, lbAddDelAsV2, lbAddDelAsV2Reply, lbAsSetWeight, lbAsV2Dump];
      vpp.otherCrc = new Map([['lb_vip_details', '0badc0de']]);
      const error = await failure(open());
      expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
      expect(error.message).to.equal(
        'this VPP cannot be driven: it lacks lb_add_del_as_v2, lb_add_del_as_v2_reply, lb_as_set_weight, ' +
          'lb_conf_get, lb_conf_get_reply, lb_as_v2_dump; it has another form of lb_vip_details. ' +
          'The lb plugin of VPP 26.10 or newer is needed',
      );
      expect(vpp.names()).to.deep.equal(['sockclnt_create', 'sockclnt_delete']);
    });

    it('refuses a VPP that has no lb plugin at all', async () => {
      vpp.lacking = lbModule.messages;
      const error = await failure(open());
      expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
      expect(error.message).to.contain('it lacks lb_conf, lb_conf_reply, lb_add_del_vip_v2,');
    });
  });

  describe('reading', () => {
    beforeEach(() => {
      vips = [vipRow(web, 0, 1024), vipRow(all, 1, 0)];
      ases = [
        asRow(web, '10.0.0.1', 100, 600),
        asRow(web, '10.0.0.9', 100, 0, 0),
        asRow(all, '2001:db8:1::1', 255, 65536),
        asRow(web, '10.0.0.2', 50, 424),
      ];
      text.reply =
        ' ip4-gre4 [1] 192.0.2.1/32 src_ip_sticky\n  new_size:1024\n  protocol:6 port:443\n  counters:\n\n' +
        ' ip6-gre6 [2] 2001:db8::/64\n  new_size:65536\n  counters:\n\n';
    });

    it('reads everything in one write, and leaves out removed servers', async () => {
      const state = await (await open()).getLbState();
      expect(state).to.deep.equal({
        conf,
        vips: [
          {
            key: web,
            encap: 'gre4',
            tableLength: { value: 1024, exact: true },
            srcIpSticky: true,
            ases: [
              { address: '10.0.0.1', weight: 100, buckets: 600 },
              { address: '10.0.0.2', weight: 50, buckets: 424 },
            ],
          },
          {
            key: all,
            encap: 'gre6',
            tableLength: { value: 65536, exact: true },
            srcIpSticky: false,
            ases: [{ address: '2001:db8:1::1', weight: 255, buckets: 65536 }],
          },
        ],
      });
      expect(vpp.reads).to.have.length(1);
      expect(vpp.names()).to.deep.equal([
        'lb_conf_get',
        'cli_inband',
        'lb_vip_dump',
        'lb_as_v2_dump',
        'control_ping',
      ]);
    });

    it('asks for all servers, because VPP cannot filter', async () => {
      await (await open()).getLbState();
      const dump = vpp.received.find(({ name }) => name === lbAsV2Dump.name);
      expect(printable(dump?.fields)).to.deep.include({ pfx: '0.0.0.0/0' });
    });

    const withoutText: readonly [string, () => void][] = [
      ['refuses the command', () => (text = { retval: -1, reply: 'unknown input' })],
      ['prints something else', () => (text = { retval: 0, reply: 'hello\n' })],
      ['has no such message', () => (vpp.lacking = [cliInband])],
    ];
    for (const [what, arrange] of withoutText) {
      it(`does without the text of a VPP that ${what}`, async () => {
        arrange();
        const state = await (await open()).getLbState();
        expect(
          state.vips.map(({ tableLength, srcIpSticky }) => ({ tableLength, srcIpSticky })),
        ).to.deep.equal([
          { tableLength: { value: 1024, exact: false }, srcIpSticky: null },
          { tableLength: { value: 0, exact: false }, srcIpSticky: null },
        ]);
      });
    }

    it('reads one VIP, or that there is none', async () => {
      const api = await open();
      expect((await api.getLbStateVip(web))?.ases).to.have.length(2);
      expect(await api.getLbStateVip({ ...web, port: 80 })).to.equal(null);
    });

    it('survives what only careless clients can make', async () => {
      const impossible = { address: wireAddress(ip('192.0.2.7')), len: 33 };
      const odd = vipKey('192.0.2.8/32', 1, 5);
      vips = [
        { ...vipRow(web, 0, 16), vip: { pfx: impossible, protocol: 6, port: 1 } },
        vipRow(odd, 77, 16),
        // An IPv6 prefix that begins with 96 zeros is reported as IPv4; so two VIPs can have one key.
        vipRow(vipKey('0.0.0.0/0', 255, 0), 1, 8),
        vipRow(vipKey('0.0.0.0/0', 255, 0), 0, 8),
      ];
      ases = [
        { ...asRow(web, '10.0.0.1', 1, 1), vip: { pfx: impossible, protocol: 6, port: 1 } },
        asRow(vipKey('0.0.0.0/0', 255, 0), '10.0.0.1', 1, 8),
        { ...asRow(odd, '10.0.0.1', 1, 16), appSrv: { af: 9, un: new Uint8Array(16).fill(1) } },
      ];
      const state = await (await open()).getLbState();
      expect(state.vips.map(({ key, encap, ases: { length } }) => [key.prefix, encap, length])).to.deep.equal(
        [
          ['192.0.2.8/32', 'unknown', 1],
          ['0.0.0.0/0', 'gre6', 1],
          ['0.0.0.0/0', 'gre4', 1],
        ],
      );
    });

    it('fails as a whole when VPP goes away', async () => {
      const api = await open();
      vpp.answer = (_, peer) => {
        peer.socket.destroy();
        return true;
      };
      expect((await failure(api.getLbState())).code).to.equal('MGL_VPP_DISCONNECTED');
    });
  });

  describe('where the counters are', () => {
    beforeEach(() => {
      text.reply = [
        ' ip4-gre4 [4] 192.0.2.1/32\n  new_size:16\n  protocol:6 port:443\n  counters:\n  #as:1',
        '    10.0.0.1 weight:1 buckets:16 flows:0 dpo:12 used\n',
        ' ip4-gre4 [5] 192.0.2.1/32\n  new_size:16\n  protocol:6 port:80\n',
        ' ip6-gre6 [2] 2001:db8::/64\n  new_size:16\n\n',
      ].join('\n');
      routes = new Map([['192.0.2.1/32', 8]]);
    });
    const found = async () => {
      const indexes = await (await open()).getLbIndexes();
      return [...(indexes?.values() ?? [])].map(({ key, index, routeIndex, servers }) => ({
        vip: `${key.prefix} ${key.protocol} ${key.port}`,
        index,
        routeIndex,
        servers: [...servers],
      }));
    };

    it('tells the place of every VIP, its route and its servers, asking once for each prefix', async () => {
      expect(await found()).to.deep.equal([
        { vip: '192.0.2.1/32 6 443', index: 4, routeIndex: 8, servers: [['10.0.0.1', 12]] },
        { vip: '192.0.2.1/32 6 80', index: 5, routeIndex: 8, servers: [] },
        // Its route is gone: somebody has just removed the VIP.
        { vip: '2001:db8::/64 255 0', index: 2, routeIndex: null, servers: [] },
      ]);
      expect(vpp.names()).to.deep.equal(['cli_inband', 'ip_route_lookup', 'ip_route_lookup']);
      expect(vpp.received[1]?.fields).to.include({ tableId: 0, exact: 1 });
    });

    it('does without routes where VPP cannot be asked for them, and where it has no statistics of one', async () => {
      vpp.otherCrc = new Map([['ip_route_lookup', '0badc0de']]);
      expect((await found()).map(({ routeIndex }) => routeIndex)).to.deep.equal([null, null, null]);
      await lb?.close();
      vpp.otherCrc = new Map();
      routes = new Map([['192.0.2.1/32', 0xffffffff]]);
      expect((await found()).map(({ routeIndex }) => routeIndex)).to.deep.equal([null, null, null]);
    });

    it('tells when VPP gives no text, or one that says something else', async () => {
      text = { retval: -1, reply: 'unknown input' };
      expect(await (await open()).getLbIndexes()).to.equal(null);
      text = { retval: 0, reply: 'hello\n' };
      expect(await lb?.getLbIndexes()).to.equal(null);
      await lb?.close();
      vpp.lacking = [cliInband];
      expect(await (await open()).getLbIndexes()).to.equal(null);
    });
  });

  describe('writing', () => {
    const vipFields = {
      pfx: '192.0.2.1/32',
      protocol: 6,
      port: 443,
      dscp: 0,
      type: 0,
      targetPort: 0,
      nodePort: 0,
    };
    const asFields = { pfx: '192.0.2.1/32', protocol: 6, port: 443, asAddress: '10.0.0.1' };
    const server = ip('10.0.0.1');
    const cases: readonly [LbOperation, string, object][] = [
      [
        { op: 'vip-add', key: web, encap: 'gre6', tableLength: 4096, srcIpSticky: true, reason: '' },
        'lb_add_del_vip_v2',
        { ...vipFields, encap: 1, newFlowsTableLength: 4096, srcIpSticky: true, isDel: false },
      ],
      [
        { op: 'vip-del', key: web, reason: '' },
        'lb_add_del_vip_v2',
        { ...vipFields, encap: 0, newFlowsTableLength: 1024, srcIpSticky: false, isDel: true },
      ],
      [
        { op: 'as-add', key: web, address: server, weight: 0, reason: '' },
        'lb_add_del_as_v2',
        { ...asFields, weight: 0, isDel: false, isFlush: false },
      ],
      [
        { op: 'as-del', key: web, address: server, flush: true, reason: '' },
        'lb_add_del_as_v2',
        { ...asFields, weight: 0, isDel: true, isFlush: true },
      ],
      [
        { op: 'as-weight', key: web, address: server, from: 1, weight: 42, flush: true, reason: '' },
        'lb_as_set_weight',
        { ...asFields, weight: 42, isFlush: true },
      ],
    ];
    for (const [operation, message, fields] of cases) {
      it(`sends ${operation.op} as ${message}`, async () => {
        await (await open()).apply(operation);
        expect(vpp.names()).to.deep.equal([message]);
        expect(lastFields()).to.deep.equal(fields);
      });
    }

    it('sends the operations of one turn in one write, in their order', async () => {
      const api = await open();
      await Promise.all(cases.map(([operation]) => api.apply(operation)));
      expect(vpp.reads).to.have.length(1);
      expect(vpp.names()).to.deep.equal(cases.map(([, message]) => message));
    });

    it('sends the settings, all of them', async () => {
      await (await open()).setLbConf({ ...conf, flowTimeout: 60 });
      expect(lastFields()).to.deep.equal({
        ip4SrcAddress: '192.0.2.254',
        ip6SrcAddress: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        stickyBucketsPerCore: 1024,
        flowTimeout: 60,
      });
    });

    it("rejects with VPP's return code", async () => {
      retval = -81;
      const error = await failure((await open()).apply(cases[0]?.[0] ?? expect.fail()));
      expect(error).to.deep.include({ code: 'MGL_VPP_RETVAL', retval: -81 });
      expect(error.message).to.contain('lb_add_del_vip_v2: VPP returned -81 VALUE_EXIST');
    });

    it('sends nothing that the guard refuses', async () => {
      const api = await open();
      const lethal: Promise<unknown>[] = [
        api.apply({ op: 'vip-add', key: web, encap: 'gre4', tableLength: 0, srcIpSticky: false, reason: '' }),
        api.apply({ op: 'as-add', key: web, address: server, weight: 101, reason: '' }),
        api.setLbConf({ ...conf, stickyBucketsPerCore: 0 }),
      ];
      for (const error of await Promise.all(lethal.map(failure)))
        expect(error.code).to.equal('MGL_VPP_GUARD');
      await api.ping();
      expect(vpp.names()).to.deep.equal(['control_ping']);
    });

    it('leaves NAT VIPs alone that share a server, once it has seen them', async () => {
      const other = { ...web, port: 80 };
      vips = [vipRow(web, 3, 16), vipRow(other, 3, 16)];
      ases = [asRow(web, '10.0.0.1', 1, 16), asRow(other, '10.0.0.1', 1, 16)];
      const api = await open();
      await api.getLbState();
      expect((await failure(api.apply({ op: 'vip-del', key: web, reason: '' }))).code).to.equal(
        'MGL_VPP_GUARD',
      );
    });
  });
});
