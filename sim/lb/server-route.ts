import type { As, Vip } from './lb-state.js';

/** The FIB prefix of a server. */
export function serverRoute(server: As): string {
  return `${server.address.text}/${server.address.isIp4 ? 32 : 128}`;
}

/** What the mapping back from a server of a NAT VIP is found by: the VIP is not part of it. */
export function snatKey(server: As, vip: Vip): string {
  return `${server.address.text},${vip.targetPort}`;
}
