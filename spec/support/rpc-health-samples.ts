import { type BackendLife, born } from '../../domain/backend-life.js';
import type { Backend, HealthCheck, MaglevConfig } from '../../domain/config.js';
import type { LbCounters } from '../../domain/lb-counters.js';
import type { BackendDetail } from '../../protocol/health.js';
import { ip, ipPrefix } from './domain-samples.js';
import { anyConfig } from './rpc-samples.js';

const minute = 60_000;
const hour = 60 * minute;

const usual = { interval: 2000, fastInterval: 2000, downInterval: 2000, timeout: 1000, rise: 2, fall: 3 };
const trust = { file: '/etc/vpp-maglev/ca.pem', fingerprint: '', pem: new SharedArrayBuffer(0) };
const anySource = { probeIpv4Source: null, probeIpv6Source: null };

/** One check of each kind: with everything set, and with as little as possible. */
const checks: readonly HealthCheck[] = [
  {
    name: 'https',
    interval: 2000,
    fastInterval: 250,
    downInterval: 90_000,
    timeout: 1500,
    rise: 2,
    fall: 3,
    probeIpv4Source: ip('192.0.2.2'),
    probeIpv6Source: ip('2001:db8::2'),
    probe: {
      type: 'https',
      port: 8443,
      http: {
        method: 'GET',
        path: '/status?brief=1',
        host: 'api.example.com',
        responseCodes: [
          { from: 200, to: 299 },
          { from: 301, to: 301 },
        ],
        responseRegexp: '"ok"',
      },
      tls: { serverName: 'tls.example.com', insecureSkipVerify: false, trust, resume: 20 },
    },
  },
  {
    name: 'plain',
    ...usual,
    ...anySource,
    probe: {
      type: 'http',
      port: 80,
      http: {
        method: 'HEAD',
        path: '/',
        host: null,
        responseCodes: [{ from: 200, to: 200 }],
        responseRegexp: null,
        reuse: 10,
      },
    },
  },
  {
    name: 'smtps',
    ...usual,
    ...anySource,
    probe: { type: 'tcp', port: 465, tls: { serverName: null, insecureSkipVerify: true, trust: null } },
  },
  { name: 'smtp', ...usual, ...anySource, probe: { type: 'tcp', port: 25, tls: null } },
  { name: 'ping', ...usual, ...anySource, interval: 0.25, probe: { type: 'icmp' } },
];

const backends: readonly Backend[] = [
  { name: 'web1', address: ip('10.0.0.1'), healthcheck: 'https', enabled: true },
  { name: 'web2', address: ip('10.0.0.2'), healthcheck: 'https', enabled: true },
  { name: 'spare', address: ip('2001:db8::9'), healthcheck: null, enabled: false },
];

/** The running config of the small site, as far as health is concerned, and one frontend to set weights of. */
export const siteConfig: MaglevConfig = {
  ...anyConfig,
  healthchecks: new Map(checks.map((check) => [check.name, check])),
  backends: new Map(backends.map((backend) => [backend.name, backend])),
  frontends: new Map([
    [
      'web',
      {
        name: 'web',
        description: 'the shop',
        address: ip('192.0.2.1'),
        protocol: 'tcp',
        port: 443,
        srcIpSticky: false,
        flushOnDown: true,
        pools: [{ name: 'primary', backends: [{ name: 'web1', weight: 100 }] }],
      },
    ],
  ]),
};

/** A backend that went down and came up again some hours before `now`. */
export function web1Life(now: number): BackendLife {
  const passed = { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 12.3456 } as const;
  const failed = { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 4.2 } as const;
  return {
    state: 'up',
    since: now - (3 * hour + 7.5 * minute),
    standing: { decided: true, counter: 3 },
    history: [
      {
        from: 'down',
        to: 'up',
        at: now - (3 * hour + 7.5 * minute),
        result: passed,
        reason: 'L7OK HTTP 200',
      },
      { from: 'up', to: 'down', at: now - 27.5 * hour, result: failed, reason: 'L7STS HTTP 503' },
      { from: 'unknown', to: 'up', at: now - 51.5 * hour, result: null, reason: 'a reason of its own' },
    ],
    last: { at: now - 2.5 * hour, result: passed },
    doubt: null,
  };
}

export function spareLife(now: number): BackendLife {
  const rules = { address: ip('2001:db8::9'), check: null, enabled: false, paused: false, historyLength: 5 };
  return born(rules, now - 5.5 * hour);
}

export function detailOf(name: string, life: BackendLife): BackendDetail {
  return { name, life, givenUp: false };
}

/** Counters as large as 64 bits allow, as small as they can be, and such that VPP does not tell. */
export function lbCounters(now: number): LbCounters {
  const most = 2n ** 64n - 1n;
  return {
    at: now - 2.5 * hour,
    vips: [
      {
        key: { prefix: ipPrefix('192.0.2.1/32'), protocol: 6, port: 443 },
        next: most,
        first: 1_234_567n,
        untracked: 12n,
        noServer: 0n,
        traffic: { packets: 2n ** 53n + 1n, bytes: most },
        servers: [
          { address: ip('10.0.0.1'), traffic: { packets: 1000n, bytes: 999n } },
          { address: ip('2001:db8::1:2:3'), traffic: null },
        ],
      },
      {
        key: { prefix: ipPrefix('2001:db8::53/128'), protocol: 255, port: 0 },
        next: 0n,
        first: 0n,
        untracked: 0n,
        noServer: 0n,
        traffic: null,
        servers: [],
      },
    ],
  };
}
