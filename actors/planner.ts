import { formatIssue, refusalOf } from '../config/report.js';
import { unknownFrontend } from '../domain/did-you-mean.js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import { flowsOf } from '../domain/flows-at-stake.js';
import { foresee, type PlanReport, tablesIn, withMoves } from '../domain/foresight.js';
import type { Hypothesis } from '../domain/hypothesis.js';
import type { Address } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { ConfigControl, ConfigRead } from '../protocol/config.js';
import type { SupposeRequest } from '../protocol/decision.js';
import type { WhatIfRequest } from '../protocol/operator.js';
import type { DebtRequest, PlanRequest, VipDebt, WhatIf } from '../protocol/plan.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { offThread } from './tables.js';

export interface PlannerOptions {
  readonly config: Address<ConfigControl>;
  /** Asked for the config as it would count. */
  readonly operator: Address<WhatIfRequest>;
  /** Asked for all else that decides. */
  readonly decision: Address<SupposeRequest>;
  /** null: VPP is disabled. */
  readonly vpp: Address<VppControl> | null;
}

type PlannerMessage = PlanRequest | DebtRequest;

/** Milliseconds of work in one turn of the event loop. */
const TURN_MS = 4;

/**
 * Foresees what a change would send to VPP: decides by the same functions as `decision`, plans by the same one as those who
 * write, and sends nothing. Large tables are compared in a thread of their own, everything else in short turns, so that nobody
 * waits for a plan.
 */
export function plannerActor(options: PlannerOptions): ActorSpec<PlannerMessage> {
  return {
    name: 'planner',
    capacity: 100,
    start: (context) => {
      const { vpp } = options;
      const answer = async (message: PlannerMessage) => {
        if (vpp === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
        if (message.type === 'debts') message.reply.ok(await debtsOf(context, vpp, message.frontend));
        else message.reply.ok(await planOf(context, { ...options, vpp }, message.whatIf));
      };
      return {
        receive: (message) =>
          answer(message).catch((thrown: unknown) => void message.reply.fail(asMaglevError(thrown))),
      };
    },
  };
}

async function planOf(
  { ask, clock, signal }: Context<PlannerMessage>,
  { config, operator, decision, vpp }: PlannerOptions & { readonly vpp: Address<VppControl> },
  whatIf: WhatIf,
): Promise<PlanReport> {
  const hypothesis: Hypothesis =
    whatIf.kind === 'reload'
      ? usable(await ask(config, { type: 'read-config', file: whatIf.file }))
      : whatIf.kind === 'sync'
        ? { kind: 'nothing' }
        : whatIf;
  const effective = await ask(operator, { type: 'what-if', hypothesis });
  const { circumstances, wanted } = await ask(decision, { type: 'suppose', hypothesis, effective });
  const [state, flows] = await Promise.all([
    ask(vpp, { type: 'get-lb-state' }),
    // Without them a plan is worth no less.
    ask(vpp, { type: 'get-flows' }).catch(() => null),
  ]);
  const foresight = { hypothesis, circumstances, before: wanted, state, flows };
  const foreseen = await inTurns(clock, foresee(foresight));
  return withMoves(foreseen, await offThread('moves', tablesIn(foreseen), signal));
}

/** Lets others have their turn whenever a piece of work has taken long enough. */
async function inTurns<T>(clock: Clock, work: Generator<void, T>): Promise<T> {
  for (;;) {
    const began = clock.monotonic();
    do {
      const piece = work.next();
      if (piece.done === true) return piece.value;
    } while (clock.monotonic() - began < TURN_MS);
    await new Promise<void>((resolve) => clock.schedule(0, resolve));
  }
}

function usable(verdict: ConfigRead): Hypothesis {
  if (verdict.ok) return { kind: 'config', config: verdict.config, begunAnew: verdict.changes.begunAnew };
  const [first] = verdict.issues;
  const where = first === undefined ? '' : `: ${formatIssue(first)}`;
  throw refusalOf(verdict, `the config file cannot be used${where}`);
}

/** What would become of flows if VPP forgot them, from what VPP says of them now. MGL_FRONTEND_UNKNOWN, and as get-flows. */
async function debtsOf(
  { ask, signal }: Context<PlannerMessage>,
  vpp: Address<VppControl>,
  only: string | null,
): Promise<VipDebt[]> {
  const { frontends } = await ask(vpp, { type: 'list-standings' });
  const known = frontends.map(({ frontend }) => frontend);
  if (only !== null && !known.includes(only)) throw unknownFrontend(only, known);
  const vips = flowsOf(only, await ask(vpp, { type: 'get-flows' }), frontends);
  const debts = await offThread('debts', vips, signal);
  return vips.flatMap(({ key, frontend }, i) => {
    const debt = debts[i];
    return debt === undefined ? [] : [{ ...debt, key, frontend }];
  });
}
