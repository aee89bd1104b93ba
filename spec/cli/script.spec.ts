import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { programFile } from '../support/process.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

describe('maglevc: commands from standard input', function () {
  this.timeout(20_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture(siteCallees());
  });
  after(() => fixture.stop());

  const feed = async (script: string, ...options: string[]) => {
    const child = spawn(
      process.execPath,
      [programFile('maglevc'), '--server', fixture.server.address, ...options],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
      });
    }
    child.stdin.end(script);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...texts };
  };
  const script = [
    '# in the morning',
    '',
    'sh backends | count   # two',
    'show backend nobody',
    "show frontend 'web",
    'show backends | json | include \'"name": "spare"\'',
  ].join('\n');

  it('go on behind one that fails; the exit code is that of the first that failed', async () => {
    const { code, stdout, stderr } = await feed(script);
    expect(code).to.equal(3);
    expect(stdout).to.match(/^2\n +"name": "spare",\n$/);
    expect(stderr)
      .to.match(/^maglevc: line 4: there is no backend 'nobody'/)
      .and.to.match(/\nmaglevc: line 5: /);
  });

  it('end at the first that fails with --stop-on-error', async () => {
    const { code, stdout, stderr } = await feed(script, '--stop-on-error');
    expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '2\n' });
    expect(stderr).to.contain('line 4: ').and.not.to.contain('line 5: ');
  });

  it('exit with 0 when all is well, and end at quit', async () => {
    expect(await feed('show backends | count\r\nquit\nshow nonsense\n')).to.deep.equal({
      code: 0,
      stdout: '2\n',
      stderr: '',
    });
    const careful = await feed('set backend web1 pause\nshow backends | count', '--careful');
    expect(careful).to.include({ code: 1, stdout: '2\n' });
    expect(careful.stderr).to.contain('line 1: ').and.to.contain('nothing was changed');
  });
});
