import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { below, configOf, warningsOf } from './config-lines.js';

describe('config: valid files', () => {
  it('has a default for all that may be left out', () => {
    const config = configOf(
      below(
        '  healthchecks:',
        '    icmp: { type: icmp }',
        '    tcp: { type: tcp, port: 25 }',
        '    http: { type: http }',
        '    https: { type: https, interval: 5s }',
        '  backends: { b: { address: 198.51.100.1 } }',
        '  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { b: {} } }] } }',
      ),
    );
    const timing = {
      interval: 2000,
      fastInterval: 2000,
      downInterval: 2000,
      timeout: 1000,
      rise: 2,
      fall: 3,
    };
    const common = { ...timing, probeIpv4Source: null, probeIpv6Source: null };
    const http = {
      method: 'GET',
      path: '/',
      host: null,
      responseCodes: [{ from: 200, to: 200 }],
      responseRegexp: null,
    };
    const tls = { serverName: null, insecureSkipVerify: false, trust: null };
    expect(config).to.deep.equal({
      access: null,
      healthchecker: { transitionHistory: 5, netns: '' },
      lb: {
        syncInterval: 30_000,
        statsInterval: 5_000,
        ipv4Source: '192.0.2.1',
        ipv6Source: '2001:db8::1',
        stickyBucketsPerCore: 65_536,
        flowTimeout: 40_000,
        startupMinDelay: 5_000,
        startupMaxDelay: 30_000,
        newFlowsTableLength: 1024,
        weightMode: { mode: 'exact' },
      },
      healthchecks: new Map([
        ['icmp', { name: 'icmp', ...common, probe: { type: 'icmp' } }],
        ['tcp', { name: 'tcp', ...common, probe: { type: 'tcp', port: 25, tls: null } }],
        ['http', { name: 'http', ...common, probe: { type: 'http', port: 80, http } }],
        [
          'https',
          {
            name: 'https',
            ...common,
            interval: 5000,
            fastInterval: 5000,
            downInterval: 5000,
            probe: { type: 'https', port: 443, http, tls },
          },
        ],
      ]),
      backends: new Map([['b', { name: 'b', address: '198.51.100.1', healthcheck: null, enabled: true }]]),
      frontends: new Map([
        [
          'f',
          {
            name: 'f',
            description: '',
            address: '203.0.113.1',
            protocol: 'any',
            port: 0,
            srcIpSticky: false,
            flushOnDown: true,
            pools: [{ name: 'p', backends: [{ name: 'b', weight: 100 }] }],
          },
        ],
      ]),
    });
  });

  it('takes every key', () => {
    const config = configOf(
      [
        'maglev:',
        '  healthchecker: { transition-history: 8, netns: dataplane }',
        '  vpp:',
        '    lb:',
        '      sync-interval: 1m30s',
        '      stats-interval: 500ms',
        '      ipv4-src-address: 192.0.2.1',
        '      ipv6-src-address: 2001:db8::1',
        '      sticky-buckets-per-core: 1024',
        '      flow-timeout: 2m',
        '      startup-min-delay: 0',
        '      startup-max-delay: 1.5s',
        '      new-flows-table-length: 65536',
        '  healthchecks:',
        '    web:',
        '      type: https',
        '      interval: 3s',
        '      fast-interval: 500ms',
        '      down-interval: 1m',
        '      timeout: 250ms',
        '      rise: 1',
        '      fall: 100',
        '      port: 8443',
        '      probe-ipv4-src: 192.0.2.2',
        '      probe-ipv6-src: 2001:DB8::2',
        '      params:',
        '        path: /health?full=1',
        '        host: www.example.com:8443',
        '        method: GET',
        '        response-code: "200-299, 301"',
        "        response-regexp: '(?i)all (good|well)'",
        '        server-name: www.example.com',
        '        insecure-skip-verify: true',
        '    mail: { type: tcp, port: 465, params: { ssl: true, server-name: mail.example.com } }',
        '  backends:',
        '    b: { address: 2001:db8:b::1, healthcheck: web, enabled: false }',
        '  frontends:',
        '    f:',
        '      description: "Shop: all of it"',
        '      address: 203.0.113.1',
        '      protocol: udp',
        '      port: 443',
        '      src-ip-sticky: true',
        '      flush-on-down: false',
        '      pools: [{ name: p, backends: { b: { weight: 7 } } }]',
      ].join('\n'),
    );
    expect(config.healthchecker).to.deep.equal({ transitionHistory: 8, netns: 'dataplane' });
    expect(config.lb).to.deep.equal({
      syncInterval: 90_000,
      statsInterval: 500,
      ipv4Source: '192.0.2.1',
      ipv6Source: '2001:db8::1',
      stickyBucketsPerCore: 1024,
      flowTimeout: 120_000,
      startupMinDelay: 0,
      startupMaxDelay: 1500,
      newFlowsTableLength: 65_536,
      weightMode: { mode: 'exact' },
    });
    expect(config.healthchecks.get('web')).to.deep.equal({
      name: 'web',
      interval: 3000,
      fastInterval: 500,
      downInterval: 60_000,
      timeout: 250,
      rise: 1,
      fall: 100,
      probeIpv4Source: '192.0.2.2',
      probeIpv6Source: '2001:db8::2',
      probe: {
        type: 'https',
        port: 8443,
        http: {
          method: 'GET',
          path: '/health?full=1',
          host: 'www.example.com:8443',
          responseCodes: [
            { from: 200, to: 299 },
            { from: 301, to: 301 },
          ],
          responseRegexp: '(?i)all (good|well)',
        },
        tls: { serverName: 'www.example.com', insecureSkipVerify: true, trust: null },
      },
    });
    expect(config.healthchecks.get('mail')?.probe).to.deep.equal({
      type: 'tcp',
      port: 465,
      tls: { serverName: 'mail.example.com', insecureSkipVerify: false, trust: null },
    });
    expect(config.backends.get('b')).to.deep.include({
      address: '2001:db8:b::1',
      healthcheck: 'web',
      enabled: false,
    });
    expect(config.frontends.get('f')).to.deep.equal({
      name: 'f',
      description: 'Shop: all of it',
      address: '203.0.113.1',
      protocol: 'udp',
      port: 443,
      srcIpSticky: true,
      flushOnDown: false,
      pools: [{ name: 'p', backends: [{ name: 'b', weight: 7 }] }],
    });
  });

  it('keeps the order of the file', () => {
    const names = ['z', '10', 'a', '9', 'm'];
    const config = configOf(
      below(
        '  backends:',
        ...names.map((name, i) => `    ${name}: { address: 198.51.100.${i + 1} }`),
        '  frontends:',
        ...names.map(
          (name, i) =>
            `    ${name}: { address: 203.0.113.${i + 1}, pools: [{ name: p, backends: { ${names.join(': , ')}: } }] }`,
        ),
      ),
    );
    expect([...config.backends.keys()]).to.deep.equal(names);
    expect([...config.frontends.keys()]).to.deep.equal(names);
    expect(config.frontends.get('z')?.pools[0]?.backends.map(({ name }) => name)).to.deep.equal(names);
  });

  it('takes sections that are empty or absent', () => {
    const expected = configOf(below());
    expect(expected.frontends.size).to.equal(0);
    expect(
      configOf(below('  healthchecks:', '  backends: {}', '  frontends: ~', '  healthchecker:')),
    ).to.deep.equal(expected);
  });

  it('takes all three ways to write a backend of a pool', () => {
    const config = configOf(
      below(
        '  backends: { a: { address: 198.51.100.1 }, b: { address: 198.51.100.2 }, c: { address: 198.51.100.3 } }',
        '  frontends:',
        '    f:',
        '      address: 203.0.113.1',
        '      pools:',
        '        - name: p',
        '          backends:',
        '            a:',
        '            b: {}',
        '            c: { weight: 0 }',
      ),
    );
    expect(config.frontends.get('f')?.pools[0]?.backends).to.deep.equal([
      { name: 'a', weight: 100 },
      { name: 'b', weight: 100 },
      { name: 'c', weight: 0 },
    ]);
  });

  it('takes IPv4 servers behind an IPv6 address and the reverse, and one address with many ports', () => {
    configOf(
      below(
        '  backends: { a: { address: 198.51.100.1 }, b: { address: 2001:db8:b::1 } }',
        '  frontends:',
        '    a: { address: 203.0.113.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { b: } }] }',
        '    b: { address: 203.0.113.1, protocol: udp, port: 80, pools: [{ name: p, backends: { b: } }] }',
        '    c: { address: 203.0.113.1, protocol: tcp, port: 81, pools: [{ name: p, backends: { b: } }] }',
        '    d: { address: "2001:db8:f::1", protocol: any, port: 0, pools: [{ name: p, backends: { a: } }] }',
        '    e: { address: 203.0.113.2, pools: [{ name: p, backends: { a: } }] }',
      ),
    );
  });

  it('takes single status codes with or without quotes', () => {
    const checks = ['204', '"204"', "'204-204'"].map(
      (code, i) => `    c${i}: { type: http, params: { response-code: ${code} } }`,
    );
    for (const { probe } of configOf(below('  healthchecks:', ...checks)).healthchecks.values()) {
      expect(probe)
        .to.have.nested.property('http.responseCodes')
        .that.deep.equals([{ from: 204, to: 204 }]);
    }
  });

  it('takes hosts that a Host header may name', () => {
    const hosts = [
      'example.com',
      'example.com:8080',
      'a_b.example',
      '192.0.2.1',
      '192.0.2.1:80',
      '[2001:db8::1]',
      '[2001:db8::1]:80',
    ];
    const checks = hosts.map((host, i) => `    c${i}: { type: http, params: { host: "${host}" } }`);
    expect(configOf(below('  healthchecks:', ...checks)).healthchecks.size).to.equal(hosts.length);
  });

  it('includes the example at the top of the repository, without a warning', () => {
    const text = readFileSync('maglev.yaml', 'utf8');
    const config = configOf(text);
    expect(warningsOf(text)).to.deep.equal([]);
    expect(config.frontends.size).to.be.greaterThan(1);
  });
});
