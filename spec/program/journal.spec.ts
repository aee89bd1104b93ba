import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { journalPrefix } from '../../program/journal.js';
import { lineLog } from '../../program/line-log.js';
import { fileSink } from '../../program/line-sink.js';
import { jsonLine } from '../../program/log-format.js';

describe('program/journal', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-journal-'));
  const file = path.join(folder, 'log');
  const fd = openSync(file, 'w');
  const { dev, ino } = fstatSync(fd, { bigint: true });
  after(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('puts the priority before each line of what the journal reads', () => {
    const prefix = journalPrefix({ JOURNAL_STREAM: `${dev}:${ino}` }, fd);
    const clock = { now: () => 0 };
    const log = lineLog({ clock, level: 'debug', sink: fileSink(fd), format: jsonLine('msg'), prefix });
    for (const level of ['error', 'warn', 'info', 'debug'] as const) log.log(level, 'x');
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.slice(0, 4)),
    ).to.deep.equal(['<3>{', '<4>{', '<6>{', '<7>{', '']);
  });

  it('puts nothing before lines that go elsewhere, though the variable was inherited', () => {
    for (const JOURNAL_STREAM of [
      undefined,
      '',
      'x',
      `${dev}`,
      `${dev}:${ino + 1n}`,
      `${dev + 1n}:${ino}`,
      `${dev}:${ino}:1`,
    ]) {
      expect(journalPrefix({ JOURNAL_STREAM }, fd)('error'), JOURNAL_STREAM ?? 'none').to.equal('');
    }
    expect(journalPrefix({ JOURNAL_STREAM: `${dev}:${ino}` }, 9999)('error')).to.equal('');
  });
});
