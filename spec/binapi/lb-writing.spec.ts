import { expect } from 'chai';
import { printable } from '../../binapi/trace.js';
import type { LbOperation } from '../../domain/lb.js';
import { ip } from '../support/domain-samples.js';
import { failure } from '../support/rejection.js';
import { asRow, conf, LbStage, vipRow, web } from './lb-stage.js';

describe('binapi/lb: writing', () => {
  const stage = new LbStage();
  const { begin, end, open } = stage;

  beforeEach(begin);
  afterEach(end);

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
      expect(stage.vpp.names()).to.deep.equal([message]);
      expect(printable(stage.vpp.received.at(-1)?.fields)).to.deep.equal(fields);
    });
  }

  it('sends the operations of one turn in one write, in their order', async () => {
    const api = await open();
    await Promise.all(cases.map(([operation]) => api.apply(operation)));
    expect(stage.vpp.reads).to.have.length(1);
    expect(stage.vpp.names()).to.deep.equal(cases.map(([, message]) => message));
  });

  it('sends the settings, all of them', async () => {
    await (await open()).setLbConf({ ...conf, flowTimeout: 60 });
    expect(printable(stage.vpp.received.at(-1)?.fields)).to.deep.equal({
      ip4SrcAddress: '192.0.2.254',
      ip6SrcAddress: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      stickyBucketsPerCore: 1024,
      flowTimeout: 60,
    });
  });

  it("rejects with VPP's return code", async () => {
    stage.retval = -81;
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
    for (const error of await Promise.all(lethal.map(failure))) expect(error.code).to.equal('MGL_VPP_GUARD');
    await api.ping();
    expect(stage.vpp.names()).to.deep.equal(['control_ping']);
  });

  it('leaves NAT VIPs alone that share a server, once it has seen them', async () => {
    const other = { ...web, port: 80 };
    stage.vips = [vipRow(web, 3, 16), vipRow(other, 3, 16)];
    stage.ases = [asRow(web, '10.0.0.1', 1, 16), asRow(other, '10.0.0.1', 1, 16)];
    const api = await open();
    await api.getLbState();
    expect((await failure(api.apply({ op: 'vip-del', key: web, reason: '' }))).code).to.equal(
      'MGL_VPP_GUARD',
    );
  });
});
