import { unknownFrontend } from '../domain/did-you-mean.js';
import { vipId } from '../domain/lb.js';
import { newestTables } from '../domain/table-history.js';
import type { Address } from '../protocol/address.js';
import type { VipDebt } from '../protocol/plan.js';
import type { VppControl } from '../protocol/vpp.js';
import type { Context } from './kernel/contract.js';
import { type DebtWork, debtsOffThread } from './tables.js';

/**
 * What would become of flows if VPP forgot them, from what VPP says of them now. Rejects with MGL_FRONTEND_UNKNOWN, and with what
 * get-flows rejects with.
 */
export async function debtsOf(
  { ask, signal }: Pick<Context<never>, 'ask' | 'signal'>,
  vpp: Address<VppControl>,
  frontend: string | null,
): Promise<VipDebt[]> {
  const { frontends } = await ask(vpp, { type: 'list-standings' });
  const names = new Map(frontends.map((one) => [vipId(one.desired.key), one.frontend]));
  if (frontend !== null && frontends.every((one) => one.frontend !== frontend)) {
    const known = frontends.map((one) => one.frontend);
    throw unknownFrontend(frontend, known);
  }
  const told = await ask(vpp, { type: 'get-flows' });
  const vips = told.filter(({ key }) => frontend === null || names.get(vipId(key)) === frontend);
  const works = vips.map(({ tableLength: length, servers, history }): DebtWork => {
    const flows = servers.reduce((sum, one) => sum + one.flows, 0);
    const now = { length, servers: servers.filter(({ weight }) => weight > 0) };
    return { servers, now, tables: history === null ? [] : newestTables(history.tables, flows) };
  });
  const debts = await debtsOffThread(works, signal);
  return vips.map(({ key, servers, history }, i): VipDebt => {
    const { certain = 0, most = 0, estimate = null } = debts[i] ?? {};
    const flows = servers.reduce((sum, one) => sum + one.flows, 0);
    const name = names.get(vipId(key)) ?? '';
    // Without flows there is nothing that could be unknown.
    const known = flows === 0 ? 0 : estimate;
    return { key, frontend: name, flows, certain, most, estimate: known, since: history?.since ?? null };
  });
}
