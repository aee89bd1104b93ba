/** Inputs and events that end a real VPP; `rule` names which. */
export const crashRules = {
  'table-too-big':
    'new_flows_table_length is 0, or its table does not fit into the main heap: VPP runs out of memory and aborts',
  'ip6-prefix-length': 'an IPv6 prefix longer than 128 bits corrupts the FIB',
  'ip4-prefix-length':
    'an IPv4 prefix longer than 40 bits is added or looked up: VPP works behind the end of its tables',
  'nat-all-ports': 'a server was added to a NAT VIP without a port: it gets a DPO of type 0',
  'nat-mapping-shared':
    'two NAT VIPs shared a server and target port, and the second one was garbage collected: the SNAT mapping is gone',
  'sticky-buckets-zero':
    'sticky_buckets_per_core is 0: the first LB packet of a thread is looked for in a table without buckets',
  'sticky-table-too-big':
    'sticky_buckets_per_core makes a flow table that does not fit into the main heap, or whose size does not fit into 32 bits',
  'encapsulation-loop':
    'what was sent to a server comes back to a VIP, which sends it there again: a server lies inside the prefix of a VIP for all ports',
  'foreign-client-delete':
    'sockclnt_delete named the registration of another client, whose socket was then read',
  'stats-segment-full':
    'the counters do not fit into the stats segment any more: VPP runs out of memory and aborts',
} as const;

export type CrashRule = keyof typeof crashRules;

/** VPP would have died here. Nothing in the simulator may survive it: the process that hosts it ends, or starts anew. */
export class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash';
  readonly rule: CrashRule;

  constructor(rule: CrashRule, detail: string) {
    super(`${rule}: ${crashRules[rule]} (${detail})`);
    this.rule = rule;
  }
}
