import { utimesSync, writeFileSync } from 'node:fs';

/** A config whose backends are always up: so many frontends, each with so many servers of its own. */
function staticFleet(frontends: number, servers: number): string {
  const lines = ['maglev:', '  vpp:', '    lb:'];
  lines.push('      ipv4-src-address: 192.0.2.1', '      ipv6-src-address: 2001:db8::1');
  lines.push('      sync-interval: 1h', '  backends:');
  for (let f = 0; f < frontends; f++)
    for (let s = 0; s < servers; s++)
      lines.push(`    b-${f}-${s}:`, `      address: 10.${s}.${f >> 8}.${f & 255}`);
  lines.push('  frontends:');
  for (let f = 0; f < frontends; f++) {
    lines.push(
      `    f-${f}:`,
      `      address: 198.18.${f >> 8}.${f & 255}`,
      '      protocol: tcp',
      '      port: 80',
    );
    lines.push('      pools:', '        - name: main', '          backends:');
    for (let s = 0; s < servers; s++) lines.push(`            b-${f}-${s}: { weight: 100 }`);
  }
  return `${lines.join('\n')}\n`;
}

/** Writes it as a file that has stood there for long: a start waits a second for more of one that was written just now. */
export function writeFleet(file: string, frontends: number, servers: number): void {
  writeFileSync(file, staticFleet(frontends, servers));
  const before = Date.now() / 1000 - 60;
  utimesSync(file, before, before);
}
