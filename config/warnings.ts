import type { IpAddress } from '../domain/ip.js';
import { quote } from '../domain/text.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import { countersWarning, memoryWarning } from '../domain/vpp-memory-advice.js';
import type { Finding } from './problem.js';
import type { ConfigFile, FileFrontend } from './schema.js';
import { madeAnewTooSeldom, probedElsewhere, probedTooOften } from './warnings-probes.js';
import { unfaithfulWeights, uselessSteps } from './warnings-weights.js';

/** What is allowed but probably not meant. */
export function findWarnings(file: ConfigFile, memory: VppMemory | null): Finding[] {
  return [
    ...muchMemory(file, memory),
    ...noFrontends(file),
    ...uselessTlsKeys(file),
    ...uselessCaFiles(file),
    ...unusedBackends(file),
    ...probedTooOften(file),
    ...madeAnewTooSeldom(file),
    ...uselessSteps(file),
    ...[...file.frontends].flatMap(([name, frontend]) => [
      ...unfaithfulWeights(name, frontend, file),
      ...probedElsewhere(name, frontend, file),
      ...sharedServers(name, frontend, file),
      ...emptyPools(name, frontend),
    ]),
  ];
}

function noFrontends(file: ConfigFile): Finding[] {
  if (file.frontends.size > 0) return [];
  return [{ path: ['maglev'], message: 'there are no frontends: maglevd removes every VIP from VPP' }];
}

function muchMemory(file: ConfigFile, memory: VppMemory | null): Finding[] {
  const { lb } = file.vpp;
  const sized = {
    tableLength: lb['new-flows-table-length'],
    stickyBuckets: lb['sticky-buckets-per-core'],
    frontends: [...file.frontends.values()].map(({ pools }) => pools.map(({ backends }) => backends)),
  };
  const messages = [memoryWarning(sized, memory), countersWarning(sized, memory)];
  return messages.flatMap((message) =>
    message === null ? [] : [{ path: ['maglev', 'vpp', 'lb'], message }],
  );
}

function uselessTlsKeys(file: ConfigFile): Finding[] {
  return [...file.healthchecks].flatMap(([name, check]) => {
    const plain = check.type === 'http' || (check.type === 'tcp' && !check.params.ssl);
    if (!plain) return [];
    const remedy = check.type === 'http' ? 'type https' : 'ssl: true';
    const used = [
      ...(check.params['server-name'] === null ? [] : ['server-name']),
      ...(check.params['insecure-skip-verify'] ? ['insecure-skip-verify'] : []),
      ...(check.params['ca-file'] === null ? [] : ['ca-file']),
      ...(check.params.resume === 1 ? [] : ['resume']),
    ];
    return used.map((key) => ({
      path: ['maglev', 'healthchecks', name, 'params', key],
      message: `has no effect without TLS: that would be ${remedy}`,
    }));
  });
}

function uselessCaFiles(file: ConfigFile): Finding[] {
  return [...file.healthchecks].flatMap(([name, check]) => {
    const secure = check.type === 'https' || (check.type === 'tcp' && check.params.ssl);
    if (!secure || !check.params['insecure-skip-verify'] || check.params['ca-file'] === null) return [];
    const path = ['maglev', 'healthchecks', name, 'params', 'ca-file'];
    return [{ path, message: 'has no effect with insecure-skip-verify: any certificate is accepted' }];
  });
}

function unusedBackends(file: ConfigFile): Finding[] {
  const used = new Set<string>();
  for (const frontend of file.frontends.values()) {
    for (const pool of frontend.pools) for (const name of pool.backends.keys()) used.add(name);
  }
  return [...file.backends.keys()]
    .filter((name) => !used.has(name))
    .map((name) => ({ path: ['maglev', 'backends', name], message: 'no frontend uses this backend' }));
}

function sharedServers(name: string, frontend: FileFrontend, file: ConfigFile): Finding[] {
  const found: Finding[] = [];
  const owners = new Map<IpAddress, string>();
  for (const [index, pool] of frontend.pools.entries()) {
    for (const member of pool.backends.keys()) {
      const address = file.backends.get(member)?.address;
      if (address === undefined) continue;
      const owner = owners.get(address);
      if (owner === undefined) owners.set(address, member);
      else if (owner !== member) {
        const path = ['maglev', 'frontends', name, 'pools', index, 'backends', member];
        found.push({ path, message: `has the address of ${quote(owner)}: for VPP the two are one server` });
      }
    }
  }
  return found;
}

function emptyPools(name: string, frontend: FileFrontend): Finding[] {
  return [...frontend.pools.entries()]
    .filter(([, pool]) => pool.backends.size === 0)
    .map(([index]) => ({
      path: ['maglev', 'frontends', name, 'pools', index, 'backends'],
      message: 'the pool has no backends',
    }));
}
