import { expect } from 'chai';
import { cliInband } from '../../binapi/generated/vlib.js';
import { failure } from '../support/rejection.js';
import { LbStage } from './lb-stage.js';

describe('binapi/lb: where the counters are', () => {
  const stage = new LbStage();
  const { begin, end, open } = stage;

  beforeEach(async () => {
    await begin();
    stage.text.reply = [
      ' ip4-gre4 [4] 192.0.2.1/32\n  new_size:16\n  protocol:6 port:443\n  counters:\n  #as:1',
      '    10.0.0.1 weight:1 buckets:16 flows:0 dpo:12 used\n',
      ' ip4-gre4 [5] 192.0.2.1/32\n  new_size:16\n  protocol:6 port:80\n',
      ' ip6-gre6 [2] 2001:db8::/64\n  new_size:16\n\n',
    ].join('\n');
    stage.routes = new Map([['192.0.2.1/32', 8]]);
  });
  afterEach(end);

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
    expect(stage.vpp.names()).to.deep.equal(['cli_inband', 'ip_route_lookup', 'ip_route_lookup']);
    expect(stage.vpp.received[1]?.fields).to.include({ tableId: 0, exact: 1 });
  });

  it('does without routes where VPP cannot be asked for them, and where it has no statistics of one', async () => {
    stage.vpp.otherCrc = new Map([['ip_route_lookup', '0badc0de']]);
    expect((await found()).map(({ routeIndex }) => routeIndex)).to.deep.equal([null, null, null]);
    await stage.lb?.close();
    stage.vpp.otherCrc = new Map();
    stage.routes = new Map([['192.0.2.1/32', 0xffffffff]]);
    expect((await found()).map(({ routeIndex }) => routeIndex)).to.deep.equal([null, null, null]);
  });

  it('tells when VPP gives no text, or one that says something else', async () => {
    stage.text = { retval: -1, reply: 'unknown input' };
    expect((await failure((await open()).getLbIndexes())).code).to.equal('MGL_VPP_TEXT');
    stage.text = { retval: 0, reply: 'hello\n' };
    expect(await stage.lb?.getLbIndexes()).to.equal(null);
    await stage.lb?.close();
    stage.vpp.lacking = [cliInband];
    expect((await failure((await open()).getLbIndexes())).code).to.equal('MGL_VPP_TEXT');
  });
});
