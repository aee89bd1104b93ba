/** A route that a VPP has from its start on. Packets that take it get nowhere. */
export interface RouteAtStart {
  readonly prefix: string;
  /** A VIP or a server with the same prefix takes its place; otherwise they are there and get no packets. */
  readonly yields: boolean;
  /** What it says of itself; link-local packets are looked up once more, in a table that is empty. */
  readonly drops: boolean;
}

/**
 * The routes of a fresh VPP, in the order in which they got load-balance objects: from 1 on, because object 0 belongs to
 * no route.
 */
export const routesAtStart: readonly RouteAtStart[] = [
  { prefix: '0.0.0.0/0', yields: true, drops: true },
  { prefix: '0.0.0.0/32', yields: true, drops: true },
  { prefix: '240.0.0.0/4', yields: false, drops: true },
  { prefix: '224.0.0.0/4', yields: false, drops: true },
  { prefix: '255.255.255.255/32', yields: true, drops: true },
  { prefix: '::/0', yields: true, drops: true },
  { prefix: 'fe80::/10', yields: false, drops: false },
];
