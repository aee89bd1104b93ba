/** The plugin's own numbers of VIP types, which also stand in the messages of VPP up to 26.06. */
export const VIP_TYPE = {
  IP6_GRE6: 0,
  IP6_GRE4: 1,
  IP4_GRE6: 2,
  IP4_GRE4: 3,
  IP4_L3DSR: 4,
  IP4_NAT4: 5,
  IP6_NAT6: 6,
} as const;

export type VipType = (typeof VIP_TYPE)[keyof typeof VIP_TYPE];

/** Encapsulations by their number in the API. */
export const ENCAP = { GRE4: 0, GRE6: 1, L3DSR: 2, NAT4: 3, NAT6: 4 } as const;

const names: Readonly<Record<VipType, string>> = {
  0: 'ip6-gre6',
  1: 'ip6-gre4',
  2: 'ip4-gre6',
  3: 'ip4-gre4',
  4: 'ip4-l3dsr',
  5: 'ip4-nat4',
  6: 'ip6-nat6',
};

export function vipTypeName(type: VipType): string {
  return names[type];
}

/**
 * The type that the API makes of an encapsulation. What does not fit an IPv6 prefix silently becomes type 0 (ip6-gre6); with an
 * IPv4 prefix type 0 is refused later.
 */
export function vipTypeOf(ip4Prefix: boolean, encap: number): VipType {
  if (ip4Prefix) {
    if (encap === ENCAP.GRE4) return VIP_TYPE.IP4_GRE4;
    if (encap === ENCAP.GRE6) return VIP_TYPE.IP4_GRE6;
    if (encap === ENCAP.L3DSR) return VIP_TYPE.IP4_L3DSR;
    if (encap === ENCAP.NAT4) return VIP_TYPE.IP4_NAT4;
  } else {
    if (encap === ENCAP.GRE4) return VIP_TYPE.IP6_GRE4;
    if (encap === ENCAP.GRE6) return VIP_TYPE.IP6_GRE6;
    if (encap === ENCAP.NAT6) return VIP_TYPE.IP6_NAT6;
  }
  return VIP_TYPE.IP6_GRE6;
}

/** The API's number of the encapsulation of a type. */
export function encapOf(type: VipType): number {
  switch (type) {
    case VIP_TYPE.IP4_GRE4:
    case VIP_TYPE.IP6_GRE4:
      return ENCAP.GRE4;
    case VIP_TYPE.IP4_GRE6:
    case VIP_TYPE.IP6_GRE6:
      return ENCAP.GRE6;
    case VIP_TYPE.IP4_L3DSR:
      return ENCAP.L3DSR;
    case VIP_TYPE.IP4_NAT4:
      return ENCAP.NAT4;
    case VIP_TYPE.IP6_NAT6:
      return ENCAP.NAT6;
  }
}

/** Do VIPs of this type have IPv4 prefixes? Otherwise IPv6. */
export function vipIsIp4(type: VipType): boolean {
  return type >= VIP_TYPE.IP4_GRE6 && type <= VIP_TYPE.IP4_NAT4;
}

/** Are the servers of VIPs of this type IPv4 addresses? Otherwise IPv6. */
export function serversAreIp4(type: VipType): boolean {
  return encapOf(type) !== ENCAP.GRE6 && type !== VIP_TYPE.IP6_NAT6;
}

export function isNat(type: VipType): boolean {
  return type === VIP_TYPE.IP4_NAT4 || type === VIP_TYPE.IP6_NAT6;
}
