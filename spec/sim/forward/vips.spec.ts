import { once } from 'node:events';
import { expect } from 'chai';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { until } from '../../support/until.js';
import { ForwardSite, SERVERS, VIP } from './forward-site.js';

describe('sim/forward: UDP and places', () => {
  let clock: VirtualClock;
  let site: ForwardSite;
  beforeEach(async () => {
    clock = new VirtualClock();
    site = await ForwardSite.open(clock);
  });
  afterEach(() => site.end());

  it('relays datagrams to the server that VPP chooses, and the answers back', async () => {
    await site.serveUdp();
    await site.serveVip(SERVERS, 'udp');
    const client = site.udpClient();
    const ask = async (word: string) => {
      client.send(word, site.port, VIP);
      const [answer] = await once(client, 'message');
      return String(answer);
    };
    const [server = ''] = (await ask('one')).split(' got one');
    expect(SERVERS).to.include(server);
    expect(await ask('two')).to.equal(`${server} got two`);
    expect(site.cli('show maglev-vppsim forward')).to.contain(`, 1 now\n  ${server}:${site.port}  1\n`);
    site.cli(`lb as ${site.vip('udp')} ${server} weight 0 flush`);
    const other = await ask('three');
    expect(other).to.contain(' got three').and.not.contain(server);
    await clock.advance(70_000);
    expect(site.cli('show maglev-vppsim forward')).to.contain(', 0 now');
    // A new client: new flows go to servers that take them.
    expect(await ask('four'))
      .to.contain(' got four')
      .and.not.contain(server);
  });

  it('says once what it cannot listen for, and goes on trying', async () => {
    const taken = site.udpClient();
    taken.bind(site.port, VIP);
    await once(taken, 'listening');
    site.cli(
      `lb vip ${site.vip('udp')} encap gre4`,
      `lb vip 127.0.4.0/24 protocol tcp port 80 encap gre4`,
      `lb vip 127.0.5.1/32 encap gre4`,
      `lb vip 192.0.2.1/32 protocol tcp port 443 encap gre4`,
      'lb vip 2001:db8::1/128 protocol udp port 53 encap gre6',
    );
    const told = () =>
      site.log
        .of('vppsim-not-forwarded')
        .map(({ fields }) => `${fields['vip']}: ${fields['cause']}`)
        .sort();
    const all = [
      '127.0.4.0/24 tcp 80: only a VIP of one address can be listened for',
      '127.0.5.1/32: nobody can listen on all ports of an address',
      'tcp 192.0.2.1:443: the address is not on this machine',
      `udp ${VIP}:${site.port}: another program listens there`,
      'udp [2001:db8::1]:53: the address is not on this machine',
    ];
    await until(() => told().length === all.length, 'all of them');
    expect(told()).to.deep.equal(all);
    const shown = site.cli('show maglev-vppsim forward');
    for (const line of all) expect(shown).to.contain(line.replace(': ', ' is not forwarded: '));
    await clock.advance(6000);
    await until(() => site.cli('show maglev-vppsim forward').split('\n').length === all.length + 1);
    expect(told()).to.deep.equal(all);
    taken.close();
    await once(taken, 'close');
    await clock.advance(6000);
    await site.forwarded(`udp ${VIP}:${site.port}`);
  });
});
