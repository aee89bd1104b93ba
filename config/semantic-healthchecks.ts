import * as E from 'fp-ts/lib/Either.js';
import { quote } from '../domain/text.js';
import { unusableAsSource, wrongFamily } from './address-rules.js';
import type { CaFiles } from './beside.js';
import type { Finding } from './problem.js';
import type { ConfigFile } from './schema.js';
import type { FileHealthCheck } from './schema-healthcheck.js';

const sources = [
  ['probe-ipv4-src', 4],
  ['probe-ipv6-src', 6],
] as const;

export function checkHealthChecks(file: ConfigFile): Finding[] {
  return [...file.healthchecks].flatMap(([name, check]) =>
    findings(check).map(({ path, message }) => ({
      path: ['maglev', 'healthchecks', name, ...path],
      message,
    })),
  );
}

function findings(check: FileHealthCheck): Finding[] {
  const found: Finding[] = [];
  for (const [key, family] of sources) {
    const ip = check[key];
    const message = ip === null ? null : (wrongFamily(ip, family) ?? unusableAsSource(ip));
    if (message !== null) found.push({ path: [key], message });
  }
  if (check.type === 'http' || check.type === 'https') {
    const { method, 'response-regexp': regexp } = check.params;
    if (method === 'HEAD' && regexp !== null) {
      const message = 'a HEAD request gets no body that could match: use GET';
      found.push({ path: ['params', 'response-regexp'], message });
    }
  }
  return found;
}

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
