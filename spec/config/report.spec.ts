import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { checkReport, formatIssue, formatWarning } from '../../config/report.js';
import { below } from './config-lines.js';

describe('config/report', () => {
  it('exits 0 for a valid file and counts what is in it', () => {
    const text = below(
      '  healthchecks: { ping: { type: icmp } }',
      '  backends: { a: { address: 198.51.100.1 }, b: { address: 198.51.100.2 } }',
      '  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { a: {weight: 1}, b: {weight: 1} } }] } }',
    );
    expect(checkReport(checkConfigText(text, 'f'))).to.deep.equal({
      lines: ['valid: 1 frontend, 2 backends, 1 health check'],
      exitCode: 0,
    });
  });

  it('tells how often servers are asked', () => {
    const text = (checks: string, ...backends: readonly string[]) =>
      checkReport(
        checkConfigText(
          below(`  healthchecks: { ${checks} }`, `  backends: { ${backends.join(', ')} }`),
          'f',
        ),
      ).lines.at(-2);
    const one = 'a: { address: 198.51.100.1, healthcheck: c }';
    const other = 'b: { address: 198.51.100.2, healthcheck: d }';
    const begin = 'probes a second to each server from this maglevd:';
    expect(text('c: { type: icmp, interval: 3s }', one)).to.equal(`${begin} 0.33`);
    expect(text('c: { type: icmp }, d: { type: icmp, interval: 100ms }', one, other)).to.equal(
      `${begin} 0.5 to 10`,
    );
    expect(text('c: { type: icmp, fast-interval: 250ms }', one)).to.equal(
      `${begin} 0.5, up to 4 while its state is in question`,
    );
  });

  it('exits 0 in spite of warnings, and prints them', () => {
    const text = below('  backends: { a: { address: 198.51.100.1 } }');
    expect(checkReport(checkConfigText(text, 'f'))).to.deep.equal({
      lines: [
        'f:1:1 maglev: warning: there are no frontends: maglevd removes every VIP from VPP',
        'f:3:15 maglev.backends.a: warning: no frontend uses this backend',
        'valid: 0 frontends, 1 backend, 0 health checks; 2 warnings',
      ],
      exitCode: 0,
    });
  });

  it('exits 1 when the file cannot be parsed', () => {
    const { lines, exitCode } = checkReport(checkConfigText(below('  backends: { a: {}, b: {} }'), 'f'));
    expect(exitCode).to.equal(1);
    expect(lines.at(-1)).to.equal('2 errors');
  });

  it('exits 2 when the values are wrong together, errors first', () => {
    expect(checkReport(checkConfigText(below('  backends: { a: { address: 0.0.0.0 } }'), 'f'))).to.deep.equal(
      {
        lines: [
          'f:3:29 maglev.backends.a.address: 0.0.0.0 is no address of a host',
          'f:1:1 maglev: warning: there are no frontends: maglevd removes every VIP from VPP',
          'f:3:15 maglev.backends.a: warning: no frontend uses this backend',
          '1 error, 2 warnings',
        ],
        exitCode: 2,
      },
    );
  });

  it('leaves out what an issue does not have', () => {
    const whole = { place: { file: 'a.yaml', line: 0, column: 0 }, path: '', message: 'is a directory' };
    expect(formatIssue(whole)).to.equal('a.yaml: is a directory');
    expect(formatWarning(whole)).to.equal('a.yaml: warning: is a directory');
    expect(formatIssue({ ...whole, place: { file: 'a.yaml', line: 3, column: 5 } })).to.equal(
      'a.yaml:3:5: is a directory',
    );
  });

  it('keeps every issue on one line, whatever stands in the file', () => {
    const text = below('  backends:', '    "a\\nb\\e]0;x\\a\\u202e": { address: "1\\n2" }');
    const { lines } = checkReport(checkConfigText(text, 'a\nb'));
    expect(lines).to.have.length(3);
    for (const line of lines) expect(line).to.match(/^[\x20-\x7e]*$/);
  });
});
