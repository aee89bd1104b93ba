import type { SyncReport } from '../domain/syncs.js';
import type { ConfigAnswer } from '../protocol/config.js';
import type { OperatorAnswer } from '../protocol/operator.js';
import type { Fault } from './scenario.js';
import type { World } from './world.js';

/** Somebody who was not heard tries again after so long. */
const AGAIN_MS = 2000;
const PATIENCE = 400;

/** Does it once; `done` says whether that is all. */
type Job = (done: (isDone: boolean) => void) => boolean;

/**
 * An operator: does one thing after the other, and each until he is told that it is done. What he was told counts for
 * the truth from then on.
 */
export class Person {
  readonly #world: World;
  readonly #jobs: Job[] = [];
  #busy = false;

  constructor(world: World) {
    this.#world = world;
  }

  act({ backend, action }: Extract<Fault, { kind: 'operator' }>): void {
    const { truth } = this.#world;
    this.#do((done) => {
      if (action === 'pause' || action === 'resume')
        truth.words.says(`paused ${backend}`, action === 'pause');
      else truth.words.says(`enabled ${backend}`, action === 'enable');
      return this.#world.ask<OperatorAnswer>(
        `${action} ${backend}`,
        ({ ask, operator }) => ask(operator, { type: 'act-on-backend', name: backend, action, peer: 'lab' }),
        (answer, error) => {
          if (answer !== null) {
            if (action === 'resume' || action === 'enable') truth.begins(backend);
            truth.words.done(truth.configs, backend, action);
            for (const { obeyed } of this.#world.observers) obeyed?.(backend, action, answer.applied);
          }
          const isRefused = error?.code === 'MGL_BACKEND_DISABLED' || error?.code === 'MGL_BACKEND_UNKNOWN';
          done(isRefused || (answer !== null && isKept(answer)));
        },
      );
    });
  }

  weigh({ frontend, pool, backend, weight, flush }: Extract<Fault, { kind: 'weight' }>): void {
    const { truth } = this.#world;
    const place = { frontend, pool, backend };
    this.#do((done) => {
      truth.words.says(`weight ${frontend} ${pool} ${backend}`, weight);
      if (flush) truth.words.says(`flush ${frontend} ${pool} ${backend}`, true);
      return this.#world.ask<OperatorAnswer>(
        `weight ${frontend} ${pool} ${backend} ${weight}`,
        ({ ask, operator }) =>
          ask(operator, { type: 'set-weight', change: { ...place, weight }, flush, peer: 'lab' }),
        (answer, error) => {
          if (answer !== null) {
            truth.words.weightDone(truth.configs, place, weight);
            if (flush && weight === 0)
              for (const { obeyed } of this.#world.observers) obeyed?.(backend, 'flush', answer.applied);
          }
          const unknown = ['MGL_FRONTEND_UNKNOWN', 'MGL_POOL_UNKNOWN', 'MGL_BACKEND_UNKNOWN'];
          done(unknown.includes(error?.code ?? '') || (answer !== null && isKept(answer)));
        },
      );
    });
  }

  /** Whatever comes of it. */
  sync(frontend: string | null): void {
    this.#world.ask<SyncReport>(`sync ${frontend ?? 'all'}`, ({ ask, vpp }) =>
      vpp === null ? null : ask(vpp, { type: 'sync', frontend }),
    );
  }

  /** Has the file counted, unless it is broken. */
  reload(): void {
    const world = this.#world;
    this.#do((done) => {
      const fleet = world.fileFleet;
      if (fleet !== null) world.truth.mayCount(fleet);
      return world.ask<ConfigAnswer>(
        'reload',
        ({ ask, config }) => ask(config, { type: 'reload-config' }),
        (answer) => done(answer !== null && (answer.ok || world.fileFleet === null)),
      );
    });
  }

  #do(job: Job): void {
    this.#jobs.push(job);
    this.#world.errands++;
    this.#next();
  }

  #next(): void {
    const job = this.#busy ? undefined : this.#jobs.shift();
    if (job === undefined) return;
    this.#busy = true;
    this.#try(job, PATIENCE);
  }

  #try(job: Job, left: number): void {
    const { clock, process } = this.#world;
    let isOver = false;
    const over = (isDone: boolean) => {
      if (isOver) return;
      isOver = true;
      if (isDone || left <= 0) {
        this.#busy = false;
        this.#world.errands--;
        this.#next();
      } else clock.schedule(AGAIN_MS, () => this.#try(job, left - 1));
    };
    const pid = process?.pid;
    if (!job(over)) {
      over(false);
      return;
    }
    // Whoever is asked may be gone before he answers.
    const look = () => {
      if (isOver) return;
      if (this.#world.process?.pid !== pid) over(false);
      else clock.schedule(AGAIN_MS, look);
    };
    clock.schedule(AGAIN_MS, look);
  }
}

/** What is not on disk yet may be forgotten by a restart: whoever is told so says it again. */
function isKept({ warning }: OperatorAnswer): boolean {
  return warning === null || !/kept|disk/.test(warning);
}
