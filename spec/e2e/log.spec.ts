import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';

describe('e2e: the log of maglevd, and its flight recorder', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write(
      'maglev:\n  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }\n',
    );
  });
  afterEach(() => stage.end());

  it('prints more for a while when it is asked to, and nobody opens a debugger', async () => {
    const maglevd = stage.daemon('--vpp-api-addr', '', '--vpp-stats-addr', '');
    await maglevd.record('grpc-listening');
    maglevd.signal('SIGUSR1');
    expect((await stage.ctl('show', 'log')).stdout).to.equal('log-level info');
    expect(maglevd.records('grpc-call')).to.deep.equal([]);
    expect((await stage.ctl('set', 'log', 'level', 'debug', 'for', '2s')).code).to.equal(0);
    await stage.ctl('show', 'log');
    await maglevd.record('grpc-call');
    await maglevd.record('log-level', 0, ({ why, level }) => why === 'over' && level === 'info');
    expect((await maglevd.end()).code).to.equal(0);
    expect(maglevd.errors).to.deep.equal([]);
  });

  it('keeps a record in a file at SIGUSR2, with what the last minutes brought', async () => {
    const maglevd = stage.daemon('--vpp-api-addr', '', '--vpp-stats-addr', '');
    await maglevd.record('grpc-listening');
    maglevd.signal('SIGUSR2');
    const { file } = await maglevd.record('flight-recorded');
    const lines = readFileSync(String(file), 'utf8').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as { kind: string; name?: string; lines?: number });
    expect(records.at(-1)).to.deep.equal({ kind: 'end', lines: lines.length - 1 });
    expect(records.filter(({ kind }) => kind === 'missing')).to.deep.equal([]);
    const told = records.filter(({ kind }) => kind === 'event').map(({ name }) => name);
    expect(told).to.include.members(['starting', 'grpc-listening']);
    expect(records.filter(({ kind }) => kind === 'actor').length).to.be.above(5);
  });

  it('is text for people where that is asked for', async () => {
    const maglevd = stage.daemon('--vpp-api-addr', '', '--log-format', 'text');
    const line = () => maglevd.lines.find((text) => text.includes('grpc-listening')) ?? '';
    await maglevd.until(() => line() !== '', 'listening');
    expect(line()).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}grpc-listening +address=unix:\S+$/);
    expect((await maglevd.end()).code).to.equal(0);
  });
});
