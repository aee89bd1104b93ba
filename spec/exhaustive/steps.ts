import { vipId } from '../../domain/lb.js';
import { planPrefix } from '../../domain/plan.js';
import { prefixWorks } from '../../domain/whole-plan.js';
import { sampleLbConf } from '../support/domain-samples.js';
import { vppAnswers } from './answers.js';
import { inputsChange } from './changes.js';
import type { Deciding } from './deciding.js';
import { takeMail } from './reconciling.js';
import type { Mail, Reconciler, Sent, State } from './state.js';
import { syncDue } from './syncing.js';
import { Violation, vipIn } from './vpp-model.js';

/** Something that can happen next. */
export interface Step {
  readonly label: () => string;
  /** One of the few that a history may have. */
  readonly fault: boolean;
  /** On a state of its own. */
  readonly run: (state: State) => void;
}

/** What has to be done next, in every order in which it may be done; none: everything has been. */
export function progressOf(state: State, deciding: Deciding): Step[] {
  const steps: Step[] = [];
  const { usable } = deciding.decide(state.inputs);
  const step = (label: Step['label'], run: (state: State) => void) =>
    steps.push({ label, fault: false, run });
  for (const [number, rec] of state.recs.entries()) {
    const { mail, waiting } = rec;
    const [letter] = mail;
    if (letter === undefined || waiting !== null) continue;
    const take = { label: () => `reconciler ${number} takes "${letter.type}"`, fault: false };
    // Nobody can tell when it does this: whatever comes before comes to the same.
    if (isPrivate(rec, letter)) return [{ ...take, run: (next) => takeMail(next, number) }];
    step(take.label, (next) => takeMail(next, number));
  }
  // Between two messages nothing comes from outside: they are taken within microseconds, in any order.
  if (steps.length > 0) return steps;
  const [first] = state.pipe;
  if (first !== undefined)
    step(
      () => `VPP answers: ${askText(first)}`,
      (next) => vppAnswers(next, { kind: 'done' }, usable),
    );
  const { told, holdAll } = state.inputs;
  for (const name of deciding.configOf(state.inputs).backends.keys()) {
    if (told.has(name)) continue;
    const { down } = state.inputs;
    step(
      () => `the first probe of ${name}: ${down.has(name) ? 'down' : 'up'}`,
      (next) => inputsChange(next, deciding, { ...next.inputs, told: new Set([...next.inputs.told, name]) }),
    );
  }
  if (holdAll && steps.length > 0) {
    step(
      () => 'startup-min-delay is over',
      (next) => inputsChange(next, deciding, { ...next.inputs, holdAll: false }),
    );
  }
  if (steps.length > 0) return steps;
  if (holdAll) {
    step(
      () => 'startup-min-delay is over',
      (next) => inputsChange(next, deciding, { ...next.inputs, holdAll: false }),
    );
  } else if (state.retry) {
    step(
      () => 'time passes: a retry',
      (next) => {
        next.retry = false;
        syncDue(next, 'retry');
      },
    );
  } else if (state.foreign.size > 0) {
    step(
      () => 'time passes: a tick',
      (next) => {
        // A decision can overtake the read of one sync, so that the next one repairs what somebody did.
        if (next.undisturbed) next.foreign = new Set();
        next.undisturbed = true;
        syncDue(next, 'tick');
      },
    );
  } else if (!state.calm) {
    step(
      () => 'everything is done; a tick',
      (next) => {
        haveConverged(next);
        wordsHold(next, deciding);
        next.calm = true;
        next.still = true;
        next.forgot = false;
        syncDue(next, 'tick');
      },
    );
  }
  return steps;
}

/** Does it change nothing but what the reconciler itself knows, and its own mail? */
function isPrivate({ work, vip }: Reconciler, { type }: Mail): boolean {
  return type === 'remade' || (type === 'wanted' && (work !== null || vip.known !== undefined));
}

/** What VPP is asked, in short. */
export function askText({ ask }: Sent): string {
  if (ask.from === 'sync') return 'a full read';
  return ask.operations
    .map(({ op, ...more }) => {
      const address = 'address' in more ? ` ${more.address}` : '';
      const weight = 'weight' in more ? ` ${more.weight}` : '';
      const flush = 'flush' in more && more.flush ? ' flush' : '';
      return `${op} ${more.key.port}${address}${weight}${flush}`;
    })
    .join(', ');
}

/** What operators have said is so in VPP, whatever was decided. */
function wordsHold({ inputs, standing, vpp, forgot }: State, deciding: Deciding): void {
  for (const intent of inputs.intents.values()) {
    const address = deciding.configOf(inputs).backends.get(intent.backend)?.address;
    const out = intent.kind === 'paused' || intent.value === false || intent.value === 0;
    for (const { key, frontend } of standing.decision.vips) {
      if (!out || (intent.kind === 'weight' && intent.frontend !== frontend)) continue;
      const id = vipId(key);
      const weight = vipIn(vpp, id)?.ases.find((as) => as.address === address)?.weight;
      if (weight !== 0) throw new Violation(`what operators say holds: ${intent.backend} weighs ${weight}`);
      const isCut = !vpp.flows.has(`${id} ${address}`);
      if (intent.kind === 'enabled' && !isCut && !forgot)
        throw new Violation(`flows of a disabled server are cut: those of ${intent.backend} live`);
    }
  }
}

/** VPP equals the decision, and the flows of whoever is disabled are cut. */
function haveConverged(state: State): void {
  const { decision } = state.standing;
  for (const work of prefixWorks(decision.vips, { conf: sampleLbConf, vips: state.vpp.vips })) {
    const { batches, refused } = planPrefix({ ...work, conf: sampleLbConf, memory: new Map() });
    const [first] = batches.flatMap(({ operations }) => operations);
    if (first !== undefined || refused.length > 0)
      throw new Violation(
        `VPP equals the decision when nothing is left to do: ${first?.op} ${first?.reason ?? ''}`,
      );
  }
  if (state.forgot) return;
  for (const { key, ases, frontend } of decision.vips) {
    for (const { address, flush, weight } of ases) {
      if (flush && weight === 0 && state.vpp.flows.has(`${vipId(key)} ${address}`))
        throw new Violation(`flows that are to be cut are cut: those of ${address} in ${frontend} live`);
    }
  }
}
