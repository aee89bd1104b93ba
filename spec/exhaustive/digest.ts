import { type LbOperation, type VipState, vipId } from '../../domain/lb.js';
import type { PlannedPrefix } from '../../domain/plan-sync.js';
import { inputsText } from './deciding.js';
import type { Ask, Asker, Mail, Reconciler, Run, State, Sync, Waiting } from './state.js';
import type { VppModel } from './vpp-model.js';

/**
 * Writes a state so that two are written alike when the same can happen in both. What nobody can tell apart is left
 * out: numbers of reads and writes but for their order, what is only shown to people, and how many faults there were.
 */
export class Digest {
  readonly #ids = new Map<string, number>();
  readonly #known = [new WeakMap<object, number>(), new WeakMap<object, number>()] as const;
  /** Frontends that may be taken for each other. */
  readonly #mirrored: boolean;

  constructor(mirrored: boolean) {
    this.#mirrored = mirrored;
  }

  of(state: State): string {
    const text = this.#written(state, [0, 1]);
    if (!this.#mirrored) return text;
    const mirror = this.#written(state, [1, 0]);
    return [text, mirror].sort()[0] ?? text;
  }

  #written(state: State, places: readonly [number, number]): string {
    const swap = places[0] === 1;
    const { inputs, queue, pipe, jobs, sync, standing, recs, settled } = state;
    const { urgent, waiting, underWayMs, overtakenMs } = queue.all;
    const reading = sync?.order ?? pipe.find(({ ask }) => ask.from === 'sync')?.order ?? null;
    let text = `${flagsOf(state)}|${inputsText(inputs)}|${this.#vpp(state.vpp, swap)}|`;
    if (state.foreign.size > 0) text += this.#all([...state.foreign], swap);
    text += '|';
    if (state.spared.size > 0) text += this.#all([...state.spared].sort(), swap);
    text += '|';
    if (state.knownFailures.length > 0) text += this.#all([...state.knownFailures], swap);
    for (const place of places) text += `|${this.#id(standing.decision.vips[place] ?? null, swap)}`;
    text += `|${Math.round(underWayMs * 100)}/${Math.round(overtakenMs * 100)}|`;
    for (const ask of urgent) text += this.#ask(ask, swap);
    text += '|';
    for (const ask of waiting) text += this.#ask(ask, swap);
    text += '|';
    for (const { ask } of pipe) text += this.#ask(ask, swap);
    text += '|';
    for (const job of jobs.all.waiting) text += this.#job(job, swap);
    text += `|${this.#job(jobs.all.running, swap)}|`;
    if (sync !== null) text += this.#sync(sync, swap);
    for (const place of places) {
      const rec = recs[place];
      text += rec === undefined ? '|-' : `|${this.#rec(rec, reading, swap)}`;
      const content = settled[place];
      if (content) text += `.${this.#id(content.desired, swap)}.${this.#vip(content.found, swap)}`;
    }
    return text;
  }

  #job(job: { readonly frontend: string | null; readonly cause: string } | null, swap: boolean): string {
    return job === null ? '-' : `${this.#named(job.frontend ?? '', swap)}${job.cause};`;
  }

  #sync({ pass, order, found, runs, failures }: Sync, swap: boolean): string {
    let text = `${pass}!`;
    if (order === null) text += 'r';
    else for (const vip of ordered(found, swap)) text += `${this.#vip(vip, swap)},`;
    for (const run of ordered(runs, swap && runs.length > 1)) text += `!${this.#run(run, swap)}`;
    return failures.length === 0 ? text : `${text}!${this.#all(failures, swap)}`;
  }

  #rec(rec: Reconciler, reading: number | null, swap: boolean): string {
    const late = reading !== null && rec.vip.all.order >= reading;
    // Nobody writes to it once its state was digested: the next step has a copy of its own.
    const at = swap ? 1 : 0;
    rec.texts[at] ??= this.#recText(rec, swap);
    return `${rec.texts[at]}${late ? '!' : ''}`;
  }

  #recText({ vip, desired, looked, work, waiting, mail }: Reconciler, swap: boolean): string {
    const { known, before, made, owed, pledged } = vip.all;
    return [
      known === undefined ? 'u' : this.#vip(known, swap),
      // To have made it equal to the same twice is nothing new; and of a server only this counts later.
      [...made.servers.values()].map((as) => `${as.address}${as.flush}${as.hold}`).join('+'),
      [...owed].join('+'),
      [...pledged].join('+'),
      this.#id(desired, swap),
      looked ? 1 : 0,
      work === null
        ? '-'
        : `${work.sync === null ? 'd' : `s${runName(work.sync.run, swap)}`}${this.#all(work.failures, swap)}`,
      waiting === null ? '-' : this.#wait(waiting, before, swap),
      mail.map((one) => this.#mail(one, swap)).join('+'),
    ].join(',');
  }

  #wait(waiting: Waiting, before: VipState | null | undefined, swap: boolean): string {
    if (waiting.for === 'anew') return `a${runName(waiting.run, swap)}`;
    const { desired, piece, rest, later } = waiting;
    const had = before === undefined ? 'u' : this.#vip(before, swap);
    const left = [piece, rest, later].map((one) => this.#operations(one, swap)).join('.');
    return `${waiting.for}${this.#id(desired, swap)}.${left}.${had}`;
  }

  #mail(mail: Mail, swap: boolean): string {
    switch (mail.type) {
      case 'wanted':
        return `w${this.#id(mail.desired, swap)}${mail.flush.join()}`;
      case 'reconcile':
        return `c${this.#id(mail.desired, swap)}.${this.#vip(mail.found, swap)}.${runName(mail.run, swap)}`;
      case 'make-anew':
        return `m${this.#id(mail.batch, swap)}${this.#id(mail.desired, swap)}`;
      case 'remaking':
        return 'r';
      case 'remade':
        return `d${mail.done}`;
      case 'go-on':
        return 'g';
    }
  }

  #run(run: Run, swap: boolean): string {
    const { planned, batch, pieces, asides, vip, skipped, has, done } = run;
    const found = [...has.values()].map((one) => this.#vip(one, swap)).join('.');
    const what = `${this.#planned(planned, swap)}:${batch}:${this.#operations(pieces, swap)}:${asides}:${vip}`;
    return `${what}:${this.#all([...skipped], swap)}:${found}:${done}`;
  }

  /** A plan follows from these. */
  #planned({ wanted, found }: PlannedPrefix, swap: boolean): string {
    return `${wanted.map((one) => this.#id(one, swap)).join('.')}/${found.map((one) => this.#vip(one, swap)).join('.')}`;
  }

  #ask({ from, operations, planned, mayDesert }: Ask, swap: boolean): string {
    return `${askerName(from, swap)}${this.#operations(operations, swap)}.${this.#id(planned, swap)}${mayDesert}`;
  }

  #all(texts: readonly string[], swap: boolean): string {
    const named = texts.map((text) => this.#named(text, swap));
    return (swap ? named.sort() : named).join('&');
  }

  #vpp(vpp: VppModel, swap: boolean): number {
    const ids = this.#known[swap ? 1 : 0];
    let id = ids.get(vpp);
    if (id === undefined) {
      const parts = [...vpp.vips.map(vipText), ...vpp.flows].map((text) => this.#named(text, swap));
      id = this.#number(`P${parts.sort().join()}`);
      ids.set(vpp, id);
    }
    return id;
  }

  #vip(vip: VipState | null, swap: boolean): number | string {
    return this.#id(vip, swap, vipText);
  }

  #operations(operations: readonly LbOperation[], swap: boolean): number | string {
    return operations.length === 0 ? '' : this.#id(operations, swap, operationsText);
  }

  /** A short name for a value that never changes. */
  #id<T extends object>(
    value: T | null,
    swap: boolean,
    text: (value: T) => string = JSON.stringify,
  ): number | string {
    if (value === null) return 'n';
    const ids = this.#known[swap ? 1 : 0];
    let id = ids.get(value);
    if (id === undefined) {
      id = this.#number(this.#named(text(value), swap));
      ids.set(value, id);
    }
    return id;
  }

  #number(text: string): number {
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    return id;
  }

  #named(text: string, swap: boolean): string {
    return swap ? text.replace(/192\.0\.2\.[12]|\bweb\b|\bapi\b/g, (one) => mirror[one] ?? one) : text;
  }
}

function flagsOf({ still, calm, forgot, retry, undisturbed }: State): string {
  return `${+still}${+calm}${+forgot}${+retry}${+undisturbed}`;
}

function vipText({ key, encap, tableLength, srcIpSticky, ases }: VipState): string {
  let text = `V${vipId(key)} ${encap} ${tableLength.value} ${tableLength.exact} ${srcIpSticky}`;
  for (const { address, weight } of ases) text += ` ${address}=${weight}`;
  return text;
}

/** Without what is only told: nobody does anything else for it. */
function operationsText(operations: readonly LbOperation[]): string {
  let text = 'O';
  for (const operation of operations) {
    const { op, key } = operation;
    text += `;${op} ${vipId(key)}`;
    if (op === 'vip-add') text += ` ${operation.encap} ${operation.tableLength} ${operation.srcIpSticky}`;
    if ('address' in operation) text += ` ${operation.address}`;
    if ('from' in operation) text += ` ${operation.from}`;
    if ('weight' in operation) text += ` ${operation.weight}`;
    if ('flush' in operation) text += ` ${operation.flush}`;
  }
  return text;
}

const mirror: Readonly<Record<string, string>> = {
  '192.0.2.1': '192.0.2.2',
  '192.0.2.2': '192.0.2.1',
  web: 'api',
  api: 'web',
};

function ordered<T>(list: readonly T[], swap: boolean): readonly T[] {
  return swap ? [...list].reverse() : list;
}

function runName(run: number | null, swap: boolean): string {
  return run === null ? '-' : String(swap ? 1 - run : run);
}

function askerName(from: Asker, swap: boolean): string {
  if (from === 'sync') return 's';
  return 'vip' in from ? `v${swap ? 1 - from.vip : from.vip}` : `p${swap ? 1 - from.prefix : from.prefix}`;
}
