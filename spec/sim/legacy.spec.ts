import { expect } from 'chai';
import {
  lbAddDelAs,
  lbAddDelAsV2,
  lbAsDump,
  lbAsSetWeight,
  lbAsV2Dump,
  lbConf,
  lbConfGet,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import { controlPing, getApiJson, getFirstMsgId } from '../../binapi/generated/memclnt.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { ipOfWire, wireAddress } from '../../binapi/lb/wire-values.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { addVip, flushVip, ip, vipFields } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

const everything = { ...vipFields('::/0 any 0'), pfxMatcher: { le: 0, ge: 0 } };

/** A number whose four bytes are the other way round. */
function swapped(value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.readUInt32LE();
}

describe('sim: VPP up to 26.06', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let client: RawVppClient;

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await startSimulator({ clock, personality: 'legacy' });
    client = await RawVppClient.connect(simulator.socketPath);
  });
  afterEach(async () => {
    await client.close();
    await simulator.stop();
  });

  async function rows(): Promise<string[]> {
    const details = await client.dump(lbVipDump, everything);
    return details.map(
      ({ vip, encap, flowTableLength }) =>
        `${ipOfWire(vip.pfx.address)}/${vip.pfx.len} ${vip.protocol} ${vip.port} ${encap} ${flowTableLength}`,
    );
  }

  async function addAs(vip: string, server: string, isDel = false): Promise<number> {
    const asAddress = wireAddress(ip(server));
    return (await client.call(lbAddDelAs, { ...vipFields(vip), asAddress, isDel, isFlush: false })).retval;
  }

  it('lacks the messages about weights and the one that reads the configuration', () => {
    for (const message of [lbConfGet, lbAddDelAsV2, lbAsSetWeight, lbAsV2Dump]) {
      expect(client.idOf(message), message.name).to.equal(null);
    }
    const ids = [lbConf, lbAddDelAs, lbVipDump, lbAsDump].map((message) => client.idOf(message) ?? 0);
    expect(ids.map((id) => id - (ids[0] ?? 0))).to.deep.equal([0, 6, 10, 12]);
  });

  it('says which VPP it is, also in its JSON and by the range of its messages', async () => {
    expect(await client.call(showVersion, {})).to.include({ version: '26.06-release' });
    const json = (await client.call(getApiJson, {})).json;
    expect(json).to.contain('lb_add_del_as"').and.not.to.contain('lb_as_set_weight');
    expect(await client.call(getFirstMsgId, { name: 'lb_31818767' })).to.include({ retval: 0 });
    expect((await client.call(controlPing, {})).clientIndex).not.to.equal(client.clientIndex);
  });

  it('takes the length of an IPv4 prefix for that of an IPv6 one', async () => {
    expect(await addVip(client, '192.0.2.1/32 tcp 443')).to.equal(0);
    // 1 is the number of ip6-gre4; the protocol and the length of the table are lost.
    expect(await rows()).to.deep.equal(['0.0.0.0/32 0 443 1 0']);
    expect(simulator.cli('show lb vips verbose').reply).to.contain(' ip6-gre4 [1] ::/32\n');
  });

  it('makes the right VIP of a length that counts from 96 and an encapsulation in the order of its own bytes', async () => {
    expect(
      await addVip(client, '192.0.2.1/128 tcp 443', { encap: swapped(1), newFlowsTableLength: 2 ** 17 }),
    ).to.equal(0);
    expect(await rows()).to.deep.equal(['192.0.2.1/128 0 443 2 2']);
    expect(simulator.cli('show lb vips verbose').reply).to.contain(' ip4-gre6 [1] 192.0.2.1/32\n');
    expect(await addAs('192.0.2.1/128 tcp 443', '2001:db8::9')).to.equal(0);
    const [server] = await client.dump(lbAsDump, everything);
    expect(server?.vip).to.include({ protocol: 0, port: 443 });
  });

  it('makes nothing of any other encapsulation: refused for IPv4, GRE6 for IPv6', async () => {
    expect(await addVip(client, '192.0.2.1/128 tcp 443', { encap: 1 })).to.equal(-97);
    expect(await addVip(client, '2001:db8::1/128 tcp 443', { encap: 1 })).to.equal(0);
    expect(await addVip(client, '2001:db8::2/128 tcp 443', { encap: 0 })).to.equal(0);
    expect(await rows()).to.deep.equal(['2001:db8::1/128 0 443 0 0', '2001:db8::2/128 0 443 1 0']);
  });

  it('compares the port of a filter in the wrong order', async () => {
    const vip = '2001:db8::1/128 tcp';
    for (const port of [443, 0x0101]) {
      await addVip(client, `${vip} ${port}`);
      await addAs(`${vip} ${port}`, '10.0.0.1');
    }
    expect(await client.dump(lbAsDump, vipFields(`${vip} 443`))).to.have.length(0);
    expect(await client.dump(lbAsDump, vipFields(`${vip} ${0x0101}`))).to.have.length(1);
  });

  it('gives every server the same share, and collects garbage only when somebody does something', async () => {
    await addVip(client, '192.0.2.1/128 tcp 443', { newFlowsTableLength: 16 });
    for (const server of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) await addAs('192.0.2.1/128 tcp 443', server);
    const shown = simulator.cli('show lb vips verbose').reply;
    expect(shown.match(/\d+ buckets {3}0 flows/g)).to.deep.equal([
      '6 buckets   0 flows',
      '5 buckets   0 flows',
      '5 buckets   0 flows',
    ]);
    await addAs('192.0.2.1/128 tcp 443', '10.0.0.1', true);
    await clock.advance(3_600_000);
    expect(await client.dump(lbAsDump, everything)).to.have.length(3);
    simulator.cli('lb conf timeout 40');
    expect(await client.dump(lbAsDump, everything)).to.have.length(2);
  });

  it('dumps deleted VIPs as well, and never finds an IPv4 VIP to flush', async () => {
    await addVip(client, '192.0.2.1/128 tcp 443');
    await addVip(client, '192.0.2.1/128 tcp 443', { isDel: true });
    expect(await rows()).to.have.length(1);
    expect(await flushVip(client, '192.0.2.1/128 tcp 443')).to.equal(0);
  });
});
