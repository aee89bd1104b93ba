import { expect } from 'chai';
import { versionLine } from '../../program/build-info.js';
import { runCli } from '../support/cli-run.js';
import { CliSite } from './cli-site.js';

describe('maglevc: hints', () => {
  const { start, end, run } = new CliSite();
  afterEach(end);

  it('name what was probably meant, and explain quotes', async () => {
    await start();
    const health = await run('show healthcheck htps');
    expect(health.stderr).to.contain('health check "htps" is not in the config: did you mean "https"?');
    const weight = await run('set frontend web pool primry backend web1 weight 1');
    expect(weight.stderr).to.contain('did you mean "primary"?');
    const quoted = await runCli(['show frontends']);
    expect(quoted.code).to.equal(2);
    expect(quoted.stderr).to.contain('write it without quotes, as in maglevc show frontends');
  });

  it('do not keep show version from telling its own', async () => {
    const { code, stdout, stderr } = await run('show version');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `${versionLine('maglevc')}\n` });
    expect(stderr).to.contain('[MGL_SERVER_UNREACHABLE]');
  });
});
