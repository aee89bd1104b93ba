import { thousands } from '../domain/text.js';
import type { FailoverDebt } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { Session } from './command.js';
import { momentWithAge } from './time-text.js';

/** The debts of VIPs, or why they are not known. */
export interface Debts {
  readonly debts: readonly FailoverDebt[];
  /** null: they are known. */
  readonly error: RpcError | null;
}

/** What is shown beside them is shown without them, too. */
export async function askDebts({ client }: Pick<Session, 'client'>, frontend?: string): Promise<Debts> {
  try {
    const { debts } = await (await client()).getFailoverDebts(frontend);
    return { debts, error: null };
  } catch (thrown) {
    if (thrown instanceof RpcError) return { debts: [], error: thrown };
    throw thrown;
  }
}

/** `about 700 of 5,000 flows would change their server (at least 120, at most 4,800); tables seen since ...` */
export function debtText({ flows, certain, most, estimate, sinceNs }: FailoverDebt, nowMs: number): string {
  if (flows === 0) return 'no flows are known';
  const bounds = `at least ${thousands(certain)}, at most ${thousands(most)}`;
  const what = `of ${thousands(flows)} flows would change their server`;
  if (estimate === undefined || sinceNs === undefined)
    return `${bounds} ${what}; the tables under which they began were not seen`;
  const since = momentWithAge(sinceNs, nowMs);
  return `about ${thousands(estimate)} ${what} (${bounds}); by the tables since ${since}`;
}

/** Nothing where VPP is not there: that is told beside it already. */
export function debtFields(
  { debts, error }: Debts,
  nowMs: number,
): readonly (readonly ['failover-debt', string])[] {
  if (error !== null) {
    const away = ['MGL_VPP_DISCONNECTED', 'MGL_VPP_DISABLED', 'MGL_STATS_DISABLED'].includes(
      error.code ?? '',
    );
    return away ? [] : [['failover-debt', `not known: ${error.message}`]];
  }
  return debts.map((debt) => ['failover-debt', debtText(debt, nowMs)]);
}
