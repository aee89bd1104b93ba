import { type DesiredVip, type VipState, vipId } from '../../domain/lb.js';
import { vppAnswers } from './answers.js';
import { inputsChange, ruled } from './changes.js';
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
  const { told, holdAll, memory } = state.inputs;
  if (!memory.whole)
    step(
      () => 'what operators had asked for is read',
      (next) => ruled(next, deciding, deciding.found(next.inputs)),
    );
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
        next.spared = sparedNow(next);
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
function wordsHold({ inputs, standing, vpp, forgot, spared }: State, deciding: Deciding): void {
  for (const text of inputs.said) {
    const [word, backend = '', only] = text.split(' ').toSpliced(1, text.startsWith('weight') ? 1 : 0);
    const name = only ?? backend;
    const address = deciding.configOf(inputs).backends.get(name)?.address;
    for (const { key, frontend } of standing.decision.vips) {
      if (word === 'weight' && frontend !== 'web') continue;
      const id = vipId(key);
      const weight = vipIn(vpp, id)?.ases.find((as) => as.address === address)?.weight;
      if (weight !== 0) throw new Violation(`what operators say holds: ${name} weighs ${weight}`);
      const flows = `${id} ${address}`;
      const isCut = !vpp.flows.has(flows) || spared.has(flows);
      if (word !== 'paused' && !isCut && !forgot)
        throw new Violation(`flows are cut when an operator says so: those of ${name} live`);
    }
  }
}

/** Of whoever weighs nothing: flows that nobody remembers to cut, or did before. */
function sparedNow({ vpp, forgot, spared }: State): ReadonlySet<string> {
  if (vpp.flows.size === 0 || (!forgot && spared.size === 0)) return none;
  const left = vpp.vips.flatMap(({ key, ases }) =>
    ases
      .filter(({ weight }) => weight === 0)
      .map(({ address }) => `${vipId(key)} ${address}`)
      .filter((flows) => vpp.flows.has(flows) && (forgot || spared.has(flows))),
  );
  return left.length === 0 ? none : new Set(left);
}

const none: ReadonlySet<string> = new Set();

/** VPP equals the decision, compared in a way of our own, and the flows of whoever is disabled are cut. */
function haveConverged(state: State): void {
  const { decision } = state.standing;
  const wanted = new Map(decision.vips.map((vip) => [vipId(vip.key), vip]));
  const equal = 'VPP equals the decision when nothing is left to do';
  for (const { key } of state.vpp.vips)
    if (!wanted.has(vipId(key))) throw new Violation(`${equal}: nobody wants ${vipId(key)}`);
  for (const [id, desired] of wanted) {
    const difference = differenceOf(desired, vipIn(state.vpp, id));
    if (difference !== null) throw new Violation(`${equal}: ${id} ${difference}`);
  }
  if (state.forgot) return;
  for (const { key, ases, frontend } of decision.vips) {
    for (const { address, flush, weight } of ases) {
      if (flush && weight === 0 && state.vpp.flows.has(`${vipId(key)} ${address}`))
        throw new Violation(`flows that are to be cut are cut: those of ${address} in ${frontend} live`);
    }
  }
}

function differenceOf({ encap, tableLength, srcIpSticky, ases }: DesiredVip, vip?: VipState): string | null {
  if (vip === undefined) return 'is missing';
  if (vip.encap !== encap) return `has ${vip.encap}`;
  if (vip.tableLength.value !== tableLength) return `has a table of ${vip.tableLength.value}`;
  if (vip.srcIpSticky !== srcIpSticky) return `has another stickiness`;
  const present = new Map(vip.ases.map(({ address, weight }) => [address, weight]));
  for (const { address, weight, hold } of ases) {
    const has = present.get(address);
    if (has === undefined) return `lacks ${address}`;
    if (!hold && has !== weight) return `has ${address} with ${has}, and should with ${weight}`;
    present.delete(address);
  }
  const [stranger] = present.keys();
  return stranger === undefined ? null : `has ${stranger}, which is nobody's`;
}
