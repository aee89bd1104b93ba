import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { connect } from '../../client/index.js';
import { type ApiExample, apiExamples, apiExamplesPage } from '../support/api-examples.js';
import { noCurl } from '../support/curl.js';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';
import { testWherePermitted } from '../support/where-permitted.js';

const config = `
maglev:
  vpp:
    lb:
      ipv4-src-address: 192.0.2.1
      ipv6-src-address: 2001:db8::1
      stats-interval: 100ms
  healthchecks:
    http: { type: http, interval: 1h }
  backends:
    web1: { address: 10.0.0.1 }
    web2: { address: 10.0.0.2 }
  frontends:
    www:
      address: 203.0.113.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { web1: {}, web2: {} } }]
`;
const noPython =
  spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0
    ? null
    : 'python3 is not on this machine';

describe('docs/api-examples.md', function () {
  this.timeout(60_000);
  const stage = new Stage();
  let maglevd: Process;
  let http = '';
  let grpc = '';
  before(async () => {
    stage.write(config);
    await stage.simulator();
    maglevd = stage.daemon('--grpc-addr', '127.0.0.1:0', '--http-addr', '127.0.0.1:0');
    http = String((await maglevd.record('http-listening'))['address']);
    grpc = String((await maglevd.record('grpc-listening'))['address']);
    await maglevd.record('vpp-lbsync-done', 0, ({ scope }) => scope === 'all');
  });
  after(() => stage.end());
  /** What stands for places of the reader's. */
  const placed = (line: string) =>
    line
      .replaceAll('127.0.0.1:9080', http)
      .replaceAll('127.0.0.1:9090', grpc)
      .replaceAll('/etc/vpp-maglev/new.yaml', stage.config);
  /** What a shell prints of a line of the page, here. */
  const here = (line: string) => {
    return placed(line)
      .replace(/(^|\| )curl /, '$1curl -sS --max-time 20 ')
      .replace(/^buf /, 'node_modules/.bin/buf ');
  };
  const typed = (line: string) => promisify(execFile)('sh', ['-c', here(line)], { encoding: 'latin1' });

  it('is what `npm run docs` makes of the .proto file', () => {
    expect(readFileSync('docs/api-examples.md', 'utf8')).to.equal(apiExamplesPage());
  });

  testWherePermitted(noCurl, 'has a line of curl for every RPC that works', async () => {
    const run = async ({ method, streams, curl }: ApiExample) => {
      const { stdout } = await typed(curl);
      if (streams) expect(stdout.endsWith('\x02\0\0\0\x02{}'), method).to.equal(true);
      else expect(JSON.parse(stdout), `${curl}\n${stdout}`).not.to.have.property('details');
    };
    const examples = apiExamples().filter(({ method }) => method !== 'WatchEvents');
    const changes = examples.filter(({ method }) => /Backend$/.test(method) && method !== 'GetBackend');
    expect(changes).to.have.length(4);
    for (const change of changes) await run(change);
    await Promise.all(examples.filter((one) => !changes.includes(one)).map(run));
    const [watch = ''] = apiExamples().flatMap(({ method, curl }) =>
      method === 'WatchEvents' ? [curl] : [],
    );
    const follower = execFile('sh', ['-c', `exec ${here(watch)}`], () => {});
    const [heard] = await once(follower.stdout ?? follower, 'data');
    expect(String(heard)).to.match(/^event: subscribed\ndata: \{/);
    follower.kill();
    await once(follower, 'close');
  });

  it('has a line of TypeScript for every RPC that is answered once, which works', async () => {
    const maglev = connect({ server: grpc });
    // Whatever was tried before.
    await maglev.enableBackend({ name: 'web1' });
    const lines = apiExamples().flatMap(({ streams, typescript }) =>
      streams || typescript === null
        ? []
        : [placed(typescript).replace(/^console\.log\((.*)\);$/, 'return $1;')],
    );
    expect(lines).to.have.length.above(25);
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
    for (const line of lines) expect(await AsyncFunction('maglev', line)(maglev), line).to.be.an('object');
    maglev.close();
  });

  it('has lines of buf curl that work, with reflection', async () => {
    const some = apiExamples().filter(({ method }) => method === 'ExplainFlow');
    const outputs = await Promise.all(some.map(({ buf }) => typed(buf)));
    for (const { stdout } of outputs) expect(JSON.parse(stdout)).to.be.an('object');
  });

  testWherePermitted(noPython, 'has Python that is Python', async () => {
    const text = [...readFileSync('docs/api-examples.md', 'utf8').matchAll(/```python\n([\s\S]*?)```/g)]
      .map(([, code = '']) => code)
      .join('\n');
    const script = 'import ast, sys; print(len(ast.parse(sys.argv[1]).body))';
    const { stdout } = await promisify(execFile)('python3', ['-c', script, text]);
    expect(Number(stdout)).to.be.above(25);
  });
});
