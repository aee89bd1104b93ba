import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { DEFAULT_SOCKET, parseSimulatorFlags } from '../../sim/simulator-flags.js';

describe('maglev-vppsim, its flags', () => {
  it('are all optional', () => {
    expect(parseSimulatorFlags([])).to.deep.equal({
      help: false,
      showVersion: false,
      socket: DEFAULT_SOCKET,
      command: null,
      seed: null,
      personality: 'modern',
      faults: [],
      versionString: null,
      logLevel: 'warn',
      workers: 0,
      forward: false,
      heapBytes: 2 ** 30,
      statsSocket: null,
      statsInterval: null,
    });
  });

  it('are read, and --fault as often as it comes', () => {
    const args = '--socket /x --seed 7 --personality legacy --fault drop@#3 --fault hang --version-string 1';
    expect(
      parseSimulatorFlags([
        ...args.split(' '),
        '--log-level=debug',
        '-h',
        '--stats-socket',
        '/y',
        '--stats-interval=250ms',
        '--workers=3',
        '--forward',
        '--main-heap-size=512M',
      ]),
    ).to.deep.equal({
      help: true,
      showVersion: false,
      socket: '/x',
      command: null,
      seed: 7,
      personality: 'legacy',
      faults: ['drop@#3', 'hang'],
      versionString: '1',
      logLevel: 'debug',
      workers: 3,
      forward: true,
      heapBytes: 512 * 2 ** 20,
      statsSocket: '/y',
      statsInterval: 250,
    });
  });

  const misuses: readonly [readonly string[], string][] = [
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--worker', '1'], "Unknown option '--worker', did you mean '--workers'?"],
    [['--pers=legacy'], "Unknown option '--pers', did you mean '--personality'?"],
    [['word'], "Unexpected argument 'word'"],
    [['--socket'], "'--socket <value>' argument missing"],
    [['--personality', 'ancient'], "--personality is one of modern, legacy, not 'ancient'"],
    [['--seed', 'x'], "--seed needs a number, not 'x'"],
    [['--version-string', 'x'.repeat(32)], '--version-string takes 1 to 31 printable characters'],
    [['--log-level', 'loud'], "--log-level is one of debug, info, warn, error, not 'loud'"],
    [['--workers', '-1'], '--workers'],
    [['--main-heap-size', '63M'], "--main-heap-size needs a size from 64M on, like 512M or 2G, not '63M'"],
    [['--main-heap-size', '1000000000'], '--main-heap-size'],
    [['--workers', '100'], "--workers needs a number up to 99, not '100'"],
    [['--stats-interval', '0s'], "--stats-interval needs a time like 250ms, 3s or 2m, not '0s'"],
    [['--stats-interval', 'often'], "not 'often'"],
    [['--fault', 'explode'], "fault 'explode' has no known action: 'explode'"],
  ];
  for (const [args, what] of misuses) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => parseSimulatorFlags(args))
        .to.throw(MaglevError, what)
        .with.property('code', 'MGL_USAGE');
    });
  }
});
