import { expect } from 'chai';
import { parseDaemonCommand } from '../../daemon/flags.js';
import { MaglevError } from '../../domain/errors.js';

describe('daemon/flags', () => {
  const settings = (argv: string[], env: NodeJS.ProcessEnv = {}) => {
    const command = parseDaemonCommand(argv, env);
    if (command.kind !== 'run') throw new Error(`not a run: ${command.kind}`);
    return command.settings;
  };

  it('has the documented defaults', () => {
    expect(settings([])).to.deep.equal({
      config: '/etc/vpp-maglev/maglev.yaml',
      grpcAddress: '127.0.0.1:9090',
      vppApiAddress: '/run/vpp/api.sock',
      vppStatsAddress: '/run/vpp/stats.sock',
      logLevel: 'info',
      stateDir: '/var/lib/vpp-maglev',
      reflection: true,
      insecure: false,
    });
  });

  it('takes flags before the environment, and the environment before the default', () => {
    const env = { MAGLEV_GRPC_ADDR: 'unix:/run/a', MAGLEV_LOG_LEVEL: 'debug', MAGLEV_REFLECTION: 'false' };
    expect(settings([], env)).to.include({
      grpcAddress: 'unix:/run/a',
      logLevel: 'debug',
      reflection: false,
    });
    expect(settings(['--grpc-addr', ':1', '--log-level=warn', '--reflection'], env)).to.include({
      grpcAddress: ':1',
      logLevel: 'warn',
      reflection: true,
    });
  });

  it('disables VPP, or its counters, by an empty address, in both forms; other empty variables do not count', () => {
    expect(settings(['--vpp-api-addr=']).vppApiAddress).to.equal('');
    expect(settings([], { MAGLEV_VPP_API_ADDR: '' }).vppApiAddress).to.equal('');
    expect(settings(['--vpp-stats-addr=']).vppStatsAddress).to.equal('');
    expect(settings([], { MAGLEV_VPP_STATS_ADDR: '' }).vppStatsAddress).to.equal('');
    expect(settings([], { MAGLEV_GRPC_ADDR: '' }).grpcAddress).to.equal('127.0.0.1:9090');
  });

  it('takes switches with and without a value', () => {
    expect(settings(['--reflection=false']).reflection).to.equal(false);
    expect(settings(['--no-reflection']).reflection).to.equal(false);
    expect(settings(['--insecure=true']).insecure).to.equal(true);
  });

  it('recognises the commands that do not run the daemon', () => {
    expect(parseDaemonCommand(['--check', '--config', 'x.yaml'], {})).to.deep.equal({
      kind: 'check',
      config: 'x.yaml',
    });
    expect(parseDaemonCommand(['--version'], {})).to.deep.equal({ kind: 'version' });
    const help = parseDaemonCommand(['-h'], {});
    for (const flag of [
      'config',
      'grpc-addr',
      'vpp-api-addr',
      'vpp-stats-addr',
      'state-dir',
      'log-level',
      'check',
      'reflection',
      'insecure',
      'version',
    ]) {
      expect(help).to.have.property('text').that.includes(`--${flag} `);
    }
  });

  const wrong: readonly [string[], NodeJS.ProcessEnv, RegExp][] = [
    [['--confg', 'x'], {}, /--confg/],
    [['--config'], {}, /--config/],
    [['--config='], {}, /needs the path/],
    [['start'], {}, /start/],
    [['--log-level', 'loud'], {}, /"loud" is no log level: use debug, info, warn, error/],
    [[], { MAGLEV_REFLECTION: 'maybe' }, /MAGLEV_REFLECTION is "maybe"/],
  ];
  for (const [argv, env, message] of wrong) {
    it(`refuses ${JSON.stringify(argv)} ${JSON.stringify(env)}`, () => {
      expect(() => parseDaemonCommand(argv, env))
        .to.throw(MaglevError, message)
        .with.property('code', 'MGL_USAGE');
    });
  }
});
