import * as E from 'fp-ts/lib/Either.js';
import { subjectKey } from '../domain/access.js';
import { quote } from '../domain/text.js';
import type { TokenFile } from './beside.js';
import type { Finding } from './problem.js';
import type { ConfigFile } from './schema.js';

const at = ['maglev', 'access'];

/** The file of tokens must be there and be right; a certificate has one role. */
export function checkAccess({ access }: ConfigFile, tokenFile: TokenFile): Finding[] {
  if (access === null) return [];
  const findings: Finding[] = [];
  const { tokens } = access;
  const read = tokens === null ? null : tokenFile.get(tokens);
  if (read !== null && E.isLeft(read)) {
    findings.push({ path: [...at, 'tokens'], message: `${quote(tokens ?? '')} ${read.left}` });
  }
  const seen = new Map<string, string>();
  for (const subject of access.certificates.keys()) {
    const key = subjectKey(subject);
    const other = seen.get(key);
    if (other !== undefined) {
      const message = `${quote(subject)} is the same subject as ${quote(other)}`;
      findings.push({ path: [...at, 'certificates', subject], message });
    }
    seen.set(key, subject);
  }
  return findings;
}
