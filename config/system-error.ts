import { getSystemErrorMap } from 'node:util';

/** `no such file or directory (ENOENT)` */
export function systemErrorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { errno, code } = thrown as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  if (known !== undefined) return `${known[1]} (${known[0]})`;
  return code === undefined ? thrown.message : `${thrown.message} (${code})`;
}
