import { gauge } from '../metric.js';

const member = ['frontend', 'pool', 'backend'] as const;

/** What concerns frontends: what was decided, and what VPP has of it. */
export const frontendMetrics = {
  maglev_frontend_info: gauge(['frontend', 'prefix', 'protocol', 'port'], {
    help: '1; the labels tell which VIP of VPP belongs to the frontend',
  }),
  maglev_frontend_state: gauge(['frontend', 'state'], {
    help: '1 for the state in which the frontend is, 0 for the others: unknown, up, down',
    alert: '`state="down"` is 1: no server gets new flows',
  }),
  maglev_frontend_pool_active: gauge(['frontend', 'pool'], {
    help: '1 for the pool that gets the new flows',
    alert: 'the first pool of a frontend is not the active one',
  }),
  maglev_frontend_vpp_equals_decision: gauge(['frontend'], {
    help: '1 when VPP has all that was decided for the frontend, as far as VPP tells; 0 also while VPP is not connected',
    alert: 'it stays 0 while VPP is connected',
  }),
  maglev_frontend_table_digest: gauge(['frontend'], {
    help: 'The first 12 hexadecimal digits of the digest of `show vpp lbstate`, as a number: load balancers with the same one send new flows to the same servers; absent from a write on until the next read',
    alert: 'it differs for long among load balancers behind one route',
  }),
  maglev_frontend_pool_backend_weight: gauge(member, {
    help: 'The weight that counts: that of the config, or of an operator',
    origin: 'reference',
  }),
  maglev_frontend_pool_backend_effective_weight: gauge(member, {
    help: 'The weight that was decided; absent where what VPP has is kept (`hold` is 1)',
  }),
  maglev_frontend_pool_backend_hold: gauge(member, {
    help: '1 where, for lack of a verdict, what VPP has is kept',
  }),
  maglev_frontend_pool_backend_vpp_weight: gauge(member, {
    help: 'The weight that VPP has, as last read or written; absent where it is not known',
  }),
  maglev_frontend_pool_backend_vpp_buckets: gauge(member, {
    help: "Buckets of the VIP's new-flow table that lead to the server; absent from a write on until the next read",
  }),
  maglev_frontend_pool_backend_share_asked_ratio: gauge(member, {
    help: 'The part of new flows that the server should get by the weights that were decided',
    unit: 'ratio',
  }),
  maglev_frontend_pool_backend_share_given_ratio: gauge(member, {
    help: 'The part of new flows that it gets: of the buckets of its VIP those that lead to it',
    unit: 'ratio',
    alert: 'it is far from the share asked while VPP equals the decision',
  }),
} as const;
