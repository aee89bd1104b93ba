import { formatDuration } from '../domain/duration.js';
import { probeRates, RATE_MAX } from '../domain/probe-rate.js';
import { quote } from '../domain/text.js';
import type { Finding } from './problem.js';
import type { ConfigFile, FileFrontend } from './schema.js';

/** Servers that get more probes than they should notice. Each is named once, with its first backend. */
export function probedTooOften(file: ConfigFile): Finding[] {
  const backends = [...file.backends].map(([name, { address, healthcheck }]) => {
    const check = healthcheck === null ? undefined : file.healthchecks.get(healthcheck);
    if (check === undefined) return { name, address, pace: null };
    const { interval, 'fast-interval': fast, 'down-interval': down } = check;
    return {
      name,
      address,
      pace: { interval, fastInterval: fast ?? interval, downInterval: down ?? interval },
    };
  });
  const named = new Set<string>();
  const rates = probeRates(backends);
  return backends.flatMap(({ name, address }) => {
    const most = rates.get(address)?.most ?? 0;
    if (most <= RATE_MAX || named.has(address)) return [];
    named.add(address);
    const message = `up to ${Math.round(most)} probes a second go to ${address}: a server should not notice them, ${RATE_MAX} are enough`;
    return [{ path: ['maglev', 'backends', name], message }];
  });
}

/** The tunnel changes no port: a server gets flows on the port of the VIP. */
export function probedElsewhere(name: string, frontend: FileFrontend, file: ConfigFile): Finding[] {
  if (frontend.port === 0) return [];
  const checks = new Map<string, number>();
  for (const pool of frontend.pools) {
    for (const member of pool.backends.keys()) {
      const used = file.backends.get(member)?.healthcheck ?? null;
      const check = used === null ? undefined : file.healthchecks.get(used);
      if (used === null || check === undefined || check.type === 'icmp') continue;
      if (check.port !== frontend.port) checks.set(used, check.port);
    }
  }
  return [...checks].map(([check, port]) => ({
    path: ['maglev', 'frontends', name, 'port'],
    message: `health check ${quote(check)} probes port ${port}: nobody checks what is served on port ${frontend.port}`,
  }));
}

/** In milliseconds: what is wrong with connecting to a server should not stay unseen for longer. */
const SELDOM_MS = 10 * 60_000;

/** Only a new connection, and a whole handshake, show that a server takes new clients, and has the right certificate. */
export function madeAnewTooSeldom(file: ConfigFile): Finding[] {
  return [...file.healthchecks].flatMap(([name, check]) => {
    const found = (key: string, ms: number, what: string): Finding[] => {
      if (ms <= SELDOM_MS) return [];
      const message = `with an interval of ${formatDuration(check.interval)} there is ${what} only every ${formatDuration(ms)}: what is wrong with it is seen no sooner`;
      return [{ path: ['maglev', 'healthchecks', name, 'params', key], message }];
    };
    if (check.type === 'icmp') return [];
    const reuse = check.type === 'tcp' ? 1 : check.params.reuse;
    const connectionMs = check.interval * reuse;
    const secure = check.type === 'https' || (check.type === 'tcp' && check.params.ssl);
    const seldom = reuse > 1 ? found('reuse', connectionMs, 'a new connection') : [];
    if (seldom.length > 0 || !secure || check.params.resume === 1) return seldom;
    return found('resume', connectionMs * check.params.resume, 'a whole handshake');
  });
}
