import { nameText } from '../domain/name.js';
import type { BackendInfo, FrontendInfo, ListFrontendsResponse } from '../rpc/generated/maglev.js';
import { type Command, orElse, success } from './command.js';
import { askDebts, type Debts, debtFields } from './debt-text.js';
import { fields, firstTableThatFits, none, table } from './layout.js';
import { poolsText } from './pools-text.js';
import { differenceLines, standingSpan, stateSpan, vppLines } from './state-text.js';
import { type Line, plain } from './text.js';

export const frontendCommands: readonly Command[] = [
  {
    usage: 'show frontends',
    json: 'ListFrontendsResponse',
    help: 'all frontends, with their state, and whether VPP has what was decided',
    run: async ({ client, clock, width }) => {
      const response = await (await client()).listFrontends();
      return success(frontendsText(response, clock.now(), width), response);
    },
  },
  {
    usage: 'show frontend <name>',
    slots: { name: 'frontend' },
    json: 'an object with the fields of `FrontendInfo`, and `failoverDebt`, a `FailoverDebt` (absent: not known)',
    help: 'one frontend: its pools, and the weight of every backend with the reason for it',
    run: async (session, { name = '' }) => {
      const maglevd = await session.client();
      const [response, { backends }, debts] = await Promise.all([
        maglevd.getFrontend(name),
        orElse(maglevd.listBackends(), { backends: [] }),
        askDebts(session, name),
      ]);
      const text = frontendText(response, {
        backends,
        debts,
        nowMs: session.clock.now(),
        width: session.width,
      });
      return success(text, { ...response, failoverDebt: debts.debts[0] });
    },
  },
];

/** More lines about single frontends would hide the table; `show status` and `show frontend` have them all. */
const TOLD = 10;

function frontendsText(
  { frontends, vpp }: ListFrontendsResponse,
  nowMs: number,
  width: number | null,
): Line[] {
  const news = frontends.flatMap(({ name, standing }) => differenceLines(standing, `${nameText(name)} `));
  const more = news.length - TOLD;
  return [
    ...frontendsTable(frontends, width),
    ...news.slice(0, TOLD),
    ...(more > 0 ? [[plain(`and ${more} more`)]] : []),
    ...vppLines(vpp, nowMs),
  ];
}

export function frontendsTable(frontends: readonly FrontendInfo[], width: number | null): Line[] {
  type Rows = (some: readonly FrontendInfo[]) => Line[];
  const rows =
    (notes: (frontend: FrontendInfo) => string): Rows =>
    (some) =>
      table(
        ['name', 'address', 'protocol', 'port', 'state', 'active-pool', 'vpp', 'notes'],
        some.map((frontend) => [
          nameText(frontend.name),
          frontend.address,
          frontend.protocol,
          portText(frontend.port),
          stateSpan(frontend.state),
          activePool(frontend),
          standingSpan(frontend.standing),
          notes(frontend),
        ]),
      );
  // One column for protocol and port, which makes room for the notes in words.
  const narrow =
    (notes: (frontend: FrontendInfo) => string): Rows =>
    (some) =>
      table(
        ['name', 'address', 'port', 'state', 'active-pool', 'vpp', 'notes'],
        some.map((frontend) => [
          nameText(frontend.name),
          frontend.address,
          `${frontend.protocol} ${portText(frontend.port)}`,
          stateSpan(frontend.state),
          activePool(frontend),
          standingSpan(frontend.standing),
          notes(frontend),
        ]),
      );
  return firstTableThatFits(width, frontends, [rows(notesText), narrow(notesText), narrow(shortNotes)]);
}

/** `2 doubts, 1 kept, 1 by operator` */
function notesText({ doubts, holds, overrides }: FrontendInfo): string {
  const parts = [
    doubts === 0 ? '' : `${doubts} ${doubts === 1 ? 'doubt' : 'doubts'}`,
    holds === 0 ? '' : `${holds} kept`,
    overrides === 0 ? '' : `${overrides} by operator`,
  ].filter((part) => part !== '');
  return parts.join(', ') || none;
}

/** `d2 k1 o1` */
function shortNotes({ doubts, holds, overrides }: FrontendInfo): string {
  const parts = [
    doubts === 0 ? '' : `d${doubts}`,
    holds === 0 ? '' : `k${holds}`,
    overrides === 0 ? '' : `o${overrides}`,
  ].filter((part) => part !== '');
  return parts.join(' ') || none;
}

interface Surface {
  readonly backends: readonly BackendInfo[];
  readonly debts: Debts;
  readonly nowMs: number;
  readonly width: number | null;
}

function frontendText(frontend: FrontendInfo, { backends, debts, nowMs, width }: Surface): Line[] {
  const { standing } = frontend;
  const [why = '', ...others] = standing?.differences ?? [];
  return [
    ...fields([
      ['name', frontend.name],
      ['address', frontend.address],
      ['protocol', frontend.protocol],
      ['port', portText(frontend.port)],
      ['state', stateSpan(frontend.state)],
      ['src-ip-sticky', frontend.srcIpSticky],
      ['flush-on-down', frontend.flushOnDown],
      ...(frontend.shareError === undefined
        ? []
        : [['share-error', `${frontend.shareError.toFixed(1)} points`] as const]),
      ...debtFields(debts, nowMs),
      ...(frontend.description === '' ? [] : [['description', frontend.description] as const]),
      ...(standing === undefined ? [] : [['vpp', standingSpan(standing)] as const]),
      ...(why === '' ? [] : [['vpp-reason', why] as const]),
      ...others.map((text) => ['', text] as const),
    ]),
    ...poolsText(frontend.pools, { backends, nowMs, width }),
  ];
}

function portText(port: number): string {
  return port === 0 ? 'all' : String(port);
}

function activePool({ pools }: FrontendInfo): string {
  const active = pools.find((pool) => pool.active);
  return active === undefined ? none : nameText(active.name);
}
