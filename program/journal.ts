import { fstatSync } from 'node:fs';
import type { LogLevel } from '../protocol/log.js';

/** As syslog(3) numbers them; systemd takes the number from the beginning of a line (sd-daemon(3)). */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/**
 * What stands before each line of a log that the journal reads from this descriptor: `<3>` for an error. JOURNAL_STREAM has
 * the device and the inode of what systemd connected (systemd.exec(5)). It is inherited, so that a program whose output
 * was sent elsewhere finds it too; only the very same file counts. Nothing anywhere else.
 */
export function journalPrefix(
  env: Readonly<Record<string, string | undefined>>,
  fd: number,
): (level: LogLevel) => string {
  return isJournal(env['JOURNAL_STREAM'] ?? '', fd) ? (level) => `<${priorities[level]}>` : () => '';
}

function isJournal(stream: string, fd: number): boolean {
  const [, device = '', inode = ''] = /^(\d+):(\d+)$/.exec(stream) ?? [];
  if (device === '') return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return dev === BigInt(device) && ino === BigInt(inode);
  } catch {
    return false;
  }
}
