import type { PlannedPrefix } from '../../domain/plan-sync.js';
import { inputsText } from './deciding.js';
import type { Ask, Asker, Mail, Reconciler, Run, State, Waiting } from './state.js';

/**
 * Writes a state so that two are written alike when the same can happen in both. What nobody can tell apart is left
 * out: numbers of reads and writes but for their order, and what is only shown to people.
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
    const { inputs, queue, pipe, jobs, sync, vpp } = state;
    const { urgent, waiting, underWayMs, overtakenMs } = queue.all;
    const flags = [state.faults, state.still, state.calm, state.forgot, state.retry, state.undisturbed]
      .map(Number)
      .join('');
    const recs = places.map((place) => state.recs[place]);
    const reading = sync?.order ?? pipe.find(({ ask }) => ask.from === 'sync')?.order ?? null;
    const jobText = (job: { readonly frontend: string | null; readonly cause: string } | null) =>
      job === null ? '-' : `${this.#named(job.frontend ?? '', swap)}${job.cause}`;
    return [
      flags,
      inputsText(inputs),
      this.#all([...state.foreign], swap),
      this.#all([...state.knownFailures], swap),
      ordered(vpp.vips, swap)
        .map((vip) => this.#id(vip, swap))
        .join(),
      this.#all([...vpp.flows].sort(), swap),
      places.map((place) => this.#id(state.standing.decision.vips[place] ?? null, swap)).join(),
      `${Math.round(underWayMs * 100)}/${Math.round(overtakenMs * 100)}`,
      urgent.map((ask) => this.#ask(ask, swap)).join(),
      waiting.map((ask) => this.#ask(ask, swap)).join(),
      pipe.map(({ ask }) => this.#ask(ask, swap)).join(),
      jobs.all.waiting.map(jobText).join(),
      jobText(jobs.all.running),
      sync === null
        ? '-'
        : [
            sync.pass,
            sync.order === null
              ? 'r'
              : ordered(sync.found, swap)
                  .map((vip) => this.#id(vip, swap))
                  .join(),
            ordered(sync.runs, swap && sync.runs.length > 1)
              .map((run) => this.#run(run, swap))
              .join(';'),
            this.#all(sync.failures, swap),
          ].join('!'),
      ...recs.map((rec) => (rec === undefined ? '-' : this.#rec(rec, reading, swap))),
    ].join('|');
  }

  #rec(
    { vip, desired, looked, work, waiting, mail }: Reconciler,
    reading: number | null,
    swap: boolean,
  ): string {
    const { known, order, made, owed, pledged } = vip.all;
    return [
      known === undefined ? 'u' : this.#id(known, swap),
      reading !== null && order >= reading ? 'late' : '',
      made.vip === null ? '' : this.#id(made.vip, swap),
      [...made.servers.values()].map((as) => this.#id(as, swap)).join('+'),
      [...owed].join('+'),
      [...pledged].join('+'),
      this.#id(desired, swap),
      looked ? 1 : 0,
      work === null
        ? '-'
        : `${work.sync === null ? 'd' : `s${runName(work.sync.run, swap)}`}${this.#all(work.failures, swap)}`,
      waiting === null ? '-' : this.#wait(waiting, swap),
      mail.map((one) => this.#mail(one, swap)).join('+'),
    ].join(',');
  }

  #wait(waiting: Waiting, swap: boolean): string {
    if (waiting.for === 'anew') return `a${runName(waiting.run, swap)}`;
    const { desired, piece, from, rest, later } = waiting;
    const had = from === undefined ? 'u' : this.#id(from, swap);
    return `${waiting.for}${[desired, piece, rest, later].map((one) => this.#id(one, swap)).join('.')}.${had}`;
  }

  #mail(mail: Mail, swap: boolean): string {
    switch (mail.type) {
      case 'wanted':
        return `w${this.#id(mail.desired, swap)}${mail.flush.join()}`;
      case 'reconcile':
        return `c${this.#id(mail.desired, swap)}.${this.#id(mail.found, swap)}.${runName(mail.run, swap)}`;
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
    const found = [...has.values()].map((one) => this.#id(one, swap)).join('.');
    const what = `${this.#planned(planned, swap)}:${batch}:${this.#id(pieces, swap)}:${asides}:${vip}`;
    return `${what}:${this.#all([...skipped], swap)}:${found}:${done}`;
  }

  /** A plan follows from these. */
  #planned({ wanted, found }: PlannedPrefix, swap: boolean): string {
    return `${wanted.map((one) => this.#id(one, swap)).join('.')}/${found.map((one) => this.#id(one, swap)).join('.')}`;
  }

  #ask({ from, operations, planned, mayDesert }: Ask, swap: boolean): string {
    return `${askerName(from, swap)}${this.#id(operations, swap)}.${this.#id(planned, swap)}${mayDesert}`;
  }

  #all(texts: readonly string[], swap: boolean): string {
    const named = texts.map((text) => this.#named(text, swap));
    return (swap ? named.sort() : named).join('&');
  }

  /** A short name for a value that never changes. */
  #id(value: object | null, swap: boolean): number | string {
    if (value === null) return 'n';
    const ids = this.#known[swap ? 1 : 0];
    let id = ids.get(value);
    if (id === undefined) {
      id = this.#number(this.#named(JSON.stringify(value), swap));
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
