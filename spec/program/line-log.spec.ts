import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { lineLog } from '../../program/line-log.js';
import { fileSink, type LineSink, streamSink, type Written } from '../../program/line-sink.js';
import { jsonLine } from '../../program/log-format.js';
import type { LogLevel } from '../../protocol/log.js';

describe('program/line-log', () => {
  const clock = {
    now: () => Date.UTC(2026, 0, 2),
    monotonic: () => 0,
    schedule: () => () => {},
    random: () => 0,
  };
  /** Collects lines, and fails while `failure` is set. */
  const sink = () => {
    const out = {
      lines: [] as string[],
      writableLength: 0,
      failure: null as Written | null,
      write: (text: string, done: (written: Written) => void) => {
        if (out.failure === null) out.lines.push(text);
        done(out.failure ?? { error: null, torn: false, lost: false });
      },
    };
    return out;
  };
  const logTo = (target: LineSink, level: LogLevel = 'info') =>
    lineLog({ clock, level, sink: target, format: jsonLine('msg') });
  const failure = (code: string) => Object.assign(new Error(code), { code });

  it('prints one JSON object a line, with time, level and event first', () => {
    const out = sink();
    logTo(out).log('warn', 'vpp-disconnect', {
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
    const log = logTo(out, 'warn');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log.log(level, level);
    expect(out.lines.map((line) => JSON.parse(line).msg)).to.deep.equal(['warn', 'error']);
    expect(log.enabled('info')).to.equal(false);
    expect(log.enabled('error')).to.equal(true);
  });

  it('prints something for what cannot be printed', () => {
    const out = sink();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    logTo(out).log('info', 'odd', cycle);
    expect(JSON.parse(out.lines[0] ?? '')).to.include({ msg: 'odd', fields: 'not printable' });
  });

  it('does not let a reader that stopped reading fill the memory, and tells how much was lost', () => {
    const out = sink();
    out.writableLength = 5 * 1024 * 1024;
    const log = logTo(out, 'debug');
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

  it('counts what a failed write lost, and what that write was to tell of earlier losses', () => {
    const out = sink();
    const log = logTo(out);
    out.failure = { error: failure('ENOSPC'), torn: null, lost: true };
    for (let i = 0; i < 3; i++) log.log('info', 'lost');
    out.failure = null;
    log.log('info', 'back');
    log.log('info', 'more');
    expect(out.lines.map((line) => JSON.parse(line).lostRecords)).to.deep.equal([3, undefined]);
  });

  it('tells once that it fails, and nothing of a reader that has gone', () => {
    const told: unknown[] = [];
    const out = sink();
    const onFailure = (error: NodeJS.ErrnoException) => told.push(error.code);
    const log = lineLog({ clock, level: 'info', sink: out, format: jsonLine('msg'), onFailure });
    const [full, gone] = ['ENOSPC', 'EPIPE'].map((code) => ({
      error: failure(code),
      torn: null,
      lost: true,
    }));
    for (const now of [gone, null, full, full, null, full]) {
      out.failure = now ?? null;
      log.log('info', 'one');
    }
    expect(told).to.deep.equal(['ENOSPC', 'ENOSPC']);
  });

  it('counts what a stream failed to write, later', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(failure('EIO')) });
    stream.on('error', () => undefined);
    const written: Written[] = [];
    streamSink(stream).write('x\n', (one) => written.push(one));
    await new Promise((resolve) => stream.once('close', resolve));
    expect(written.map(({ error, torn }) => [error?.code, torn])).to.deep.equal([['EIO', true]]);
    const taken: Written[] = [];
    const through = new PassThrough();
    streamSink(through).write('y\n', (one) => taken.push(one));
    await new Promise((resolve) => through.once('readable', resolve));
    expect(taken.map(({ error }) => error)).to.deep.equal([null]);
  });

  it('leaves whole lines only and counts every lost one, wherever a disk is full', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'maglev-log-'));
    const file = path.join(folder, 'log');
    try {
      // Each write finds so much room, in bytes: it takes that much, and the next one of the same line fails.
      fc.assert(
        fc.property(fc.array(fc.option(fc.nat(140), { freq: 3 }), { maxLength: 12 }), (rooms) => {
          const fd = openSync(file, 'w');
          let room = Number.POSITIVE_INFINITY;
          const narrow = (to: number, bytes: Buffer, at: number) => {
            const length = Math.min(bytes.length - at, room);
            if (length === 0) throw failure('ENOSPC');
            room -= length;
            return writeSync(to, bytes, at, length);
          };
          const log = logTo(fileSink(fd, narrow as typeof writeSync));
          let n = 0;
          for (const found of rooms) {
            room = found ?? Number.POSITIVE_INFINITY;
            log.log('info', 'record', { n: n++, text: 'x'.repeat(40) });
          }
          room = Number.POSITIVE_INFINITY;
          log.log('info', 'record', { n: n++ });
          closeSync(fd);
          const lines = readFileSync(file, 'utf8').split('\n');
          expect(lines.pop()).to.equal('');
          const whole = lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line));
          const lost = whole.reduce((sum, { lostRecords = 0 }) => sum + lostRecords, 0);
          // Nothing is glued to anything, no line is empty, and every record is there or counted.
          for (const line of lines) expect(line).to.match(/^\{[^{]*$/);
          expect(whole.length + lost).to.equal(n);
          expect(whole.at(-1)).to.include({ n: n - 1 });
        }),
        { numRuns: 200 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
