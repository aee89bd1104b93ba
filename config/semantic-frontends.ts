import { didYouMean, suggester } from '../domain/did-you-mean.js';
import { ipFamily } from '../domain/ip.js';
import { quote } from '../domain/text.js';
import { unusableInVpp } from './address-rules.js';
import type { Finding, Path } from './problem.js';
import type { ConfigFile, FileFrontend } from './schema.js';

/** The rules inside each frontend. What frontends have to do with each other is in semantic-vips.ts. */
export function checkFrontends(file: ConfigFile): Finding[] {
  const suggest = suggester([...file.backends.keys()]);
  return [...file.frontends].flatMap(([name, frontend]) => {
    const path = ['maglev', 'frontends', name];
    return [...checkVip(frontend, path), ...checkPools(frontend, path, file, suggest)];
  });
}

function checkVip({ address, protocol, port }: FileFrontend, path: Path): Finding[] {
  const found: Finding[] = [];
  const unusable = unusableInVpp(address);
  if (unusable !== null) found.push({ path: [...path, 'address'], message: unusable });
  if (protocol === 'any' && port !== 0) {
    found.push({ path: [...path, 'protocol'], message: `port ${port} needs a protocol: tcp or udp` });
  }
  if (protocol !== 'any' && port === 0) {
    const message = `protocol ${protocol} needs a port; without both, the frontend takes every protocol and port`;
    found.push({ path: [...path, 'protocol'], message });
  }
  return found;
}

function checkPools(
  frontend: FileFrontend,
  path: Path,
  file: ConfigFile,
  suggest: (word: string) => string | null,
): Finding[] {
  const found: Finding[] = [];
  const pools = new Set<string>();
  const poolOf = new Map<string, string>();
  let first: { readonly name: string; readonly family: number } | null = null;
  for (const [index, pool] of frontend.pools.entries()) {
    const poolPath = [...path, 'pools', index];
    if (pools.has(pool.name)) {
      const message = `the frontend already has a pool called ${quote(pool.name)}`;
      found.push({ path: [...poolPath, 'name'], message });
    }
    pools.add(pool.name);
    for (const name of pool.backends.keys()) {
      const report = (message: string) => found.push({ path: [...poolPath, 'backends', name], message });
      const earlier = poolOf.get(name);
      if (earlier !== undefined) report(`the backend is already in pool ${quote(earlier)} of this frontend`);
      else poolOf.set(name, pool.name);
      const backend = file.backends.get(name);
      if (backend === undefined) {
        report(`no backend is called ${quote(name)}${didYouMean(suggest(name))}`);
        continue;
      }
      const family = ipFamily(backend.address);
      first ??= { name, family };
      if (family !== first.family) {
        report(
          `the backend is IPv${family}, but ${quote(first.name)} is IPv${first.family}: ` +
            'all backends of a frontend must be of one family',
        );
      }
    }
  }
  return found;
}

export function checkBackends(file: ConfigFile): Finding[] {
  const found: Finding[] = [];
  const suggest = suggester([...file.healthchecks.keys()]);
  for (const [name, { address, healthcheck }] of file.backends) {
    const report = (key: string, message: string) =>
      found.push({ path: ['maglev', 'backends', name, key], message });
    const unusable = unusableInVpp(address);
    if (unusable !== null) report('address', unusable);
    if (healthcheck !== null && !file.healthchecks.has(healthcheck)) {
      const message = `no health check is called ${quote(healthcheck)}${didYouMean(suggest(healthcheck))}`;
      report('healthcheck', message);
    }
  }
  return found;
}
