import { targetAddress } from './target-farm.js';

export interface Fleet {
  readonly backends: number;
  /** The keys and values of the health check, as YAML has them between braces; of several, each backend has one in turn. */
  readonly check: string | readonly string[];
  /** Twenty, unless it is said. */
  readonly serversPerVip?: number;
  /** The first so many are checked like this instead. */
  readonly broken?: { readonly count: number; readonly check: string };
}

/** A config file in which all backends are checked alike, but for those that are broken. */
export function fleetConfig({ backends, check, broken, serversPerVip = 20 }: Fleet): string {
  const ways = [check].flat();
  const checks = ways.map((one, i) => `bench${i}: { ${one} }`);
  if (broken !== undefined) checks.push(`broken: { ${broken.check} }`);
  const lines = [
    'maglev:',
    '  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }',
    `  healthchecks: { ${checks.join(', ')} }`,
    '  backends:',
  ];
  for (let n = 0; n < backends; n++) {
    const healthcheck = n < (broken?.count ?? 0) ? 'broken' : `bench${n % ways.length}`;
    lines.push(`    b${n}: { address: ${targetAddress(n)}, healthcheck: ${healthcheck} }`);
  }
  lines.push('  frontends:');
  for (let from = 0, vip = 0; from < backends; from += serversPerVip, vip++) {
    const count = Math.min(serversPerVip, backends - from);
    const servers = Array.from({ length: count }, (_, i) => `b${from + i}: {}`).join(', ');
    const address = `192.0.${vip >> 8}.${vip & 255}`;
    lines.push(
      `    v${vip}: { address: ${address}, protocol: tcp, port: 80, pools: [{ name: p, backends: { ${servers} } }] }`,
    );
  }
  return `${lines.join('\n')}\n`;
}
