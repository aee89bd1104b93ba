import { unusableAsSource, wrongFamily } from './address-rules.js';
import type { Finding } from './finding.js';
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
