import { targetAddress } from './target-farm.js';

const SERVERS_PER_VIP = 20;

export interface Fleet {
  readonly backends: number;
  /** The keys and values of the health check, as YAML has them between braces. */
  readonly check: string;
  /** The first so many are checked like this instead. */
  readonly broken?: { readonly count: number; readonly check: string };
}

/** A config file in which all backends are checked in the same way, but for those that are broken; twenty to a VIP. */
export function fleetConfig({ backends, check, broken }: Fleet): string {
  const others = broken === undefined ? '' : `, broken: { ${broken.check} }`;
  const lines = [
    'maglev:',
    '  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }',
    `  healthchecks: { bench: { ${check} }${others} }`,
    '  backends:',
  ];
  for (let n = 0; n < backends; n++) {
    const healthcheck = n < (broken?.count ?? 0) ? 'broken' : 'bench';
    lines.push(`    b${n}: { address: ${targetAddress(n)}, healthcheck: ${healthcheck} }`);
  }
  lines.push('  frontends:');
  for (let from = 0, vip = 0; from < backends; from += SERVERS_PER_VIP, vip++) {
    const count = Math.min(SERVERS_PER_VIP, backends - from);
    const servers = Array.from({ length: count }, (_, i) => `b${from + i}: {}`).join(', ');
    const address = `192.0.${vip >> 8}.${vip & 255}`;
    lines.push(
      `    v${vip}: { address: ${address}, protocol: tcp, port: 80, pools: [{ name: p, backends: { ${servers} } }] }`,
    );
  }
  return `${lines.join('\n')}\n`;
}
