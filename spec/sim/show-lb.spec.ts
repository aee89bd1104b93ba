import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { PacketGenerator } from '../../sim/flow/packet-generator.js';
import { sendOptionsOf } from '../../sim/flow/traffic-request.js';
import { Vpp } from '../../sim/vpp.js';

function vpp(personality: 'modern' | 'legacy' = 'modern'): Vpp {
  return new Vpp({
    clock: new VirtualClock(),
    personality,
    pid: 4242,
    version: '26.10-rc0~1-gabcdef',
    onCrash: (crash) => {
      throw crash;
    },
  });
}

/** Runs commands that must succeed and returns what the last one printed. */
function run(on: Vpp, ...commands: string[]): string {
  let last = '';
  for (const command of commands) {
    const { retval, reply } = on.cli(command);
    expect(retval, reply).to.equal(0);
    last = reply;
  }
  return last;
}

const noCounters = [
  '  counters:',
  '    packet from existing sessions: 0',
  '    first session packet: 0',
  '    untracked packet: 0',
  '    no server configured: 0',
];

describe('sim/cli-text: show lb', () => {
  it('counts the placeholder among the VIPs and not among the servers, and ends lines as VPP does', () => {
    const on = vpp();
    expect(run(on, 'show lb')).to.equal(
      'lb_main ip4-src-address: 255.255.255.255 \n' +
        ' ip6-src-address: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff \n #vips: 1\n #ass: 0\n',
    );
    run(on, 'lb conf ip4-src-address 10.0.0.99 ip6-src-address 2001:db8::99', 'lb vip 10.1.0.0/24');
    expect(run(on, 'lb as 10.1.0.0/24 10.0.0.1 10.0.0.2', 'show lb')).to.equal(
      'lb_main ip4-src-address: 10.0.0.99 \n ip6-src-address: 2001:db8::99 \n #vips: 2\n #ass: 2\n',
    );
  });

  it('tells the flow table of every thread that has one', () => {
    const on = vpp();
    run(on, 'lb vip 10.1.0.0/24', 'lb as 10.1.0.0/24 10.0.0.1');
    const clients = new PacketGenerator(() => on.lb.state);
    clients.send(sendOptionsOf({ to: '10.1.0.1', flows: { count: 7 } }));
    expect(run(on, 'show lb')).to.match(/ #ass: 1\ncore 0\n {2}timeout: 40s\n {2}usage: 7 \/ 1027\n$/);
    expect(run(on, 'show lb vips verbose')).to.contain(
      '    packet from existing sessions: 0\n    first session packet: 7\n    untracked packet: 0\n',
    );
    expect(run(on, 'show lb vips verbose')).to.contain(' buckets:1024 flows:7 dpo:9 used');
    // The timeout is a number with a sign here; it is taken over with the next packet.
    run(on, 'lb conf timeout -1');
    clients.send(sendOptionsOf({ to: '10.1.0.1', flows: { count: 1 } }));
    expect(run(on, 'show lb')).to.contain('  timeout: -1s\n');
  });
});

describe('sim/cli-text: show lb vips', () => {
  it('prints one line a VIP', () => {
    const on = vpp();
    run(
      on,
      'lb vip 192.0.2.1/32 protocol tcp port 443 encap gre6',
      'lb as 192.0.2.1/32 protocol tcp port 443 2001:db8:1::10 2001:db8:1::11',
      'lb vip 1.2.3.4/32 encap l3dsr dscp 7',
      'lb vip 2001:db8::2/128 encap gre4 src_ip_sticky new_len 64',
      'lb vip 1.2.3.6/32 protocol udp port 53 encap nat4 target_port 8053',
      'lb vip ::/95',
      'lb as ::/95 10.0.0.1',
      'lb vip ::/95 del',
    );
    expect(run(on, 'show lb vips').split('\n')).to.deep.equal([
      'ip4-gre6 192.0.2.1/32 new_size:1024 #as:2  protocol:6 port:443 ',
      'ip4-l3dsr 1.2.3.4/32 new_size:1024 #as:0  dscp:7',
      'ip6-gre4 2001:db8::2/128 new_size:64 #as:0',
      'ip4-nat4 1.2.3.6/32 new_size:1024 #as:0  protocol:17 port:53  type:clusterip port:13568 target_port:8053',
      'ip6-gre4 ::/95 new_size:1024 #as:1 removed',
      '',
    ]);
  });

  it('prints servers, buckets and counters when asked to be verbose', () => {
    const on = vpp();
    run(
      on,
      'lb vip 192.0.2.1/32 protocol tcp port 443 encap gre6 src_ip_sticky',
      'lb as 192.0.2.1/32 protocol tcp port 443 2001:db8:1::10 2001:db8:1::11',
      'lb as 192.0.2.1/32 protocol tcp port 443 2001:db8:1::10 weight 50',
      'lb as 192.0.2.1/32 protocol tcp port 443 2001:db8:1::11 del',
      'lb vip 1.2.3.6/32 protocol udp port 53 encap nat4 target_port 8053',
      'lb as 1.2.3.6/32 protocol udp port 53 10.9.9.9',
      'lb vip 1.2.3.4/32 encap l3dsr dscp 7',
    );
    expect(run(on, 'show lb vips verbose').split('\n')).to.deep.equal([
      ' ip4-gre6 [1] 192.0.2.1/32 src_ip_sticky',
      '  new_size:1024',
      '  protocol:6 port:443',
      ...noCounters,
      '  #as:2',
      '    2001:db8:1::11 weight:100 buckets:0 flows:0 dpo:9  removed',
      '    2001:db8:1::10 weight:50 buckets:1024 flows:0 dpo:10 used',
      '',
      ' ip4-nat4 [2] 1.2.3.6/32',
      '  new_size:1024',
      '  protocol:17 port:53',
      '  type:clusterip port:13568 target_port:8053  counters:',
      ...noCounters.slice(1),
      '  #as:1',
      '    10.9.9.9 weight:100 buckets:1024 flows:0 dpo:12 used',
      '',
      ' ip4-l3dsr [3] 1.2.3.4/32',
      '  new_size:1024',
      '  dscp:7',
      ...noCounters,
      '  #as:0',
      '',
      '',
    ]);
  });

  it('prints servers without weights when VPP is old, and no list without a word behind the command', () => {
    const on = vpp('legacy');
    run(on, 'lb vip 192.0.2.1/32', 'lb as 192.0.2.1/32 10.0.0.1');
    expect(run(on, 'show lb vips verbose')).to.contain('\n    10.0.0.1 1024 buckets   0 flows  dpo:9 used\n');
    expect(run(on, 'show lb vips')).to.equal('');
    expect(on.cli('lb as 192.0.2.1/32 10.0.0.1 weight 5')).to.deep.equal({
      retval: -1,
      reply: "lb as: parse error: 'weight 5'\n",
    });
  });
});

describe('sim/cli-text: the command line', () => {
  it('takes what a command leaves for the next one, until one fails', () => {
    const on = vpp();
    expect(on.cli('lb vip 10.0.0.1/32\nlb vip 10.0.0.2/32\nshow lb vips')).to.deep.equal({
      retval: 0,
      reply:
        'lb_vip_add ok 1\nlb_vip_add ok 2\n' +
        'ip4-gre4 10.0.0.1/32 new_size:1024 #as:0\nip4-gre4 10.0.0.2/32 new_size:1024 #as:0\n',
    });
    expect(on.cli('lb vip 10.0.0.1/32\nlb vip 10.0.0.3/32')).to.deep.equal({
      retval: -1,
      reply: 'lb vip: lb_vip_add error -81\n',
    });
    expect(on.cli('show version show version').reply.split('\n')).to.have.length(3);
    expect(on.cli('show lb nonsense')).to.include({ retval: -1 });
    expect(on.cli('show lb nonsense').reply).to.match(/#ass: 0\nunknown input `nonsense'\n$/);
  });

  it('takes the beginning of a word for the word as long as VPP has only one', () => {
    const on = vpp();
    expect(run(on, 'sh lb vip')).to.equal('');
    expect(run(on, 'show ver')).to.match(/^vpp v26\.10-rc0~1-gabcdef built by /);
    expect(on.cli('show v').retval).to.equal(-1);
    expect(on.cli('lb v 10.0.0.1/32').reply).to.equal('lb_vip_add ok 1\n');
  });

  it('tells its version at length', () => {
    expect(run(vpp(), 'show version verbose').split('\n')).to.include.members([
      'Version:                  v26.10-rc0~1-gabcdef',
      'Current PID:              4242',
    ]);
  });

  it('ends lb flush vip at an unknown word, where VPP would hang', () => {
    const on = vpp();
    run(on, 'lb vip 10.0.0.1/32');
    expect(run(on, 'lb flush vip 10.0.0.1/32 protocol tcp port 0')).to.equal('lb_flush_vip ok 1\n');
    expect(on.cli('lb flush vip 10.0.0.1/32 nonsense')).to.deep.equal({
      retval: -1,
      reply: "lb flush vip: VPP would hang here, for ever reading 'nonsense'\n",
    });
  });
});
