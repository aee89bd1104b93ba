import type { Backend, ConfigVerdict, Frontend } from '../domain/config.js';

/**
 * The same verdict. In what another thread has sent a name is a text of its own wherever it stands; here each is one again: for a
 * backend that is 80 bytes.
 */
export function namesOnce(verdict: ConfigVerdict): ConfigVerdict {
  if (!verdict.ok) return verdict;
  const { config } = verdict;
  const checks = new Map([...config.healthchecks.keys()].map((name) => [name, name]));
  const names = new Map([...config.backends.keys()].map((name) => [name, name]));
  const backend = (name: string, { address, healthcheck, enabled }: Backend): Backend => {
    return {
      name,
      address,
      healthcheck: healthcheck === null ? null : (checks.get(healthcheck) ?? healthcheck),
      enabled,
    };
  };
  const frontend = (name: string, one: Frontend): Frontend => {
    const pools = one.pools.map((pool) => ({
      name: pool.name,
      backends: pool.backends.map(({ name: member, weight }) => ({
        name: names.get(member) ?? member,
        weight,
      })),
    }));
    return { ...one, name, pools };
  };
  const backends = new Map([...config.backends].map(([name, one]) => [name, backend(name, one)]));
  const frontends = new Map([...config.frontends].map(([name, one]) => [name, frontend(name, one)]));
  return { ...verdict, config: { ...config, backends, frontends } };
}
