import { buildInfo, versionLine } from '../program/build-info.js';
import { configIssueText } from '../rpc/config-message.js';
import type { StatusInfo, SyncInfo, VersionInfo } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type Command, success } from './command.js';
import { backendsTable } from './commands-backend.js';
import { frontendsTable } from './commands-frontend.js';
import { fields } from './layout.js';
import { conditionText, stateSpan } from './state-text.js';
import { outcomeOf } from './syncs-text.js';
import { errorText, type Line, label, plain, type Span } from './text.js';
import { momentWithAge } from './time-text.js';

export const statusCommands: readonly Command[] = [
  {
    usage: 'show version',
    json: 'an object with `version`, `commit` and `date` of maglevc, and `maglevd`, a `VersionInfo` or null',
    help: 'the versions of maglevc, and of maglevd if it can be reached',
    run: async ({ client }) => {
      const own: Line = [plain(versionLine('maglevc'))];
      try {
        const maglevd = await (await client()).getVersion();
        return success([own, [plain(daemonLine(maglevd))]], { ...buildInfo(), maglevd });
      } catch (thrown) {
        // Its own version has an answer also where there is no maglevd.
        if (!(thrown instanceof RpcError)) throw thrown;
        const { message, code } = thrown;
        return {
          ...success([own], { ...buildInfo(), maglevd: null }),
          warning: `the version of maglevd is not known: ${message} [${code}]`,
        };
      }
    },
  },
  {
    usage: 'show status',
    json: 'StatusInfo',
    help: 'one screen for the middle of the night: is all well, and what is not',
    run: async ({ client, clock, width }) => {
      const response = await (await client()).getStatus();
      return success(statusText(response, clock.now(), width), response);
    },
  },
];

function daemonLine({ version, commit, date }: VersionInfo): string {
  return versionLine('maglevd', { version, commit: commit || null, date: date || null });
}

type Field = readonly [string, string | Span];

function statusText(status: StatusInfo, nowMs: number, width: number | null): Line[] {
  const { version, vpp, vppInfo, standing, lastSync, frontends, backends, warnings } = status;
  const shown: Field[] = [];
  if (version !== undefined)
    shown.push(['maglevd', daemonLine(version)], ['started', momentWithAge(version.startNs, nowMs)]);
  if (vpp !== undefined) {
    const text = conditionText(vpp, nowMs);
    const who = vppInfo === undefined ? '' : `${vppInfo.version}, `;
    shown.push(['vpp', vpp.state === 'connected' ? `${who}${text}` : errorText(text)]);
  }
  if (standing !== undefined && !['unreachable', 'disabled'].includes(standing.state)) {
    shown.push(['vpp-has', standing.state === 'equal' ? 'all that was decided' : stateSpan(standing.state)]);
    shown.push(...standing.differences.map((text) => ['', text] as const));
  }
  shown.push(
    ['last-sync', lastSync === undefined ? 'none yet' : syncLine(lastSync, nowMs)],
    ['frontends', `${status.frontendsUp} of ${status.frontendsTotal} up`],
    ['backends', `${status.backendsUp} of ${status.backendsTotal} up`],
  );
  return [
    ...fields(shown),
    ...part('frontends that need a look', frontends.length > 0 ? frontendsTable(frontends, width) : []),
    ...part('backends that need a look', backends.length > 0 ? backendsTable(backends, nowMs, width) : []),
    ...part(
      'warnings of the running config',
      warnings.map((issue) => [plain(configIssueText(issue))]),
    ),
  ];
}

function part(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], [label(title)], ...lines];
}

function syncLine(sync: SyncInfo, nowMs: number): string {
  const unverified = sync.unverified.length === 0 ? '' : `; not known: ${sync.unverified.join('; ')}`;
  return `${momentWithAge(sync.lastNs, nowMs)}: ${outcomeOf({ ...sync, repeats: 0 })}${unverified}`;
}
