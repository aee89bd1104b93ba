import { expect } from 'chai';
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkConfigText } from '../../config/check.js';
import { parseTesterFlags, testerHelp } from '../../tester/flags.js';
import { joined, keyOf, parseVip, placeOf, vipsOf } from '../../tester/vip.js';
import { parsedVip } from './parsed-vip.js';

describe('tester: VIPs', () => {
  it('are read as they are written behind --vip', () => {
    const read = (text: string) => {
      const vip = parsedVip(text);
      return `${vip.name} ${JSON.stringify(vip.way)}`;
    };
    expect(read('tcp/192.0.2.1:25')).to.equal('192.0.2.1:25 {"kind":"tcp"}');
    expect(read('https/[2001:DB8::1]/a?b=c')).to.equal('[2001:db8::1]:443 {"kind":"https","path":"/a?b=c"}');
    expect(read('http/192.0.2.1')).to.equal('192.0.2.1:80 {"kind":"http","path":null}');
    expect(read('tls/192.0.2.1')).to.equal('192.0.2.1:443 {"kind":"tls"}');
    expect(read('udp/192.0.2.1:53/example.com')).to.equal(
      '192.0.2.1:53 {"kind":"dns","question":"example.com"}',
    );
    expect(read('dns/192.0.2.1')).to.equal('192.0.2.1:53 {"kind":"dns","question":null}');
    expect(keyOf(parsedVip('dns/192.0.2.1'))).to.equal('udp 192.0.2.1:53');
  });

  for (const [text, why] of [
    ['ftp/192.0.2.1:21', 'does not begin with tcp/, tls/, http/, https/, dns/'],
    ['192.0.2.1:443', 'does not begin with'],
    ['tcp/192.0.2.1', 'has no port'],
    ['tcp/192.0.2.1:0', 'has no port'],
    ['tcp/192.0.2.1:65536', 'has no port'],
    ['tcp/example.com:80', 'has no IP address behind tcp/'],
    ['tcp/[192.0.2.1:80', 'does not begin with'],
    ['tcp/192.0.2.1:80/x', 'has a path'],
    ['http/192.0.2.1/a b', 'blanks'],
    [`dns/192.0.2.1/${'x'.repeat(64)}.example`, 'no name of DNS'],
  ] as const) {
    it(`are refused: ${text}`, () => {
      const vip = parseVip(text);
      expect(isLeft(vip) ? vip.left : '').to.contain(why);
    });
  }

  const config = (frontends: string) => {
    const verdict = checkConfigText(
      `maglev:
  vpp: { lb: { ipv4-src-address: 192.0.2.254, ipv6-src-address: "2001:db8::fe" } }
  healthchecks:
    mail: { type: tcp, port: 25, interval: 1s }
    imaps: { type: tcp, port: 993, interval: 1s, params: { ssl: true } }
    web: { type: http, port: 8000, interval: 1s, params: { path: / } }
  backends:
    m: { address: 198.51.100.1, healthcheck: mail }
    i: { address: 198.51.100.2, healthcheck: imaps }
    w: { address: 198.51.100.3, healthcheck: web }
  frontends:
${frontends}`,
      'maglev.yaml',
    );
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.issues));
    return verdict.config;
  };
  const frontend = (name: string, place: string, backend: string) =>
    `    ${name}: { ${place}, pools: [ { name: a, backends: { ${backend}: {} } } ] }\n`;
  const at = (n: number, port: number, protocol = 'tcp') =>
    `address: 203.0.113.${n}, protocol: ${protocol}, port: ${port}`;

  it('come from configs, each place once, asked as its port or its servers want it', () => {
    const one = config(
      frontend('web', at(1, 80), 'w') +
        frontend('shop', at(1, 443), 'w') +
        frontend('odd', at(1, 8000), 'w') +
        frontend('mail', at(2, 25), 'm') +
        frontend('imaps', at(2, 993), 'i') +
        frontend('ssh', at(2, 22), 'm') +
        frontend('dns', at(3, 53, 'udp'), 'm') +
        frontend('ntp', at(3, 123, 'udp'), 'm') +
        frontend('all', 'address: 203.0.113.4', 'm'),
    );
    const two = config(frontend('again', at(1, 80), 'w') + frontend('tcpdns', at(3, 53), 'm'));
    const { vips, leftOut } = vipsOf([one, two]);
    expect(vips.map((vip) => `${vip.name} ${vip.way.kind} ${placeOf(vip)}`)).to.deep.equal([
      'web http 203.0.113.1:80',
      'shop https 203.0.113.1:443',
      'odd http 203.0.113.1:8000',
      'mail tcp 203.0.113.2:25',
      'imaps tls 203.0.113.2:993',
      'ssh tcp 203.0.113.2:22',
      'dns dns 203.0.113.3:53',
      'tcpdns tcp 203.0.113.3:53',
    ]);
    expect(leftOut).to.deep.equal([
      { name: 'ntp', why: 'nobody knows what to ask at UDP port 123' },
      { name: 'all', why: 'it has all ports' },
    ]);
  });
});

describe('tester: VIPs from everywhere', () => {
  it('are those that were named, in every way, and frontends at other places', () => {
    const named = [
      'http/192.0.2.1:80/a',
      'http/192.0.2.1:80/b',
      'http/192.0.2.1/b',
      'tcp/192.0.2.2:80',
      'dns/192.0.2.3',
    ];
    const frontends = ['tcp/192.0.2.2:80', 'tcp/192.0.2.3:53'].map((text) => ({
      ...parsedVip(text),
      name: `the ${text}`,
    }));
    expect(joined(named.map(parsedVip), frontends).map(({ name }) => name)).to.deep.equal([
      'http/192.0.2.1:80/a',
      'http/192.0.2.1:80/b',
      '192.0.2.2:80',
      '192.0.2.3:53',
      'the tcp/192.0.2.3:53',
    ]);
  });
});

describe('tester: flags', () => {
  const settings = (...argv: string[]) => {
    const command = parseTesterFlags(argv);
    if (command.kind !== 'run') throw new Error(command.kind);
    return command.settings;
  };

  it('have the defaults of the reference', () => {
    expect(settings('-config', 'a.yaml,b.yaml', '-config', 'c.yaml')).to.deep.equal({
      configs: ['a.yaml', 'b.yaml', 'c.yaml'],
      vips: [],
      filter: null,
      asking: {
        host: null,
        path: '/.well-known/ipng/healthz',
        header: 'x-ipng-frontend',
        insecure: false,
        keepAlive: false,
      },
      intervalMs: 100,
      timeoutMs: 2000,
      rate: 1000,
      forMs: null,
      slo: null,
      json: false,
    });
  });

  it('are taken as Go programs take them, too', () => {
    const asked = settings(
      '-vip',
      'tcp/192.0.2.1:1',
      '-insecure=true',
      '-keepalive=0',
      '-uri',
      '/x',
      '-for=1m',
      '-host',
      'a',
    );
    expect(asked.asking).to.deep.equal({
      host: 'a',
      path: '/x',
      header: 'x-ipng-frontend',
      insecure: true,
      keepAlive: false,
    });
    expect([asked.forMs, asked.slo]).to.deep.equal([60_000, 99.9]);
    expect(settings('--vip=tcp/192.0.2.1:1', '--slo', '50').slo).to.equal(50);
  });

  for (const [argv, why] of [
    [[], '--config or --vip says what is tested'],
    [['--vip', 'x'], '--vip: '],
    [['--conf', 'x'], "did you mean '--config'"],
    [['--config', 'x', 'word'], "Unexpected argument 'word'"],
    [['--config', 'x', '--interval', '5ms'], '--interval is at least 10ms'],
    [['--config', 'x', '--interval', '5'], 'no unit'],
    [['--config', 'x', '--timeout', '0'], '--timeout is at least 1ms'],
    [['--config', 'x', '--rate', '0'], '--rate is a number from 1'],
    [['--config', 'x', '--slo', '101'], '--slo is a number from 0 to 100'],
    [['--config', 'x', '--filter', '('], '--filter: '],
    [['--config', 'x', '--path', 'x'], '--path begins with /'],
    [['--config', 'x', '--path', '/', '--uri', '/'], '--uri is another word'],
    [['--config', 'x', '--header', 'a b'], 'no name of a header'],
    [['--config', 'x', '--host', 'a\r\nb'], 'no name of a host'],
  ] as const) {
    it(`are refused: ${JSON.stringify(argv.join(' '))}`, () => {
      expect(() => parseTesterFlags([...argv])).to.throw(why);
    });
  }

  it('are all in the help, whose lines fit', () => {
    for (const line of testerHelp().split('\n')) expect(line.length).to.be.at.most(130);
    expect(parseTesterFlags(['-h']).kind).to.equal('help');
    expect(parseTesterFlags(['-version']).kind).to.equal('version');
  });
});
