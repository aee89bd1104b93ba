import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { lineLog } from '../../program/line-log.js';
import { lineFormat, textLine } from '../../program/log-format.js';

describe('program/log-format', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  const plain = textLine({ color: false });

  it('has time, level, event and fields, which stand below each other', () => {
    const lines = [
      plain({ at, level: 'info', event: 'grpc-listening', fields: { address: '127.0.0.1:9090' } }),
      plain({ at, level: 'warn', event: 'backend-doubt', fields: { backend: 'a b', n: 5, ok: false } }),
      plain({ at, level: 'error', event: 'config-reload-start', fields: {} }),
    ];
    expect(lines).to.deep.equal([
      '2026-01-02T03:04:05.006Z INFO  grpc-listening       address=127.0.0.1:9090',
      '2026-01-02T03:04:05.006Z WARN  backend-doubt        backend="a b" n=5 ok=false',
      '2026-01-02T03:04:05.006Z ERROR config-reload-start',
    ]);
  });

  it('leaves out what says nothing, and prints what JSON cannot', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const fields = { none: null, missing: undefined, empty: '', n: 12n, map: new Map([['a', 1]]), cycle };
    expect(plain({ at, level: 'info', event: 'x', fields })).to.match(
      / n="12" map=\{"a":1\} cycle=not-printable$/,
    );
  });

  it('lets no text of others move the cursor, break the line or look like a field', () => {
    const fields = { detail: 'a\u001b[2J\nb\u009b1m\u202ec', fake: 'x=y', quoted: 'say "no"' };
    const line = plain({ at, level: 'info', event: 'x', fields });
    expect(line).to.not.match(/[\p{Cc}\p{Cf}]/u);
    expect(line).to.include('fake="x=y" quoted="say \\"no\\""');
  });

  it('prints a stack on lines of its own', () => {
    const fields = { path: '/root', stack: 'Error: no\n    at here (file:1)' };
    const [first, ...others] = plain({ at, level: 'error', event: 'actor-crash', fields }).split('\n');
    expect(first).to.match(/path=\/root$/);
    expect(others).to.deep.equal(['    Error: no', '    at here (file:1)']);
  });

  it('is the same with colours, but for these', () => {
    const record = { at, level: 'error', event: 'failed', fields: { error: 'no', n: 1 } } as const;
    const colourful = textLine({ color: true })(record);
    expect(colourful).to.include('\u001b[1;31mERROR');
    expect(stripVTControlCharacters(colourful)).to.equal(plain(record));
  });

  it('is what a terminal gets, in colours unless somebody objects; everything else gets JSON', () => {
    const record = { at, level: 'warn', event: 'x', fields: {} } as const;
    const kindOf = (...args: Parameters<typeof lineFormat>) => {
      const line = lineFormat(...args)(record);
      return line.startsWith('{') ? 'json' : line.includes('\u001b') ? 'colour' : 'text';
    };
    const terminal = { isTTY: true };
    expect(kindOf('auto', terminal, {})).to.equal('colour');
    expect(kindOf('auto', terminal, { NO_COLOR: '' })).to.equal('colour');
    expect(kindOf('auto', terminal, { NO_COLOR: '1' })).to.equal('text');
    expect(kindOf('auto', terminal, { TERM: 'dumb' })).to.equal('text');
    expect(kindOf('auto', {}, {})).to.equal('json');
    expect(kindOf('text', {}, {})).to.equal('text');
    expect(kindOf('json', terminal, {})).to.equal('json');
  });

  it('has the priority of the journal before each of its lines', () => {
    const written: string[] = [];
    const sink = {
      writableLength: 0,
      write: (text: string) => {
        written.push(text);
      },
    };
    const clock = { now: () => at };
    const log = lineLog({ clock, level: 'info', sink, format: plain, prefix: () => '<3>' });
    log.log('error', 'actor-crash', { stack: 'a\nb' });
    expect(written.join('').split('\n').slice(1)).to.deep.equal(['<3>    a', '<3>    b', '']);
  });
});
