import { nameText } from '../domain/name.js';
import type { HealthCheckInfo } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { fields, firstThatFits, none, table } from './layout.js';
import type { Line } from './text.js';
import { exactSpan } from './time-text.js';

export const healthcheckCommands: readonly Command[] = [
  {
    usage: 'show healthchecks',
    json: 'ListHealthChecksResponse',
    help: 'all health checks, with their intervals',
    run: async ({ client, width }) => {
      const response = await (await client()).listHealthChecks();
      return success(firstThatFits(width, [() => healthchecksTable(response.healthchecks)]), response);
    },
  },
  {
    usage: 'show healthcheck <name>',
    slots: { name: 'healthcheck' },
    json: 'HealthCheckInfo',
    help: 'one health check with all its settings, and the backends that use it',
    run: async ({ client }, { name = '' }) => {
      const response = await (await client()).getHealthCheck(name);
      return success(healthcheckText(response), response);
    },
  },
];

function healthchecksTable(checks: readonly HealthCheckInfo[]): Line[] {
  return table(
    ['name', 'type', 'port', 'interval', 'fast', 'down', 'timeout', 'rise', 'fall', 'backends'],
    checks.map((check) => [
      nameText(check.name),
      check.type,
      check.port ?? none,
      exactSpan(check.intervalNs),
      exactSpan(check.fastIntervalNs),
      exactSpan(check.downIntervalNs),
      exactSpan(check.timeoutNs),
      check.rise,
      check.fall,
      check.backends.length,
    ]),
  );
}

/** The keys of the config file, in its order, each with the value that counts. */
function healthcheckText(check: HealthCheckInfo): Line[] {
  return fields([
    ['name', check.name],
    ['type', check.type],
    ['interval', exactSpan(check.intervalNs)],
    ['fast-interval', exactSpan(check.fastIntervalNs)],
    ['down-interval', exactSpan(check.downIntervalNs)],
    ['timeout', exactSpan(check.timeoutNs)],
    ['rise', check.rise],
    ['fall', check.fall],
    ...(check.port === undefined ? [] : [['port', check.port] as const]),
    ['probe-ipv4-src', check.probeIpv4Src ?? kernelsChoice],
    ['probe-ipv6-src', check.probeIpv6Src ?? kernelsChoice],
    ...httpFields(check),
    ...tlsFields(check),
    ['backends', check.backends.map(nameText).join(' ') || none],
  ]);
}

const kernelsChoice = "(the kernel's choice)";
const backendsAddress = "(the backend's address)";

type Field = readonly [string, string | number | boolean];

function httpFields({ http }: HealthCheckInfo): Field[] {
  if (http === undefined) return [];
  return [
    ['path', http.path],
    ['host', http.host ?? backendsAddress],
    ['method', http.method],
    ['response-code', http.responseCode],
    ['response-regexp', http.responseRegexp ?? '(any body)'],
    ['reuse', everyText(http.reuse)],
  ];
}

/** A maglevd that does not know the key says 0, and makes each anew. */
function everyText(every: number): number {
  return Math.max(1, every);
}

function tlsFields({ type, http, tls, handshake }: HealthCheckInfo): Field[] {
  const ssl: Field[] = type === 'tcp' ? [['ssl', tls !== undefined]] : [];
  if (tls === undefined) return handshake === undefined ? ssl : [...ssl, ['handshake', handshake]];
  const serverName = tls.serverName ?? (http?.host === undefined ? backendsAddress : '(as host)');
  return [
    ...ssl,
    ['server-name', serverName],
    ['insecure-skip-verify', tls.insecureSkipVerify],
    ['ca-file', tls.caFile ?? "(Node's own authorities)"],
    ['resume', everyText(tls.resume)],
  ];
}
