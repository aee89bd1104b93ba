/**
 * Modules of VPP whose messages the simulator lists but, with few exceptions, does not serve: they make the table look like VPP's, and the ids
 * of the others move from run to run. A message that is listed and not served is dropped, as an unknown one is.
 */
export interface OtherModule {
  readonly name: string;
  /** Requests; each but a dump has a reply, each dump its details. */
  readonly requests: readonly string[];
}

export const otherModules: readonly OtherModule[] = [
  { name: 'af_packet', requests: ['af_packet_create_v3', 'af_packet_delete', 'af_packet_dump'] },
  { name: 'arp', requests: ['proxy_arp_add_del', 'proxy_arp_dump', 'proxy_arp_intfc_enable_disable'] },
  { name: 'bfd', requests: ['bfd_udp_add', 'bfd_udp_mod', 'bfd_udp_del', 'bfd_udp_session_dump'] },
  { name: 'bond', requests: ['bond_create2', 'bond_delete', 'bond_add_member', 'sw_bond_interface_dump'] },
  {
    name: 'classify',
    requests: ['classify_add_del_table', 'classify_add_del_session', 'classify_table_ids'],
  },
  { name: 'feature', requests: ['feature_enable_disable', 'feature_is_enabled'] },
  {
    name: 'interface',
    requests: [
      'sw_interface_set_flags',
      'sw_interface_add_del_address',
      'sw_interface_dump',
      'sw_interface_set_table',
      'create_loopback_instance',
      'delete_loopback',
      'want_interface_events',
    ],
  },
  {
    name: 'ip',
    requests: [
      'ip_table_add_del',
      'ip_table_dump',
      'ip_route_add_del',
      'ip_route_dump',
      'ip_address_dump',
      'ip_mroute_add_del',
    ],
  },
  { name: 'ip_neighbor', requests: ['ip_neighbor_add_del', 'ip_neighbor_dump', 'ip_neighbor_flush'] },
  { name: 'ipfix_export', requests: ['set_ipfix_exporter', 'ipfix_exporter_dump', 'ipfix_flush'] },
  { name: 'l2', requests: ['bridge_domain_add_del_v2', 'bridge_domain_dump', 'l2fib_add_del'] },
  { name: 'mpls', requests: ['mpls_table_add_del', 'mpls_route_add_del', 'mpls_tunnel_dump'] },
  { name: 'ping', requests: ['want_ping_finished_events'] },
  { name: 'punt', requests: ['set_punt', 'punt_reason_dump', 'punt_socket_register'] },
  { name: 'qos', requests: ['qos_store_enable_disable', 'qos_mark_dump'] },
  { name: 'session', requests: ['session_enable_disable_v2', 'app_attach', 'session_rules_dump'] },
  { name: 'span', requests: ['sw_interface_span_enable_disable', 'sw_interface_span_dump'] },
  { name: 'syslog', requests: ['syslog_set_sender', 'syslog_get_sender'] },
  { name: 'teib', requests: ['teib_entry_add_del', 'teib_dump'] },
  { name: 'udp', requests: ['udp_encap_add', 'udp_encap_del', 'udp_encap_dump'] },
];

/** All messages of a module in the order of their ids, by name and an invented crc. */
export function otherMessages(module: OtherModule): string[] {
  return module.requests.flatMap((request) => {
    const dump = /^(.*)_dump$/.exec(request)?.[1];
    const answer = dump === undefined ? `${request}_reply` : `${dump}_details`;
    return [request, answer].map((name) => `${name}_${inventCrc(name)}`);
  });
}

/** Eight hex digits that are the same for the same name. */
function inventCrc(name: string): string {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
