/**
 * The share of arrivals that find all `servers` places taken, when arrivals are independent of each other and `offered`
 * of them would be there at a time if there were room for all (Erlang's B formula; how long they stay matters only by its
 * mean).
 */
export function erlangB(servers: number, offered: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked;
}

/**
 * The load that is offered where `carried` places are taken on average: what is turned away takes none. Infinity when as
 * many are taken as there are.
 */
export function offeredFor(servers: number, carried: number): number {
  if (carried <= 0) return 0;
  if (carried >= servers) return Number.POSITIVE_INFINITY;
  let low = carried;
  let high = carried;
  while (high * (1 - erlangB(servers, high)) < carried) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (middle * (1 - erlangB(servers, middle)) < carried) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
