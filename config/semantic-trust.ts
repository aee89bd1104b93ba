import * as E from 'fp-ts/lib/Either.js';
import { quote } from '../domain/quote.js';
import type { CaFiles } from './ca-file.js';
import type { Finding } from './finding.js';
import type { ConfigFile } from './schema.js';

/** The files of authorities must be there, whole, and have certificates in them. */
export function checkTrust(file: ConfigFile, caFiles: CaFiles): Finding[] {
  const named = [
    { path: ['maglev', 'healthchecker', 'ca-file'], name: file.healthchecker['ca-file'] },
    ...[...file.healthchecks].map(([name, check]) => ({
      path: ['maglev', 'healthchecks', name, 'params', 'ca-file'],
      name: check.type === 'icmp' ? null : check.params['ca-file'],
    })),
  ];
  return named.flatMap(({ path, name }) => {
    const read = name === null ? null : caFiles.get(name);
    if (read === null || E.isRight(read)) return [];
    return [{ path, message: `${quote(name ?? '')} ${read.left}` }];
  });
}
