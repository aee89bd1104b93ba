import { expect } from 'chai';
import fc from 'fast-check';
import { isRight, left, right } from 'fp-ts/lib/Either.js';
import { type Options, parseOptions } from '../../cli/options.js';

const defaults: Options = {
  servers: [{ kind: 'tcp', host: 'localhost', port: 9090 }],
  color: null,
  json: false,
  timeoutMs: null,
  credentials: { tls: false, ca: null, cert: null, key: null, token: null },
  careful: false,
  stopOnError: false,
  complete: false,
  help: false,
  version: false,
  words: [],
};

describe('cli/options', () => {
  const read: readonly [string, Partial<Options>][] = [
    ['', {}],
    ['show frontends', { words: ['show', 'frontends'] }],
    ['--server=10.0.0.1:1 show', { servers: [{ kind: 'tcp', host: '10.0.0.1', port: 1 }], words: ['show'] }],
    ['show --server unix:/run/m.sock', { servers: [{ kind: 'unix', path: '/run/m.sock' }], words: ['show'] }],
    ['-server :9091', { servers: [{ kind: 'tcp', host: '', port: 9091 }] }],
    [
      '--tls-ca a.pem --tls-cert=c.pem -tls-key k.pem show',
      { credentials: { tls: false, ca: 'a.pem', cert: 'c.pem', key: 'k.pem', token: null }, words: ['show'] },
    ],
    [
      '--server a:1,unix:/b',
      {
        servers: [
          { kind: 'tcp', host: 'a', port: 1 },
          { kind: 'unix', path: '/b' },
        ],
      },
    ],
    ['--careful --stop-on-error', { careful: true, stopOnError: true }],
    ['--tls --token-file t', { credentials: { tls: true, ca: null, cert: null, key: null, token: 't' } }],
    ['--color show', { color: true, words: ['show'] }],
    ['--color=false', { color: false }],
    ['--color=0', { color: false }],
    ['--json --timeout 1.5s', { json: true, timeoutMs: 1500 }],
    ['--timeout=200ms', { timeoutMs: 200 }],
    ['--timeout 2m', { timeoutMs: 120_000 }],
    ['--timeout 1m30s', { timeoutMs: 90_000 }],
    ['-h', { help: true }],
    ['--version', { version: true }],
    ['show backend -- --json', { words: ['show', 'backend', '--json'] }],
    ['show backend -web', { words: ['show', 'backend', '-web'] }],
    ['weight -5', { words: ['weight', '-5'] }],
    ['show backend -', { words: ['show', 'backend', '-'] }],
  ];
  for (const [line, expected] of read) {
    it(`reads '${line}'`, () => {
      const argv = line === '' ? [] : line.split(' ');
      expect(parseOptions(argv, {})).to.deep.equal(right({ ...defaults, ...expected }));
    });
  }

  const refused: readonly [string, string][] = [
    [
      '--servr x:1',
      'unknown option --servr: did you mean --server? Put -- before a name that begins with a dash',
    ],
    [
      '-servr=x:1',
      'unknown option -servr: did you mean --server? Put -- before a name that begins with a dash',
    ],
    ['--frobnicate', 'unknown option --frobnicate. Put -- before a name that begins with a dash'],
    ['-a=b', 'unknown option -a. Put -- before a name that begins with a dash'],
    ['--server', '--server needs a value'],
    [
      '--server nowhere',
      "--server: 'nowhere' has no port; write host:port, [IPv6]:port, :port or unix:/path",
    ],
    ['--server localhost:0', "--server: 'localhost:0' names port 0, where nothing can listen"],
    ['--server a:1,b', "--server: 'b' has no port; write host:port, [IPv6]:port, :port or unix:/path"],
    ['--color=blue', "--color: 'blue' is neither true nor false"],
    ['--help=yes', '--help takes no value'],
    ['--timeout 5', "--timeout: '5' has no unit: write 5s for seconds, 5ms for milliseconds"],
    ['--timeout 0s', "--timeout: '0s' is too short: use 1ms or more"],
    ['--timeout -1s', "--timeout: '-1s' is negative"],
  ];
  for (const [line, message] of refused) {
    it(`refuses '${line}'`, () => expect(parseOptions(line.split(' '), {})).to.deep.equal(left(message)));
  }

  it('takes the server from MAGLEV_SERVER, which the flag beats and an empty text does not set', () => {
    const server = (argv: string[], variable: string) => {
      const options = parseOptions(argv, { MAGLEV_SERVER: variable });
      return isRight(options) ? options.right.servers : options.left;
    };
    expect(server([], 'unix:/a')).to.deep.equal([{ kind: 'unix', path: '/a' }]);
    expect(server(['--server', 'unix:/b'], 'unix:/a')).to.deep.equal([{ kind: 'unix', path: '/b' }]);
    expect(server([], '')).to.deep.equal(defaults.servers);
    expect(server([], 'a')).to.match(/^MAGLEV_SERVER: 'a' has no port/);
  });

  it('never throws, and loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (argv) => {
        parseOptions(argv, {});
        const words = parseOptions(['--', ...argv], {});
        expect(isRight(words) && words.right.words).to.deep.equal(argv);
      }),
    );
  });
});
