import { expect } from 'chai';
import { jsonLog } from '../../daemon/json-log.js';

describe('daemon/json-log', () => {
  const clock = {
    now: () => Date.UTC(2026, 0, 2),
    monotonic: () => 0,
    schedule: () => () => {},
    random: () => 0,
  };
  const sink = () => {
    const lines: string[] = [];
    return { lines, writableLength: 0, write: (text: string) => lines.push(text) > 0 };
  };

  it('prints one JSON object a line, with time, level and event first', () => {
    const out = sink();
    jsonLog(clock, 'info', out).log('warn', 'vpp-disconnect', {
      error: 'gone\n',
      n: 12n,
      map: new Map([['a', 1]]),
    });
    expect(out.lines).to.deep.equal([
      '{"time":"2026-01-02T00:00:00.000Z","level":"warn","msg":"vpp-disconnect","error":"gone\\n","n":"12","map":{"a":1}}\n',
    ]);
  });

  it('prints what is at or above its level', () => {
    const out = sink();
    const log = jsonLog(clock, 'warn', out);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log.log(level, level);
    expect(out.lines.map((line) => JSON.parse(line).msg)).to.deep.equal(['warn', 'error']);
    expect(log.enabled('info')).to.equal(false);
    expect(log.enabled('error')).to.equal(true);
  });

  it('prints something for what cannot be printed', () => {
    const out = sink();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    jsonLog(clock, 'info', out).log('info', 'odd', cycle);
    expect(JSON.parse(out.lines[0] ?? '')).to.include({ msg: 'odd', fields: 'not printable' });
  });

  it('does not let a reader that stopped reading fill the memory, and tells how much was lost', () => {
    const out = { ...sink(), writableLength: 5 * 1024 * 1024 };
    const log = jsonLog(clock, 'debug', out);
    log.log('debug', 'lost');
    log.log('info', 'kept');
    out.writableLength = 20 * 1024 * 1024;
    log.log('error', 'lost too');
    out.writableLength = 0;
    log.log('info', 'back');
    const records = out.lines.map((line) => JSON.parse(line));
    expect(records.map(({ msg }) => msg)).to.deep.equal(['kept', 'back']);
    expect(records[0]).to.include({ lostRecords: 1 });
    expect(records[1]).to.include({ lostRecords: 1 });
  });
});
