/** The text of a valid config with so many backends, shared out evenly over so many frontends. */
export function largeConfig(size: { readonly backends: number; readonly frontends: number }): string {
  const lines = [
    'maglev:',
    '  vpp:',
    '    lb:',
    '      ipv4-src-address: 192.0.2.1',
    '      ipv6-src-address: 2001:db8::1',
    '  healthchecks:',
    '    web:',
    '      type: http',
    '      interval: 2s',
    '      params:',
    '        path: /healthz',
    '  backends:',
  ];
  for (let i = 0; i < size.backends; i++) {
    lines.push(`    backend-${i}:`, `      address: 10.${bytes(i)}`, '      healthcheck: web');
  }
  lines.push('  frontends:');
  for (let i = 0; i < size.frontends; i++) {
    lines.push(
      `    frontend-${i}:`,
      `      address: 203.${bytes(i)}`,
      '      protocol: tcp',
      '      port: 80',
      '      pools:',
      '        - name: main',
      '          backends:',
    );
    for (let b = i; b < size.backends; b += size.frontends)
      lines.push(`            backend-${b}: { weight: 10 }`);
  }
  return `${lines.join('\n')}\n`;
}

function bytes(value: number): string {
  return `${value >> 16}.${(value >> 8) & 255}.${value & 255}`;
}
