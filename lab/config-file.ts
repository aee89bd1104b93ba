import {
  type BackendPlan,
  type CheckPlan,
  type Edit,
  type Fleet,
  type FrontendPlan,
  otherAddress,
  type PoolPlan,
} from './scenario.js';

/** The config file that says this fleet. */
export function configText(fleet: Fleet): string {
  const [least, most] = fleet.startupMs;
  return [
    'maglev:',
    '  vpp:',
    '    lb:',
    '      ipv4-src-address: 192.0.2.1',
    '      ipv6-src-address: 2001:db8::1',
    '      sticky-buckets-per-core: 1024',
    `      sync-interval: ${fleet.syncIntervalMs}ms`,
    `      new-flows-table-length: ${fleet.tableLength}`,
    `      startup-min-delay: ${least}ms`,
    `      startup-max-delay: ${most}ms`,
    '  healthchecks:',
    ...fleet.checks.flatMap(checkLines),
    '  backends:',
    ...fleet.backends.map(backendLine),
    '  frontends:',
    ...fleet.frontends.flatMap(frontendLines),
    '',
  ].join('\n');
}

function checkLines({ name, type, intervalMs, fastMs, downMs, timeoutMs, rise, fall }: CheckPlan): string[] {
  return [
    `    ${name}:`,
    `      type: ${type}`,
    ...(type === 'tcp' ? ['      port: 80'] : []),
    `      interval: ${intervalMs}ms`,
    `      fast-interval: ${fastMs}ms`,
    `      down-interval: ${downMs}ms`,
    `      timeout: ${timeoutMs}ms`,
    `      rise: ${rise}`,
    `      fall: ${fall}`,
  ];
}

function backendLine({ name, address, check, enabled }: BackendPlan): string {
  const parts = [
    `address: "${address}"`,
    ...(check === null ? [] : [`healthcheck: ${check}`]),
    ...(enabled ? [] : ['enabled: false']),
  ];
  return `    ${name}: { ${parts.join(', ')} }`;
}

function frontendLines(frontend: FrontendPlan): string[] {
  const { name, address, protocol, port, sticky, flushOnDown, pools } = frontend;
  return [
    `    ${name}:`,
    `      address: "${address}"`,
    ...(protocol === 'any' ? [] : [`      protocol: ${protocol}`, `      port: ${port}`]),
    `      src-ip-sticky: ${sticky}`,
    `      flush-on-down: ${flushOnDown}`,
    '      pools:',
    ...pools.flatMap(poolLines),
  ];
}

function poolLines({ name, backends }: PoolPlan): string[] {
  return [
    `        - name: ${name}`,
    '          backends:',
    ...backends.map(({ name: backend, weight }) => `            ${backend}: { weight: ${weight} }`),
  ];
}

/** The fleet after somebody has edited the file; null = he broke it. `first` is what the day began with. */
export function edited(fleet: Fleet, edit: Edit, first: Fleet): Fleet | null {
  switch (edit.do) {
    case 'restore':
      return first;
    case 'break':
      return null;
    case 'fall': {
      const { fall, rise } = edit;
      const checks = fleet.checks.map((check) =>
        check.name === edit.check ? { ...check, fall, rise } : check,
      );
      return { ...fleet, checks };
    }
    case 'enabled':
      return withBackend(fleet, edit.backend, (one) => ({ ...one, enabled: edit.enabled }));
    case 'address':
      return withBackend(fleet, edit.backend, (one) => ({ ...one, address: otherAddress(one.address) }));
    case 'check':
      return withBackend(fleet, edit.backend, (one) => ({ ...one, check: edit.check }));
    case 'port':
      return withFrontend(fleet, edit.frontend, (one) =>
        one.protocol === 'any' ? one : { ...one, port: edit.port },
      );
    case 'table-length':
      return { ...fleet, tableLength: edit.tableLength };
    case 'drop-frontend': {
      const frontends = fleet.frontends.filter(({ name }) => name !== edit.frontend);
      return frontends.length === 0 ? fleet : { ...fleet, frontends };
    }
    case 'sticky':
      return withFrontend(fleet, edit.frontend, (one) => ({ ...one, sticky: edit.sticky }));
    case 'swap-pools':
      return withFrontend(fleet, edit.frontend, (one) => ({ ...one, pools: [...one.pools].reverse() }));
    case 'weight': {
      const { pool, backend, weight } = edit;
      return withPool(fleet, edit.frontend, pool, (backends) =>
        backends.map((one) => (one.name === backend ? { ...one, weight } : one)),
      );
    }
    case 'drop-backend':
      return withFrontend(fleet, edit.frontend, (one) => {
        const pools = one.pools
          .map((pool) => ({ ...pool, backends: pool.backends.filter(({ name }) => name !== edit.backend) }))
          .filter(({ backends }) => backends.length > 0);
        return pools.length === 0 ? one : { ...one, pools };
      });
    case 'add-backend': {
      const { backend, weight } = edit;
      const frontend = fleet.frontends.find(({ name }) => name === edit.frontend);
      const there = frontend?.pools.some(({ backends }) => backends.some(({ name }) => name === backend));
      if (there !== false) return fleet;
      return withPool(fleet, edit.frontend, edit.pool, (backends) => [
        ...backends,
        { name: backend, weight },
      ]);
    }
  }
}

function withBackend(fleet: Fleet, name: string, change: (one: BackendPlan) => BackendPlan): Fleet {
  return { ...fleet, backends: fleet.backends.map((one) => (one.name === name ? change(one) : one)) };
}

function withFrontend(fleet: Fleet, name: string, change: (one: FrontendPlan) => FrontendPlan): Fleet {
  return { ...fleet, frontends: fleet.frontends.map((one) => (one.name === name ? change(one) : one)) };
}

function withPool(
  fleet: Fleet,
  frontend: string,
  pool: string,
  change: (backends: PoolPlan['backends']) => PoolPlan['backends'],
): Fleet {
  return withFrontend(fleet, frontend, (one) => ({
    ...one,
    pools: one.pools.map((each) =>
      each.name === pool ? { ...each, backends: change(each.backends) } : each,
    ),
  }));
}
