import { expect } from 'chai';
import { largeConfig } from '../../bench/large-config.js';
import { checkConfigText } from '../../config/check.js';
import { formatIssue } from '../../config/report.js';
import { configOf } from './config-lines.js';

describe('config: large files', () => {
  it('are read completely: ten thousand backends and a thousand frontends', () => {
    const { backends, frontends } = configOf(largeConfig({ backends: 10_000, frontends: 1_000 }));
    expect(backends.size).to.equal(10_000);
    expect(frontends.size).to.equal(1_000);
    const last = { name: 'backend-9999', address: '10.0.39.15', healthcheck: 'web', enabled: true };
    expect(backends.get('backend-9999')).to.deep.equal(last);
    const pool = frontends.get('frontend-999')?.pools[0];
    expect(pool?.backends.at(-1)).to.deep.equal({ name: 'backend-9999', weight: 10 });
  });

  const text = largeConfig({ backends: 2_000, frontends: 200 });

  it('get every error, with its place', () => {
    const verdict = checkConfigText(text.replaceAll('healthcheck:', 'healthchek:'), 'f');
    const issues = verdict.ok ? [] : verdict.issues.map(formatIssue);
    expect(issues).to.have.length(2_000);
    const message = "maglev.backends.backend-1999.healthchek: unknown key, did you mean 'healthcheck'?";
    expect(issues.at(-1)).to.equal(`f:6012:7 ${message}`);
  });

  it('get every error of meaning, with suggestions as long as they are quick', () => {
    const verdict = checkConfigText(text.replaceAll('            backend-', '            backand-'), 'f');
    const issues = verdict.ok ? [] : verdict.issues.map(formatIssue);
    expect(issues).to.have.length(2_000);
    expect(issues[0]).to.contain("no backend is called 'backand-0', did you mean 'backend-0'?");
    expect(issues[1_999]).to.match(/no backend is called 'backand-1999'$/);
  });
});
