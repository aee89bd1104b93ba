/** The config file of the demo: two frontends, three servers, a sync every two seconds so that repairs are seen. */
export function demoConfig(addresses: readonly string[], port: number): string {
  const backends = addresses.map((address, i) => `    web${i}: { address: ${address}, healthcheck: web }`);
  return `maglev:
  vpp:
    lb:
      ipv4-src-address: 198.51.100.1
      ipv6-src-address: "2001:db8::1"
      sync-interval: 2s
      stats-interval: 500ms
      new-flows-table-length: 4096
  healthchecks:
    web: { type: http, port: ${port}, interval: 500ms, fast-interval: 200ms, rise: 2, fall: 2 }
  backends:
${backends.join('\n')}
  frontends:
    shop:
      description: two servers share the load, the third takes over when both are gone
      address: 192.0.2.10
      protocol: tcp
      port: 80
      pools:
        - name: main
          backends: { web0: { weight: 100 }, web1: { weight: 50 } }
        - name: spare
          backends: { web2: {} }
    shop6:
      address: "2001:db8:1::10"
      protocol: tcp
      port: 80
      src-ip-sticky: true
      pools:
        - name: main
          backends: { web0: {}, web1: {}, web2: {} }
`;
}
