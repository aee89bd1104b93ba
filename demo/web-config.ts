/** Who serves what in the demo of the dashboard: four frontends, twelve servers. */
export const frontends = [
  {
    name: 'shop',
    address: '192.0.2.10',
    pools: { main: ['web01', 'web02', 'web03', 'web04'], spare: ['web12'] },
  },
  {
    name: 'api',
    address: '192.0.2.11',
    pools: { main: ['web05', 'web06', 'web07'], spare: ['web11', 'web12'] },
  },
  { name: 'images', address: '192.0.2.12', pools: { main: ['web07', 'web08', 'web09', 'web10'] } },
  { name: 'search', address: '192.0.2.13', pools: { main: ['web10', 'web11'], spare: ['web12'] } },
] as const;

export const addresses: readonly string[] = Array.from({ length: 12 }, (_, i) => `127.0.0.${21 + i}`);

/** `web01` is the first address. */
export function serverName(index: number): string {
  return `web${String(index + 1).padStart(2, '0')}`;
}

/** `weight`: that of web02 in the shop. */
export function webConfig(port: number, weight = 100): string {
  const backends = addresses.map(
    (address, i) => `    ${serverName(i)}: { address: ${address}, healthcheck: web }`,
  );
  const sites = frontends.map(({ name, address, pools }) => {
    const lines = Object.entries(pools).map(([pool, members]: [string, readonly string[]]) => {
      const weights = members.map((one) => `${one}: { weight: ${one === 'web02' ? weight : 100} }`);
      return `        - { name: ${pool}, backends: { ${weights.join(', ')} } }`;
    });
    return [
      `    ${name}:`,
      `      description: ${name} of the demo`,
      `      address: ${address}`,
      '      protocol: tcp',
      `      port: 80`,
      '      pools:',
      ...lines,
    ].join('\n');
  });
  return `maglev:
  vpp:
    lb:
      ipv4-src-address: 198.51.100.1
      ipv6-src-address: "2001:db8::1"
      sync-interval: 5s
      stats-interval: 1s
      new-flows-table-length: 4096
  healthchecks:
    web: { type: http, port: ${port}, interval: 1s, fast-interval: 250ms, down-interval: 1s, rise: 2, fall: 2 }
  backends:
${backends.join('\n')}
  frontends:
${sites.join('\n')}
`;
}
