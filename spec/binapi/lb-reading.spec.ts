import { expect } from 'chai';
import fc from 'fast-check';
import { lbAsV2Dump } from '../../binapi/generated/lb.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { wireAddress } from '../../binapi/lb/wire-values.js';
import { printable } from '../../binapi/trace.js';
import type { ErrorCode } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { failure } from '../support/rejection.js';
import { all, asRow, conf, LbStage, vipRow, web } from './lb-stage.js';

describe('binapi/lb: reading', () => {
  const stage = new LbStage();
  const { begin, end, open } = stage;

  beforeEach(async () => {
    await begin();
    stage.vips = [vipRow(web, 0, 1024), vipRow(all, 1, 0)];
    stage.ases = [
      asRow(web, '10.0.0.1', 100, 600),
      asRow(web, '10.0.0.9', 100, 0, 0),
      asRow(all, '2001:db8:1::1', 255, 65536),
      asRow(web, '10.0.0.2', 50, 424),
    ];
    stage.text.reply =
      ' ip4-gre4 [1] 192.0.2.1/32 src_ip_sticky\n  new_size:1024\n  protocol:6 port:443\n  counters:\n\n' +
      ' ip6-gre6 [2] 2001:db8::/64\n  new_size:65536\n  counters:\n\n';
  });
  afterEach(end);

  it('reads the same whatever it has read before', async () => {
    const server = fc.record({
      vip: fc.constantFrom(web, all),
      last: fc.integer({ min: 1, max: 9 }),
      weight: fc.constantFrom(0, 50, 100),
      flags: fc.constantFrom(0, 1),
    });
    const state = fc.record({
      servers: fc.array(server, { maxLength: 8 }),
      vips: fc.subarray([web, all]),
      size: fc.constantFrom(1024, 2048),
    });
    const experienced = await open();
    const read = fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 4 }), async (states) => {
      for (const { servers, vips, size } of states) {
        stage.vips = vips.map((key) => vipRow(key, 0, size));
        stage.ases = servers.map(({ vip, last, weight, flags }) =>
          asRow(vip, `10.0.0.${last}`, weight, 10, flags),
        );
        stage.text.reply = ` ip4-gre4 [1] 192.0.2.1/32\n  new_size:${size}\n  protocol:6 port:443\n`;
        const fresh = await open();
        expect(await experienced.getLbState()).to.deep.equal(await fresh.getLbState());
        await fresh.close();
      }
    });
    await fc.assert(read, { numRuns: 30 });
  });

  it('gives the same value for a VIP that is as it was, and another one for one that changed', async () => {
    const api = await open();
    const [first, second] = (await api.getLbState()).vips;
    stage.ases[3] = asRow(web, '10.0.0.2', 60, 424);
    const [changed, same] = (await api.getLbState()).vips;
    expect(second).to.not.equal(undefined);
    expect(same).to.equal(second);
    expect(changed).to.not.equal(first);
    expect(changed?.ases[1]).to.deep.equal({ address: '10.0.0.2', weight: 60, buckets: 424 });
    expect(changed?.ases[0]).to.equal(first?.ases[0]);
  });

  it('gives the same list for a VPP that is as it was, whatever it counts', async () => {
    const api = await open();
    const before = await api.getLbState();
    stage.text.reply = stage.text.reply.replace(
      'counters:\n',
      'counters:\n    packet from existing sessions: 7\n',
    );
    const after = await api.getLbState();
    expect(after.vips).to.equal(before.vips);
    expect(after.places).to.equal(before.places);
    stage.text.reply = stage.text.reply.replace('[1]', '[3]');
    const moved = await api.getLbState();
    expect(moved.vips).to.deep.equal(before.vips);
    expect(moved.places?.get(vipId(web))).to.equal(3);
    stage.text.reply = stage.text.reply.replace(' src_ip_sticky', '');
    expect((await api.getLbState()).vips[0]?.srcIpSticky).to.equal(false);
    stage.ases.pop();
    expect((await api.getLbState()).vips[0]?.ases).to.have.length(1);
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
      places: new Map([
        [vipId(web), 1],
        [vipId(all), 2],
      ]),
      textError: null,
    });
    expect(stage.vpp.reads).to.have.length(1);
    expect(stage.vpp.names()).to.deep.equal([
      'lb_conf_get',
      'cli_inband',
      'lb_vip_dump',
      'lb_as_v2_dump',
      'control_ping',
    ]);
  });

  it('asks for all servers, because VPP cannot filter', async () => {
    await (await open()).getLbState();
    const dump = stage.vpp.received.find(({ name }) => name === lbAsV2Dump.name);
    expect(printable(dump?.fields)).to.deep.include({ pfx: '0.0.0.0/0' });
  });

  const withoutText: readonly [string, ErrorCode | null, () => void][] = [
    ['refuses the command', 'MGL_VPP_TEXT', () => (stage.text = { retval: -1, reply: 'unknown input' })],
    ['prints something else', null, () => (stage.text = { retval: 0, reply: 'hello\n' })],
    ['has no such message', 'MGL_VPP_TEXT', () => (stage.vpp.lacking = [cliInband])],
  ];
  for (const [what, code, arrange] of withoutText) {
    it(`does without the text of a VPP that ${what}`, async () => {
      arrange();
      const state = await (await open()).getLbState();
      expect(state.textError?.code ?? null, 'why').to.equal(code);
      expect(state.vips.map(({ tableLength, srcIpSticky }) => ({ tableLength, srcIpSticky }))).to.deep.equal([
        { tableLength: { value: 1024, exact: false }, srcIpSticky: null },
        { tableLength: { value: 0, exact: false }, srcIpSticky: null },
      ]);
    });
  }

  it('survives what only careless clients can make', async () => {
    const impossible = { address: wireAddress(ip('192.0.2.7')), len: 33 };
    const odd = vipKey('192.0.2.8/32', 1, 5);
    stage.vips = [
      { ...vipRow(web, 0, 16), vip: { pfx: impossible, protocol: 6, port: 1 } },
      vipRow(odd, 77, 16),
      // An IPv6 prefix that begins with 96 zeros is reported as IPv4; so two VIPs can have one key.
      vipRow(vipKey('0.0.0.0/0', 255, 0), 1, 8),
      vipRow(vipKey('0.0.0.0/0', 255, 0), 0, 8),
    ];
    stage.ases = [
      { ...asRow(web, '10.0.0.1', 1, 1), vip: { pfx: impossible, protocol: 6, port: 1 } },
      asRow(vipKey('0.0.0.0/0', 255, 0), '10.0.0.1', 1, 8),
      { ...asRow(odd, '10.0.0.1', 1, 16), appSrv: { af: 9, un: new Uint8Array(16).fill(1) } },
    ];
    const state = await (await open()).getLbState();
    expect(state.vips.map(({ key, encap, ases: { length } }) => [key.prefix, encap, length])).to.deep.equal([
      ['192.0.2.8/32', 'unknown', 1],
      ['0.0.0.0/0', 'gre6', 1],
      ['0.0.0.0/0', 'gre4', 1],
    ]);
  });

  it('fails as a whole when VPP goes away', async () => {
    const api = await open();
    stage.vpp.answer = (_, peer) => {
      peer.socket.destroy();
      return true;
    };
    expect((await failure(api.getLbState())).code).to.equal('MGL_VPP_DISCONNECTED');
  });
});
