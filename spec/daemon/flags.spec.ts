import { expect } from 'chai';
import { right } from 'fp-ts/lib/Either.js';
import { parseDaemonCommand } from '../../daemon/flags.js';
import { metricsAddresses } from '../../daemon/metrics-addresses.js';
import { MaglevError } from '../../domain/errors.js';
import { placesOf } from '../../rpc/served.js';

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
      metricsAddress: '127.0.0.1:9091',
      logLevel: 'info',
      logFormat: 'auto',
      httpAddress: '',
      stateDir: '/var/lib/vpp-maglev',
      reflection: true,
      insecure: false,
      tls: null,
    });
  });

  it('knows the formats of the log', () => {
    expect(settings(['--log-format', 'text'], { MAGLEV_LOG_FORMAT: 'json' }).logFormat).to.equal('text');
    expect(settings([], { MAGLEV_LOG_FORMAT: 'json' }).logFormat).to.equal('json');
    expect(() => settings(['--log-format', 'xml'])).to.throw(
      MaglevError,
      'no format of the log: use json, text, auto',
    );
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
    for (const no of ['0', 'f', 'False']) expect(settings([`--reflection=${no}`]).reflection).to.equal(false);
    expect(settings(['--reflection=1', '-insecure=T'])).to.include({ reflection: true, insecure: true });
    expect(settings([], { MAGLEV_REFLECTION: 'F' }).reflection).to.equal(false);
  });

  it('takes flags with one dash, as Go programs do, and leaves values alone', () => {
    const given = settings([
      '-config',
      'x.yaml',
      '-grpc-addr=:1',
      '--state-dir',
      'true',
      '--vpp-api-addr=false',
    ]);
    expect(given).to.include({
      config: 'x.yaml',
      grpcAddress: ':1',
      stateDir: 'true',
      vppApiAddress: 'false',
    });
    expect(parseDaemonCommand(['-check'], {})).to.include({ kind: 'check' });
  });

  it('takes addresses of metrics, none, and no nonsense', () => {
    expect(settings(['--metrics-addr', ':9091']).metricsAddress).to.equal(':9091');
    expect(settings([], { MAGLEV_METRICS_ADDR: ':9092' }).metricsAddress).to.equal(':9092');
    expect(settings(['--metrics-addr', ':1', '--metrics-addr=[::1]:2']).metricsAddress).to.equal(
      ':1,[::1]:2',
    );
    expect(settings([], { MAGLEV_METRICS_ADDR: '' }).metricsAddress).to.equal('');
    expect(metricsAddresses('none')).to.deep.equal(right([]));
    expect(metricsAddresses('')).to.deep.equal(right([]));
    expect(metricsAddresses(':9091, [::1]:1')).to.deep.equal(
      right([
        { kind: 'tcp', host: '', port: 9091 },
        { kind: 'tcp', host: '::1', port: 1 },
      ]),
    );
    for (const wrong of ['9091', 'none,:1', 'unix:/run/metrics', ':99999']) {
      expect(() => settings(['--metrics-addr', wrong]), wrong).to.throw(/--metrics-addr: /);
    }
  });

  it('takes the files of TLS, and none of them alone', () => {
    const files = { cert: 'c.pem', key: 'k.pem' };
    expect(settings(['--tls-cert', 'c.pem', '--tls-key', 'k.pem']).tls).to.deep.equal({
      ...files,
      clientCa: null,
    });
    expect(
      settings(['-tls-client-ca=ca.pem'], { MAGLEV_TLS_CERT: 'c.pem', MAGLEV_TLS_KEY: 'k.pem' }).tls,
    ).to.deep.equal({ ...files, clientCa: 'ca.pem' });
    const asked: [string[], NodeJS.ProcessEnv, RegExp][] = [
      [['--tls-cert', 'c.pem'], {}, /--tls-cert is of no use without --tls-key/],
      [['-tls-client-ca=ca.pem'], {}, /--tls-client-ca is of no use without --tls-cert and --tls-key/],
      [[], { MAGLEV_TLS_KEY: 'k.pem' }, /--tls-key is of no use without --tls-cert/],
    ];
    for (const [argv, env, message] of asked) {
      expect(() => parseDaemonCommand(argv, env))
        .to.throw(MaglevError, message)
        .with.property('code', 'MGL_USAGE');
    }
    expect(settings(['--tls-cert='], { MAGLEV_TLS_KEY: '' }).tls).to.equal(null);
    expect(
      settings([], { MAGLEV_TLS_SERVICE_HOST: '10.96.0.7' }).tls,
      'a variable of something else',
    ).to.equal(null);
  });

  it('takes several addresses', () => {
    const both = settings(['--grpc-addr', ':9443', '--grpc-addr', 'unix:/run/m.sock,plain:127.0.0.1:9090']);
    expect(both.grpcAddress).to.equal(':9443,unix:/run/m.sock,plain:127.0.0.1:9090');
    expect(settings(['--http-addr', ':1', '--http-addr=:2']).httpAddress).to.equal(':1,:2');
    expect(settings([], { MAGLEV_HTTP_ADDR: '' }).httpAddress).to.equal('');
    // As the help calls its default.
    expect(placesOf('http', settings(['--http-addr', 'none']).httpAddress)).to.deep.equal([]);
    expect(() => placesOf('grpc', 'none')).to.throw(MaglevError);
  });

  it('recognises the commands that do not run the daemon', () => {
    expect(parseDaemonCommand(['--check', '--config', 'x.yaml'], {})).to.deep.equal({
      kind: 'check',
      config: 'x.yaml',
    });
    expect(parseDaemonCommand(['--version'], {})).to.deep.equal({ kind: 'version' });
    const help = parseDaemonCommand(['-h'], {});
    expect(help)
      .to.have.property('text')
      .that.includes('0 valid, 1 cannot be read or parsed, 2 semantically wrong');
    for (const flag of [
      'config',
      'grpc-addr',
      'http-addr',
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
    [['--confg', 'x'], {}, /^Unknown option '--confg', did you mean '--config'\?$/],
    [['--grpc-adr=:1'], {}, /did you mean '--grpc-addr'\?$/],
    [['--conf', 'x'], {}, /did you mean '--config'\?$/],
    [['--nonsense'], {}, /^Unknown option '--nonsense'$/],
    [['--check', 'my.yaml'], {}, /^Unexpected argument 'my\.yaml', did you mean '--config my\.yaml'\?$/],
    [['--check', '--', './x'], {}, /did you mean '--config \.\/x'\?$/],
    [['--check', '--log-level', 'loud'], {}, /"loud" is no log level/],
    [['--check'], { MAGLEV_INSECURE: 'maybe' }, /MAGLEV_INSECURE is "maybe"/],
    [['--config'], {}, /--config/],
    [['--config='], {}, /needs the path/],
    [['start'], {}, /^Unexpected argument 'start'$/],
    [['--reflection=maybe'], {}, /--reflection/],
    [['-confg', 'x'], {}, /--confg/],
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
