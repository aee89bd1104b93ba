/** A config file with so many backends, checked by ICMP, in equal shares in so many frontends. All are of this machine. */
export function largeConfig(backends: number, frontends: number): string {
  const each = backends / frontends;
  const lines = [
    'maglev:',
    '  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", new-flows-table-length: 1024 } }',
    '  healthchecks: { ping: { type: icmp, interval: 30s } }',
    '  backends:',
  ];
  for (let n = 0; n < backends; n++) {
    lines.push(
      `    backend-${n}: { address: 127.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}, healthcheck: ping }`,
    );
  }
  lines.push('  frontends:');
  for (let n = 0; n < frontends; n++) {
    const servers = Array.from({ length: each }, (_, i) => `backend-${n * each + i}: {}`).join(', ');
    const address = `192.0.${n >> 8}.${n & 255}`;
    lines.push(
      `    frontend-${n}: { address: ${address}, protocol: tcp, port: 80, pools: [{ name: main, backends: { ${servers} } }] }`,
    );
  }
  return `${lines.join('\n')}\n`;
}
