import { parseArgs } from 'node:util';

export interface ConformanceFlags {
  readonly api: string;
  /** null: what is counted is not looked at. */
  readonly stats: string | null;
  readonly lethal: boolean;
  readonly slow: boolean;
  readonly verbose: boolean;
  /** Runs the cases whose name contains it. */
  readonly only: string;
  /** Starts VPP again after it died; null: somebody else does. */
  readonly restart: string | null;
}

export const conformanceHelp = `npm run conformance -- --api <socket> [flags]

Takes the steps of every conformance case on the simulator and on a live VPP of 26.10 or later, and compares both with
what the case expects. It needs a VPP that nobody else uses: it adds and deletes VIPs, changes the configuration, flushes
flow tables and sends packets with VPP's packet generator. Afterwards VPP has its own configuration again and no VIPs.

  --api <socket>       VPP's API socket
  --stats <socket>     VPP's stats socket; without it what VPP counts there is not looked at
  --only <text>        only cases whose name contains the text
  --slow               also what takes minutes: garbage collection
  --lethal             also what VPP dies of. VPP must be started again after every case, by its supervisor or by
  --restart <command>  this command of the shell
  --verbose            every step, not only those that differ

Exit codes: 0 no difference, 1 a difference, 2 it could not be run.
`;

/** Throws an Error that says what is wrong; null: help was asked for. */
export function parseConformanceFlags(args: readonly string[]): ConformanceFlags | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      api: { type: 'string' },
      stats: { type: 'string' },
      only: { type: 'string' },
      slow: { type: 'boolean' },
      lethal: { type: 'boolean' },
      restart: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return null;
  if (values.api === undefined) throw new Error('--api <socket> is missing');
  return {
    api: values.api,
    stats: values.stats ?? null,
    lethal: values.lethal ?? false,
    slow: values.slow ?? false,
    verbose: values.verbose ?? false,
    only: values.only ?? '',
    restart: values.restart ?? null,
  };
}
