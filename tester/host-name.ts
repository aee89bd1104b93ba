import { lookup, lookupService } from 'node:dns/promises';
import { hostname } from 'node:os';

/**
 * The name of this machine: the one that it has itself, and as soon as the network has told, the whole one with its domain. Nobody
 * waits for that.
 */
export function hostName(): () => string {
  let name = hostname();
  const ask = async () => {
    const { address } = await lookup(name);
    const { hostname: whole } = await lookupService(address, 0);
    if (whole.startsWith(`${name}.`)) name = whole;
  };
  ask().catch(() => {});
  return () => name;
}
