import type { Encap } from '../../domain/lb.js';
import { LbEncapType } from '../generated/lb-types.js';

const types: Readonly<Record<Encap, LbEncapType>> = {
  gre4: LbEncapType.LB_API_ENCAP_TYPE_GRE4,
  gre6: LbEncapType.LB_API_ENCAP_TYPE_GRE6,
  l3dsr: LbEncapType.LB_API_ENCAP_TYPE_L3DSR,
  nat4: LbEncapType.LB_API_ENCAP_TYPE_NAT4,
  nat6: LbEncapType.LB_API_ENCAP_TYPE_NAT6,
};

const encaps = ['gre4', 'gre6', 'l3dsr', 'nat4', 'nat6'] as const;

export function wireEncap(encap: Encap): LbEncapType {
  return types[encap];
}

export function encapOfWire(type: LbEncapType): Encap | 'unknown' {
  return encaps.find((encap) => types[encap] === type) ?? 'unknown';
}
