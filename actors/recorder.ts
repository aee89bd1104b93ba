import { ClockJumps } from '../domain/clock-jump.js';
import { asMaglevError } from '../domain/errors.js';
import type { FlightRecord, MissingPart, RecordedActor, RecordedProgram } from '../domain/flight-record.js';
import type { SyncRecord } from '../domain/syncs.js';
import type { RecorderRequest, RecordStore } from '../protocol/recorder.js';
import type { RpcTargets } from '../protocol/rpc.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { answerWith } from './kernel/question.js';
import { byType, Life } from './life.js';

/** What the process knows and no actor does. */
export interface RecorderOptions {
  readonly program: Omit<RecordedProgram, 'configFile' | 'vpp'>;
  /** A look at the whole tree, which asks no actor; null: it is not there. */
  readonly describe: () => RecordedActor | null;
  readonly store: RecordStore;
}

export interface RecorderParts extends RecorderOptions {
  readonly configFile: string;
  readonly targets: Pick<RpcTargets, 'config' | 'events' | 'views' | 'operator' | 'health' | 'vpp'>;
}

type RecorderMessage =
  | RecorderRequest
  | { readonly type: 'look-at-clock' }
  /** In a file of this name; or why not. */
  | { readonly type: 'kept'; readonly in: string | Error };

/** A part that takes longer is left out. */
const PART_MS = 3000;
const EVENTS = 10_000;

/** How often the clock is looked at. */
const LOOK_MS = 1000;

/**
 * The flight recorder: gathers from all others what they remember of the last minutes, when somebody asks. It also tells
 * when the clock of this machine was set, which nobody else would know of.
 */
export function recorderActor(options: RecorderParts): ActorSpec<RecorderMessage> {
  return { name: 'recorder', start: (context) => new Recorder(context, options) };
}

class Recorder extends Life<RecorderMessage, RecorderParts> {
  #keeping = false;
  readonly #jumps = new ClockJumps();

  constructor(context: Context<RecorderMessage>, options: RecorderParts) {
    super(context, options);
    context.every(LOOK_MS, { type: 'look-at-clock' }, { immediate: true });
  }

  readonly receive = byType<RecorderMessage>({
    'look-at-clock': () => {
      const { clock, log } = this.context;
      const jumpMs = this.#jumps.look(clock.now(), clock.monotonic());
      if (jumpMs !== null) log.log('warn', 'clock-jump', { jumpMs });
    },
    'take-record': ({ by, reply }) => answerWith(this.#take(by), reply),
    'keep-record': () => {
      if (this.#keeping) return;
      this.#keeping = true;
      this.context.pipe(
        this.#take('signal').then((record) => this.options.store.keep(record)),
        (file) => ({ type: 'kept', in: file }),
        (error) => ({ type: 'kept', in: error }),
      );
    },
    kept: ({ in: file }) => {
      const { log } = this.context;
      this.#keeping = false;
      if (file instanceof Error) log.log('error', 'flight-not-recorded', { error: file.message });
      else log.log('info', 'flight-recorded', { file });
    },
  });

  async #take(by: string): Promise<FlightRecord> {
    const { ask, clock } = this.context;
    const { program, configFile, describe } = this.options;
    const { config, events, views, operator, health, vpp } = this.options.targets;
    const at = clock.now();
    const limit = { timeoutMs: PART_MS };
    const missing: MissingPart[] = [];
    const part = <T>(name: string, answer: Promise<T>): Promise<T | null> =>
      answer.catch((thrown: unknown) => {
        const { code, message } = asMaglevError(thrown);
        missing.push({ part: name, code, error: message });
        return null;
      });
    const syncsOf = async (from: NonNullable<typeof vpp>): Promise<readonly SyncRecord[]> => {
      const list = await ask(from, { type: 'list-syncs' }, limit);
      // One that is forgotten in between is not missed.
      const kept = list.map(({ id }) => ask(from, { type: 'get-sync', id }, limit).catch(() => null));
      return (await Promise.all(kept)).filter((sync) => sync !== null);
    };
    const [running, told, frontends, overrides, backends, numbers, reads, syncs] = await Promise.all([
      part('config', ask(config, { type: 'get-config' }, limit)),
      part('events', ask(events, { type: 'list-events', count: EVENTS }, limit)),
      part('frontends', ask(views, { type: 'list-frontends' }, limit)),
      part('overrides', ask(operator, { type: 'list-overrides' }, limit)),
      part('backends', ask(health, { type: 'list-details' }, limit)),
      part('probes', ask(health, { type: 'get-probe-numbers' }, limit)),
      vpp === null ? [] : part('vpp-reads', ask(vpp, { type: 'list-reads' }, limit)),
      vpp === null ? [] : part('syncs', syncsOf(vpp)),
    ]);
    return {
      at,
      by,
      program: { ...program, configFile, vpp: vpp !== null },
      config: running,
      overrides,
      backends,
      probes: numbers === null ? null : (name) => numbers.reading(name)?.last() ?? [],
      frontends,
      reads,
      syncs,
      events: told?.events ?? null,
      actors: describe(),
      missing,
    };
  }
}
