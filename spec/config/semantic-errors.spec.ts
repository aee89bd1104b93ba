import { expect } from 'chai';
import { below, configOf, errorsOf } from './config-lines.js';

interface Case {
  readonly title: string;
  readonly lines: readonly string[];
  readonly errors: readonly string[];
}

const backends = [
  '  backends:',
  '    a4: { address: 198.51.100.1 }',
  '    b4: { address: 198.51.100.2 }',
  '    a6: { address: "2001:db8:b::1" }',
  '    b6: { address: "2001:db8:b::2" }',
];

const cases: readonly Case[] = [
  {
    title: 'health checks: source addresses of probes',
    lines: [
      '  healthchecks:',
      '    a: { type: icmp, probe-ipv4-src: "2001:db8::1", probe-ipv6-src: 192.0.2.1 }',
      '    b: { type: icmp, probe-ipv4-src: 0.0.0.0, probe-ipv6-src: "ff02::1" }',
      '    c: { type: icmp, probe-ipv4-src: 255.255.255.255, probe-ipv6-src: "::ffff:192.0.2.1" }',
      '    d: { type: icmp, probe-ipv4-src: 127.0.0.1, probe-ipv6-src: "::1" }',
    ],
    errors: [
      'f:4:38 maglev.healthchecks.a.probe-ipv4-src: 2001:db8::1 is an IPv6 address: an IPv4 address is needed here',
      'f:4:69 maglev.healthchecks.a.probe-ipv6-src: 192.0.2.1 is an IPv4 address: an IPv6 address is needed here',
      'f:5:38 maglev.healthchecks.b.probe-ipv4-src: 0.0.0.0 is no address of a host',
      'f:5:63 maglev.healthchecks.b.probe-ipv6-src: ff02::1 is a multicast address',
      'f:6:38 maglev.healthchecks.c.probe-ipv4-src: 255.255.255.255 is the broadcast address',
      'f:6:71 maglev.healthchecks.c.probe-ipv6-src: ::ffff:c000:201 is an IPv4 address in IPv6 form: write 192.0.2.1',
    ],
  },
  {
    title: 'health checks: an expression for a body that never comes',
    lines: ['  healthchecks:', '    a: { type: http, params: { method: HEAD, response-regexp: ok } }'],
    errors: [
      'f:4:63 maglev.healthchecks.a.params.response-regexp: a HEAD request gets no body that could match: use GET',
    ],
  },
  {
    title: 'backends: health checks that do not exist',
    lines: [
      '  healthchecks: { web: { type: icmp } }',
      '  backends:',
      '    a: { address: 198.51.100.1, healthcheck: wbe }',
      '    b: { address: 198.51.100.2, healthcheck: Web }',
      '    c: { address: 198.51.100.3, healthcheck: 12 }',
      '    d: { address: 198.51.100.4, healthcheck: "" }',
      '    e: { address: 198.51.100.5, healthcheck: constructor }',
    ],
    errors: [
      "f:5:46 maglev.backends.a.healthcheck: no health check is called 'wbe', did you mean 'web'?",
      "f:6:46 maglev.backends.b.healthcheck: no health check is called 'Web', did you mean 'web'?",
      "f:7:46 maglev.backends.c.healthcheck: no health check is called '12'",
      "f:8:46 maglev.backends.d.healthcheck: no health check is called ''",
      "f:9:46 maglev.backends.e.healthcheck: no health check is called 'constructor'",
    ],
  },
  {
    title: 'backends: addresses that no server can have in VPP',
    lines: [
      '  backends:',
      '    a: { address: 0.0.0.0 }',
      '    b: { address: 224.0.0.1 }',
      '    c: { address: 239.255.255.255 }',
      '    d: { address: 255.255.255.255 }',
      '    e: { address: "::" }',
      '    f: { address: "::1" }',
      '    g: { address: "::192.0.2.9" }',
      '    h: { address: "ff0e::1" }',
      '    i: { address: "fe80::1" }',
      '    j: { address: "::ffff:192.0.2.9" }',
      '    k: { address: 0.1.2.3 }',
      '    l: { address: 127.0.0.1 }',
      '    m: { address: 240.0.0.1 }',
      '    n: { address: "::1:0:0" }',
      '    o: { address: "fec0::1" }',
    ],
    errors: [
      'f:4:19 maglev.backends.a.address: 0.0.0.0 is no address of a host',
      'f:5:19 maglev.backends.b.address: 224.0.0.1 is a multicast address',
      'f:6:19 maglev.backends.c.address: 239.255.255.255 is a multicast address',
      'f:7:19 maglev.backends.d.address: 255.255.255.255 is the broadcast address',
      'f:8:19 maglev.backends.e.address: :: is no address of a host',
      'f:9:19 maglev.backends.f.address: VPP takes ::1 for an IPv4 address, because its first 12 bytes are zero',
      'f:10:19 maglev.backends.g.address: VPP takes ::c000:209 for an IPv4 address, because its first 12 bytes are zero',
      'f:11:19 maglev.backends.h.address: ff0e::1 is a multicast address',
      'f:12:19 maglev.backends.i.address: fe80::1 is link-local: it means nothing without an interface',
      'f:13:19 maglev.backends.j.address: ::ffff:c000:209 is an IPv4 address in IPv6 form: write 192.0.2.9',
      'f:14:19 maglev.backends.k.address: 0.1.2.3 is no address of a host',
    ],
  },
  {
    title: 'frontends: addresses that are no VIP',
    lines: [
      '  frontends:',
      '    a: { address: "::1", pools: [{ name: p, backends: {} }] }',
      '    b: { address: 224.0.0.5, pools: [{ name: p, backends: {} }] }',
      '    c: { address: 0.0.0.0, pools: [{ name: p, backends: {} }] }',
      '    d: { address: 255.255.255.255, pools: [{ name: p, backends: {} }] }',
    ],
    errors: [
      'f:4:19 maglev.frontends.a.address: VPP takes ::1 for an IPv4 address, because its first 12 bytes are zero',
      'f:5:19 maglev.frontends.b.address: 224.0.0.5 is a multicast address',
      'f:6:19 maglev.frontends.c.address: 0.0.0.0 is no address of a host',
      'f:7:19 maglev.frontends.d.address: 255.255.255.255 is the broadcast address',
    ],
  },
  {
    title: 'frontends: ports without protocol and the reverse',
    lines: [
      '  frontends:',
      '    a: { address: 203.0.113.1, port: 80, pools: [{ name: p, backends: {} }] }',
      '    b: { address: 203.0.113.2, protocol: any, port: 80, pools: [{ name: p, backends: {} }] }',
      '    c: { address: 203.0.113.3, protocol: tcp, pools: [{ name: p, backends: {} }] }',
      '    d: { address: 203.0.113.4, protocol: udp, port: 0, pools: [{ name: p, backends: {} }] }',
    ],
    errors: [
      'f:4:5 maglev.frontends.a.protocol: port 80 needs a protocol: tcp or udp',
      'f:5:42 maglev.frontends.b.protocol: port 80 needs a protocol: tcp or udp',
      'f:6:42 maglev.frontends.c.protocol: protocol tcp needs a port; without both, the frontend takes every protocol and port',
      'f:7:42 maglev.frontends.d.protocol: protocol udp needs a port; without both, the frontend takes every protocol and port',
    ],
  },
  {
    title: 'frontends: backends that do not exist, are named twice, or are of two families',
    lines: [
      ...backends,
      '  frontends:',
      '    a:',
      '      address: 203.0.113.1',
      '      pools:',
      '        - { name: p, backends: { a4: , c4: } }',
      '        - { name: q, backends: { b4: , a4: } }',
      '        - name: p',
      '          backends:',
      '            b6: { weight: 5 }',
      '            a4:',
      '    b: { address: 203.0.113.2, pools: [{ name: p, backends: { a6: } }, { name: q, backends: { b6: } }] }',
    ],
    errors: [
      "f:12:40 maglev.frontends.a.pools[0].backends.c4: no backend is called 'c4'",
      "f:13:40 maglev.frontends.a.pools[1].backends.a4: the backend is already in pool 'p' of this frontend",
      "f:14:17 maglev.frontends.a.pools[2].name: the frontend already has a pool called 'p'",
      "f:16:13 maglev.frontends.a.pools[2].backends.b6: the backend is IPv6, but 'a4' is IPv4: all backends of a frontend must be of one family",
      "f:17:13 maglev.frontends.a.pools[2].backends.a4: the backend is already in pool 'p' of this frontend",
    ],
  },
  {
    title: 'frontends on one address',
    lines: [
      ...backends,
      '  frontends:',
      '    a: { address: 203.0.113.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
      '    b: { address: 203.0.113.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
      '    c: { address: 203.0.113.1, protocol: udp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
      '    d: { address: 203.0.113.1, protocol: tcp, port: 81, pools: [{ name: p, backends: { a6: } }] }',
      '    e: { address: 203.0.113.1, pools: [{ name: p, backends: { a4: } }] }',
      '    f: { address: 203.0.113.2, pools: [{ name: p, backends: { a4: } }] }',
      '    g: { address: 203.0.113.2, pools: [{ name: p, backends: { a4: } }] }',
      '    h: { address: 203.0.113.2, protocol: tcp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
      '    i: { address: "2001:db8:f:0::1", protocol: tcp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
      '    j: { address: "2001:DB8:F::1", protocol: tcp, port: 80, pools: [{ name: p, backends: { a4: } }] }',
    ],
    errors: [
      "f:10:19 maglev.frontends.b.address: 'a' already has 203.0.113.1 tcp port 80",
      "f:12:19 maglev.frontends.d.address: 'a' is on 203.0.113.1 too, with IPv4 backends, and this frontend has IPv6 ones: VPP has one kind of tunnel for an address",
      "f:13:19 maglev.frontends.e.address: 'a' is on 203.0.113.1 too, and this frontend takes all ports while the other takes one: " +
        'VPP has either a single frontend for all ports of an address, or one for each port',
      "f:15:19 maglev.frontends.g.address: 'f' already has 203.0.113.2 with all ports",
      "f:16:19 maglev.frontends.h.address: 'f' is on 203.0.113.2 too, and the other takes all ports while this frontend takes one: " +
        'VPP has either a single frontend for all ports of an address, or one for each port',
      "f:18:19 maglev.frontends.j.address: 'i' already has 2001:db8:f::1 tcp port 80",
    ],
  },
  {
    title: 'backends that have the address of a frontend',
    lines: [
      '  backends:',
      '    a: { address: 203.0.113.1 }',
      '    b: { address: 203.0.113.2 }',
      '    c: { address: 203.0.113.3 }',
      '  frontends:',
      '    x: { address: 203.0.113.1, pools: [{ name: p, backends: { a: , b: } }] }',
      '    y: { address: 203.0.113.2, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: } }, { name: q, backends: { b: } }] }',
      '    z: { address: 203.0.113.9, pools: [{ name: p, backends: { c: } }] }',
    ],
    errors: [
      "f:8:63 maglev.frontends.x.pools[0].backends.a: the backend's address 203.0.113.1 is that of this frontend itself: " +
        'VPP would wrap its packets in tunnels without end and crash',
      "f:8:68 maglev.frontends.x.pools[0].backends.b: the backend's address 203.0.113.2 is that of frontend 'y': " +
        'VPP would drop its packets',
      "f:9:88 maglev.frontends.y.pools[0].backends.a: the backend's address 203.0.113.1 is that of frontend 'x': " +
        'VPP would wrap its packets in tunnels without end and crash',
      "f:9:119 maglev.frontends.y.pools[1].backends.b: the backend's address 203.0.113.2 is that of this frontend itself: " +
        'VPP would drop its packets',
    ],
  },
];

const lbCases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'values that VPP could not take',
    [
      '      sync-interval: 0s',
      '      sticky-buckets-per-core: 1000',
      '      flow-timeout: 1500ms',
      '      startup-min-delay: 31s',
      '      new-flows-table-length: 0',
      '      stats-interval: 0',
    ],
    [
      'f:6:22 maglev.vpp.lb.sync-interval: 0s must be longer than 0',
      'f:11:23 maglev.vpp.lb.stats-interval: 0s must be longer than 0',
      'f:7:32 maglev.vpp.lb.sticky-buckets-per-core: 1000 is not a power of two: the nearest are 512 and 1024',
      'f:8:21 maglev.vpp.lb.flow-timeout: 1.5s is not a whole number of seconds',
      'f:9:26 maglev.vpp.lb.startup-min-delay: 31s is longer than startup-max-delay, 30s',
      'f:10:31 maglev.vpp.lb.new-flows-table-length: 0 is out of range: 1 to 1048576',
    ],
  ],
  [
    'values beyond the other end',
    [
      '      sync-interval: 10us',
      '      sticky-buckets-per-core: 8388608',
      '      flow-timeout: 2m1s',
      '      startup-max-delay: 0',
      '      new-flows-table-length: 2097152',
    ],
    [
      'f:6:22 maglev.vpp.lb.sync-interval: 10\u00b5s is too short: at least 1ms',
      'f:7:32 maglev.vpp.lb.sticky-buckets-per-core: 8388608 is out of range: 1 to 4194304',
      'f:8:21 maglev.vpp.lb.flow-timeout: 2m1s is out of range: 1s to 120s',
      'f:3:5 maglev.vpp.lb.startup-min-delay: 5s is longer than startup-max-delay, 0s',
      'f:10:31 maglev.vpp.lb.new-flows-table-length: 2097152 is out of range: 1 to 1048576',
    ],
  ],
  [
    'a timeout of nothing',
    ['      flow-timeout: 0'],
    ['f:6:21 maglev.vpp.lb.flow-timeout: 0s is out of range: 1s to 120s'],
  ],
];

describe('config: errors of meaning', () => {
  for (const { title, lines, errors } of cases) {
    it(title, () => expect(errorsOf(below(...lines))).to.deep.equal(['semantic', ...errors]));
  }

  it('a backend on an address that has frontends of both kinds is told the worse effect', () => {
    const errors = errorsOf(
      below(
        '  backends: { a: { address: 203.0.113.1 } }',
        '  frontends:',
        '    x: { address: 203.0.113.1, protocol: tcp, port: 80, pools: [{ name: p, backends: {} }] }',
        '    y: { address: 203.0.113.1, pools: [{ name: p, backends: {} }] }',
        '    z: { address: 203.0.113.9, pools: [{ name: p, backends: { a: } }] }',
      ),
    );
    expect(errors).to.have.length(3);
    expect(errors[2]).to.match(
      /that of frontend 'y': VPP would wrap its packets in tunnels without end and crash$/,
    );
  });

  const head = ['maglev:', '  vpp:', '    lb:'];
  const sources = ['      ipv4-src-address: 192.0.2.1', '      ipv6-src-address: 2001:db8::1'];
  for (const [title, lines, errors] of lbCases) {
    it(`vpp: ${title}`, () => {
      expect(errorsOf([...head, ...sources, ...lines].join('\n'))).to.deep.equal(['semantic', ...errors]);
    });
  }

  it('vpp: accepts the ends of every range', () => {
    const low = [
      'sticky-buckets-per-core: 1',
      'flow-timeout: 1s',
      'new-flows-table-length: 1',
      'sync-interval: 1ms',
      'stats-interval: 1ms',
    ];
    const high = [
      'sticky-buckets-per-core: 4194304',
      'flow-timeout: 120s',
      'new-flows-table-length: 1048576',
    ];
    const delays = ['startup-min-delay: 0', 'startup-max-delay: 0'];
    for (const values of [low, high, delays]) {
      configOf([...head, ...sources, ...values.map((value) => `      ${value}`)].join('\n'));
    }
  });

  const missing = (at: string) => [
    'semantic',
    `${at} maglev.vpp.lb.ipv4-src-address: required: the address from which VPP's tunnels to IPv4 backends come`,
    `${at} maglev.vpp.lb.ipv6-src-address: required: the address from which VPP's tunnels to IPv6 backends come`,
  ];
  it('vpp: source addresses that are not there are missed at the nearest section that is', () => {
    expect(errorsOf('maglev: {}')).to.deep.equal(missing('f:1:1'));
    expect(errorsOf('maglev:\n')).to.deep.equal(missing('f:1:1'));
    expect(errorsOf('maglev:\n  vpp:\n')).to.deep.equal(missing('f:2:3'));
    expect(errorsOf(head.join('\n'))).to.deep.equal(missing('f:3:5'));
  });

  it('vpp: source addresses must be of their family, and addresses of a host', () => {
    const wrong = ['      ipv4-src-address: 2001:db8::1', '      ipv6-src-address: "::1"'];
    expect(errorsOf([...head, ...wrong].join('\n'))).to.deep.equal([
      'semantic',
      'f:4:25 maglev.vpp.lb.ipv4-src-address: 2001:db8::1 is an IPv6 address: an IPv4 address is needed here',
      'f:5:25 maglev.vpp.lb.ipv6-src-address: VPP takes ::1 for an IPv4 address, because its first 12 bytes are zero',
    ]);
  });

  it('come in the order health checks, backends, frontends, vpp, wherever they are in the file', () => {
    const text = [
      'maglev:',
      '  vpp: { lb: { flow-timeout: 0s } }',
      '  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { nobody: } }] } }',
      '  backends: { b: { address: 198.51.100.1, healthcheck: nothing } }',
      '  healthchecks: { h: { type: icmp, probe-ipv4-src: "2001:db8::1" } }',
    ];
    expect(
      errorsOf(text.join('\n')).map((line) => line.replace(/:.*?(?= |$)/, '').replace(/: .*/, '')),
    ).to.deep.equal([
      'semantic',
      'f maglev.healthchecks.h.probe-ipv4-src',
      'f maglev.backends.b.healthcheck',
      'f maglev.frontends.f.pools[0].backends.nobody',
      'f maglev.vpp.lb.flow-timeout',
      'f maglev.vpp.lb.ipv4-src-address',
      'f maglev.vpp.lb.ipv6-src-address',
    ]);
  });
});
