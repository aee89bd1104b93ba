import { expect } from 'chai';
import { missedBySchema } from '../support/both-checkers.js';
import { below, errorsOf } from './config-lines.js';

/** Everything wrong that one section can say about itself, and what is printed for it. */
interface Case {
  readonly title: string;
  readonly lines: readonly string[];
  readonly errors: readonly string[];
}

const icmpKeys =
  'type, interval, fast-interval, down-interval, timeout, rise, fall, probe-ipv4-src, probe-ipv6-src';

const cases: readonly Case[] = [
  {
    title: 'healthchecker',
    lines: ['  healthchecker:', '    transition-history: 0', '    netns: /run/netns/blue', '    histroy: 5'],
    errors: [
      'f:4:25 maglev.healthchecker.transition-history: 0 is out of range: 1 to 100000',
      "f:5:12 maglev.healthchecker.netns: '/run/netns/blue' must be a name as `ip netns list` prints it, not a path",
      'f:6:5 maglev.healthchecker.histroy: unknown key: known here are transition-history, netns, ca-file',
    ],
  },
  {
    title: 'sections of the wrong kind',
    lines: ['  healthchecker: []', '  healthchecks: 5', '  backends: none', '  frontends: [a]'],
    errors: [
      'f:3:3 maglev.healthchecker: expected a map, found a list',
      'f:4:17 maglev.healthchecks: expected a map of names, found the number 5',
      "f:5:13 maglev.backends: expected a map of names, found the text 'none'",
      'f:6:3 maglev.frontends: expected a map of names, found a list',
    ],
  },
  {
    title: 'unknown sections',
    lines: ['  backend: {}', '  logging: {}'],
    errors: [
      "f:3:3 maglev.backend: unknown key, did you mean 'backends'?",
      'f:4:3 maglev.logging: unknown key: known here are access, healthchecker, vpp, healthchecks, backends, frontends',
    ],
  },
  {
    title: 'durations',
    lines: [
      '  healthchecks:',
      '    c:',
      '      type: icmp',
      '      interval: 5',
      '      fast-interval: 0',
      '      down-interval: 500us',
      '      timeout: -1s',
      '    d: { type: icmp, interval: "2", timeout: [1s], fast-interval: , down-interval: 1d }',
    ],
    errors: [
      "f:6:17 maglev.healthchecks.c.interval: '5' has no unit: write 5s for seconds, 5ms for milliseconds",
      "f:7:22 maglev.healthchecks.c.fast-interval: '0' must be longer than 0",
      "f:8:22 maglev.healthchecks.c.down-interval: '500us' is too short: at least 1ms",
      "f:9:16 maglev.healthchecks.c.timeout: '-1s' is negative",
      "f:10:32 maglev.healthchecks.d.interval: '2' has no unit: write 2s for seconds, 2ms for milliseconds",
      'f:10:37 maglev.healthchecks.d.timeout: expected a duration like 30s or 1m30s, found a list',
      'f:10:52 maglev.healthchecks.d.fast-interval: expected a duration like 30s or 1m30s, found nothing',
      "f:10:84 maglev.healthchecks.d.down-interval: '1d' has the unknown unit 'd': the units are h, m, s, ms, us and ns; a day is 24h",
    ],
  },
  {
    title: 'whole numbers',
    lines: [
      '  healthchecks:',
      '    c: { type: icmp, rise: 0, fall: 101 }',
      '    d: { type: icmp, rise: 1.5, fall: two }',
      '    e: { type: icmp, rise: "2", fall: 0x10 }',
      '    f: { type: icmp, rise: 02, fall: true }',
      '    g: { type: icmp, rise: -1, fall: }',
      '    h: { type: icmp, rise: 99999999999999999999999, fall: 1e1 }',
    ],
    errors: [
      'f:4:28 maglev.healthchecks.c.rise: 0 is out of range: 1 to 100',
      'f:4:37 maglev.healthchecks.c.fall: 101 is out of range: 1 to 100',
      'f:5:28 maglev.healthchecks.d.rise: expected a whole number, found the number 1.5: write it in plain decimal',
      "f:5:39 maglev.healthchecks.d.fall: expected a whole number, found the text 'two'",
      "f:6:28 maglev.healthchecks.e.rise: expected a whole number, found the text '2': remove the quotes",
      'f:6:39 maglev.healthchecks.e.fall: expected a whole number, found the number 0x10: write it in plain decimal',
      'f:7:28 maglev.healthchecks.f.rise: expected a whole number, found the number 02: write it in plain decimal',
      'f:7:38 maglev.healthchecks.f.fall: expected a whole number, found true',
      'f:8:28 maglev.healthchecks.g.rise: -1 is out of range: 1 to 100',
      'f:8:32 maglev.healthchecks.g.fall: expected a whole number, found nothing',
      'f:9:28 maglev.healthchecks.h.rise: 99999999999999999999... is out of range: 1 to 100',
      'f:9:59 maglev.healthchecks.h.fall: expected a whole number, found the number 1e1: write it in plain decimal',
    ],
  },
  {
    title: 'types of health checks, and what each may have',
    lines: [
      '  healthchecks:',
      '    a: {}',
      '    b: { type: htttp, port: 0, params: { path: x, ssl: true } }',
      '    c: { type: icmp, port: 7 }',
      '    d: { type: tcp, params: { path: / } }',
      '    e: { type: http, params: { ssl: true, cookie: x } }',
      '    f: { type: , interval: 5 }',
      '    g: tcp',
      '    h:',
    ],
    errors: [
      'f:4:5 maglev.healthchecks.a.type: required key is missing',
      "f:5:16 maglev.healthchecks.b.type: expected one of icmp, tcp, http, https, found the text 'htttp', did you mean 'http'?",
      'f:5:29 maglev.healthchecks.b.port: 0 is out of range: 1 to 65535',
      `f:6:22 maglev.healthchecks.c.port: unknown key: known here are ${icmpKeys}`,
      'f:7:5 maglev.healthchecks.d.port: required key is missing',
      'f:7:31 maglev.healthchecks.d.params.path: unknown key: known here are ssl, handshake, server-name, insecure-skip-verify, ca-file, resume',
      'f:8:32 maglev.healthchecks.e.params.ssl: unknown key: known here are path, host, method, response-code, ' +
        'response-regexp, reuse, server-name, insecure-skip-verify, ca-file, resume',
      'f:8:43 maglev.healthchecks.e.params.cookie: unknown key: known here are path, host, method, response-code, ' +
        'response-regexp, reuse, server-name, insecure-skip-verify, ca-file, resume',
      'f:9:10 maglev.healthchecks.f.type: expected one of icmp, tcp, http, https, found nothing',
      "f:9:28 maglev.healthchecks.f.interval: '5' has no unit: write 5s for seconds, 5ms for milliseconds",
      "f:10:8 maglev.healthchecks.g: expected a map, found the text 'tcp'",
      'f:11:5 maglev.healthchecks.h.type: required key is missing',
    ],
  },
  {
    title: 'what goes into an HTTP request',
    lines: [
      '  healthchecks:',
      '    c:',
      '      type: https',
      '      params:',
      '        path: index.html',
      '        host: "example.com\\r\\nX-Injected: 1"',
      '        method: POST',
      '        server-name: 192.0.2.1',
      '        insecure-skip-verify: 1',
      '    d: { type: http, params: { path: "/a b", host: "", method: get } }',
      '    e: { type: http, params: { path: "/\\u00e9", host: "2001:db8::1" } }',
      '    f: { type: http, params: { path: "/#top", host: "a/b" } }',
      '    g: { type: http, params: { path: "/\\t", host: "[::g]", server-name: "a b" } }',
    ],
    errors: [
      "f:7:15 maglev.healthchecks.c.params.path: 'index.html' must start with '/'",
      'f:8:15 maglev.healthchecks.c.params.host: must be a single line',
      "f:9:17 maglev.healthchecks.c.params.method: expected one of GET, HEAD, found the text 'POST'",
      "f:10:22 maglev.healthchecks.c.params.server-name: '192.0.2.1' is an address: TLS server names are host names (RFC 6066 §3)",
      'f:11:31 maglev.healthchecks.c.params.insecure-skip-verify: expected true or false, found the number 1',
      "f:12:38 maglev.healthchecks.d.params.path: must not contain ' ': write it percent-encoded, as %20 for a space",
      'f:12:52 maglev.healthchecks.d.params.host: must not be empty',
      "f:12:64 maglev.healthchecks.d.params.method: expected one of GET, HEAD, found the text 'get', did you mean 'GET'?",
      "f:13:38 maglev.healthchecks.e.params.path: must not contain '\u00e9': write it percent-encoded, as %20 for a space",
      "f:13:55 maglev.healthchecks.e.params.host: '2001:db8::1': write an IPv6 address in brackets",
      "f:14:38 maglev.healthchecks.f.params.path: must not contain '#': what follows it is never sent to a server",
      "f:14:53 maglev.healthchecks.f.params.host: 'a/b' is no host name: letters, digits, '.', '-' and '_', then a port like :8080 if need be",
      'f:15:38 maglev.healthchecks.g.params.path: must not contain the control character U+0009',
      "f:15:51 maglev.healthchecks.g.params.host: '[::g]' has no IPv6 address in its brackets",
      "f:15:73 maglev.healthchecks.g.params.server-name: 'a b' is no host name",
    ],
  },
  {
    title: 'what an HTTP response must be',
    lines: [
      '  healthchecks:',
      '    a: { type: http, params: { response-code: 99 } }',
      '    b: { type: http, params: { response-code: "200-600" } }',
      '    c: { type: http, params: { response-code: "299-200" } }',
      '    d: { type: http, params: { response-code: "200,,301" } }',
      '    e: { type: http, params: { response-code: 2xx } }',
      '    f: { type: http, params: { response-code: [200, 301] } }',
      '    g: { type: http, params: { response-regexp: "(" } }',
      '    h: { type: http, params: { response-regexp: 200 } }',
    ],
    errors: [
      "f:4:47 maglev.healthchecks.a.params.response-code: '99' is no status code or range: write them like 200 or 200-299,301",
      "f:5:47 maglev.healthchecks.b.params.response-code: '200-600' is out of range: 100 to 599",
      "f:6:47 maglev.healthchecks.c.params.response-code: '299-200' ends below its start",
      "f:7:47 maglev.healthchecks.d.params.response-code: '' is no status code or range: write them like 200 or 200-299,301",
      "f:8:47 maglev.healthchecks.e.params.response-code: '2xx' is no status code or range: write them like 200 or 200-299,301",
      'f:9:32 maglev.healthchecks.f.params.response-code: expected status codes like 200 or 200-299,301, found a list',
      'f:10:49 maglev.healthchecks.g.params.response-regexp: is no regular expression: /(/u: Unterminated group',
      'f:11:49 maglev.healthchecks.h.params.response-regexp: expected text, found the number 200: put it in quotes',
    ],
  },
  {
    title: 'backends',
    lines: [
      '  backends:',
      '    a: { address: web1.example.com }',
      '    b: { address: 192.0.2.9/32 }',
      '    c: { address: "192.0.2.9:80" }',
      '    d: { address: fe80::1%eth0 }',
      '    e: { address: 192.0.2.256, enabled: no }',
      '    f: { address: , healthcheck: }',
      '    g: { enabled: "true", healthcheck: [x] }',
      '    h: 192.0.2.9',
      '    i: { address: 5 }',
      '    j: { address: 010.0.0.1 }',
      '    k: { address: "[2001:db8::9]:80" }',
    ],
    errors: [
      "f:4:19 maglev.backends.a.address: 'web1.example.com' is a host name: names are not resolved, write the IP address",
      "f:5:19 maglev.backends.b.address: '192.0.2.9/32' is a prefix: write a single address, without the length",
      "f:6:19 maglev.backends.c.address: '192.0.2.9:80' has a port: write the address alone",
      "f:7:19 maglev.backends.d.address: 'fe80::1%eth0' has a zone: zones mean nothing to VPP",
      "f:8:19 maglev.backends.e.address: '192.0.2.256' is not an IPv4 address: four numbers from 0 to 255, without leading zeros",
      "f:8:41 maglev.backends.e.enabled: expected true or false, found the text 'no'",
      'f:9:10 maglev.backends.f.address: expected an IP address, found nothing',
      'f:9:21 maglev.backends.f.healthcheck: expected a name, found nothing',
      'f:10:5 maglev.backends.g.address: required key is missing',
      "f:10:19 maglev.backends.g.enabled: expected true or false, found the text 'true': remove the quotes",
      'f:10:27 maglev.backends.g.healthcheck: expected a name, found a list',
      "f:11:8 maglev.backends.h: expected a map, found the text '192.0.2.9'",
      "f:12:19 maglev.backends.i.address: '5' is not an IP address",
      "f:13:19 maglev.backends.j.address: '010.0.0.1' is not an IPv4 address: four numbers from 0 to 255, without leading zeros",
      "f:14:19 maglev.backends.k.address: '[2001:db8::9]:80' has a port: write the address alone",
    ],
  },
  {
    title: 'names',
    lines: [
      '  backends:',
      '    "": { address: 192.0.2.9 }',
      '    a b: { address: 192.0.2.9 }',
      `    ${'x'.repeat(64)}: { address: 192.0.2.9 }`,
      `    ${'y'.repeat(65)}: { address: 192.0.2.9 }`,
      '    "a\\e[31m": { address: 192.0.2.9, port: 80 }',
      `    it's: { address: 192.0.2.9 }`,
      '    gr\u00fcn: { address: 192.0.2.9 }',
    ],
    errors: [
      'f:4:5 maglev.backends."": a name must not be empty',
      `f:7:5 maglev.backends."${'y'.repeat(64)}...": the name '${'y'.repeat(64)}...' has 65 characters: at most 64`,
      `f:8:5 maglev.backends."a\\u{1b}[31m": the name 'a\\u{1b}[31m' has a character that names do not have: an unprintable one (U+001B)`,
      'f:8:38 maglev.backends."a\\u{1b}[31m".port: unknown key: known here are address, healthcheck, enabled',
      `f:9:5 maglev.backends."it's": the name 'it's' has a character that names do not have: a quote (U+0027)`,
    ],
  },
  {
    title: 'frontends',
    lines: [
      '  frontends:',
      '    a:',
      '      address: 192.0.2.1/24',
      '      protocol: sctp',
      '      port: 65536',
      '      description: 5',
      '      src-ip-sticky: on',
      '      flush-on-down: 0',
      '      pool: []',
      '    b: { address: 203.0.113.1 }',
      '    c: { address: 203.0.113.1, pools: [] }',
      '    d: { address: 203.0.113.1, pools: { main: {} } }',
      '    e: { address: 203.0.113.1, pools: }',
      '    f: { address: 203.0.113.1, description: "a\\nb", pools: [{ name: p, backends: {} }], port: http }',
    ],
    errors: [
      'f:4:5 maglev.frontends.a.pools: required key is missing',
      "f:5:16 maglev.frontends.a.address: '192.0.2.1/24' is a prefix: write a single address, without the length",
      "f:6:17 maglev.frontends.a.protocol: expected one of tcp, udp, any, found the text 'sctp'",
      'f:7:13 maglev.frontends.a.port: 65536 is out of range: 0 to 65535',
      'f:8:20 maglev.frontends.a.description: expected text, found the number 5: put it in quotes',
      "f:9:22 maglev.frontends.a.src-ip-sticky: expected true or false, found the text 'on'",
      'f:10:22 maglev.frontends.a.flush-on-down: expected true or false, found the number 0',
      "f:11:7 maglev.frontends.a.pool: unknown key, did you mean 'pools'?",
      'f:12:5 maglev.frontends.b.pools: required key is missing',
      'f:13:32 maglev.frontends.c.pools: the list must not be empty',
      'f:14:32 maglev.frontends.d.pools: expected a list, found a map',
      'f:15:32 maglev.frontends.e.pools: expected a list, found nothing',
      'f:16:45 maglev.frontends.f.description: must be a single line',
      "f:16:95 maglev.frontends.f.port: expected a whole number, found the text 'http'",
    ],
  },
  {
    title: 'pools',
    lines: [
      '  frontends:',
      '    a:',
      '      address: 203.0.113.1',
      '      pools:',
      '        - main',
      '        - name: ""',
      '          backends: { x: { weight: 101 }, y: 50, z: { wieght: 1 } }',
      '        - { backends: [x, y] }',
      '        - name: p',
      '        -',
      '        - { name: " p", backends: , weight: 5 }',
    ],
    errors: [
      "f:7:11 maglev.frontends.a.pools[0]: expected a map, found the text 'main'",
      'f:8:17 maglev.frontends.a.pools[1].name: a name must not be empty',
      'f:9:36 maglev.frontends.a.pools[1].backends.x.weight: 101 is out of range: 0 to 100',
      'f:9:46 maglev.frontends.a.pools[1].backends.y: expected a map, found the number 50',
      "f:9:55 maglev.frontends.a.pools[1].backends.z.wieght: unknown key, did you mean 'weight'?",
      'f:10:11 maglev.frontends.a.pools[2].name: required key is missing',
      'f:10:13 maglev.frontends.a.pools[2].backends: expected a map of names, found a list',
      'f:11:11 maglev.frontends.a.pools[3].backends: required key is missing',
      'f:12:10 maglev.frontends.a.pools[4].name: required key is missing',
      'f:12:10 maglev.frontends.a.pools[4].backends: required key is missing',
      "f:13:19 maglev.frontends.a.pools[5].name: the name ' p' begins or ends with a blank",
      'f:13:37 maglev.frontends.a.pools[5].weight: unknown key: known here are name, backends',
    ],
  },
];

describe('config: errors of form', () => {
  for (const { title, lines, errors } of cases) {
    it(title, () => {
      expect(errorsOf(below(...lines))).to.deep.equal(['parse', ...errors]);
      expect(missedBySchema(below(...lines))).to.deep.equal([]);
    });
  }

  it('the vpp section', () => {
    const text = [
      'maglev:',
      '  vpp:',
      '    lb:',
      '      sync-intervall: 30s',
      '      ipv4-src-address: localhost',
      '      ipv6-src-address: 2001:db8::/64',
      '      flow-timeout: 40',
      '      sticky-buckets-per-core: 64k',
      '      new-flows-table-length: 1024.0',
      '      startup-min-delay: 5 s',
      '    api: {}',
    ].join('\n');
    expect(errorsOf(text)).to.deep.equal([
      'parse',
      "f:4:7 maglev.vpp.lb.sync-intervall: unknown key, did you mean 'sync-interval'?",
      "f:5:25 maglev.vpp.lb.ipv4-src-address: 'localhost' is not an IP address",
      "f:6:25 maglev.vpp.lb.ipv6-src-address: '2001:db8::/64' is a prefix: write a single address, without the length",
      "f:7:21 maglev.vpp.lb.flow-timeout: '40' has no unit: write 40s for seconds, 40ms for milliseconds",
      "f:8:32 maglev.vpp.lb.sticky-buckets-per-core: expected a whole number, found the text '64k'",
      'f:9:31 maglev.vpp.lb.new-flows-table-length: expected a whole number, found the number 1024.0: write it in plain decimal',
      "f:10:26 maglev.vpp.lb.startup-min-delay: '5 s' has the unknown unit ' s': the units are h, m, s, ms, us and ns",
      'f:11:5 maglev.vpp.api: unknown key: known here are lb',
    ]);
  });

  it('is all that is reported while the form is wrong', () => {
    const wrongTogether = ['  backends:', '    a: { address: 0.0.0.0, healthcheck: none }'];
    expect(errorsOf(below(...wrongTogether, '    b: {}'))).to.deep.equal([
      'parse',
      'f:5:5 maglev.backends.b.address: required key is missing',
    ]);
    expect(errorsOf(below(...wrongTogether))[0]).to.equal('semantic');
  });
});
