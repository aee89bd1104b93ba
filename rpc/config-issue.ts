import type { ConfigIssue } from './generated/maglev.js';

/** `file:line:col path: message`, without the parts that an issue does not have. */
export function configIssueText({ file, line, column, path, message }: ConfigIssue): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
}
