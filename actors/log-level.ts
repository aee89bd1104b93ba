import { levelRanks } from '../domain/event-filter.js';
import type { Address } from '../protocol/address.js';
import type { Cancel } from '../protocol/clock.js';
import type { LogLevel, LogLevelRequest, LogLevelState, PrintFrom } from '../protocol/log.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { byType, Life } from './life.js';

export interface LogLevelOptions {
  /** What maglevd was started with. */
  readonly configured: LogLevel;
  /** Whoever prints the log. */
  readonly printer: Address<PrintFrom>;
}

type LogLevelMessage = LogLevelRequest | { readonly type: 'over' };

/** Knows at which level the log is printed, and ends what was asked for a while only. After a crash it is as at the start. */
export function logLevelActor(options: LogLevelOptions): ActorSpec<LogLevelMessage> {
  return { name: 'log-level', start: (context) => new LogLevels(context, options) };
}

class LogLevels extends Life<LogLevelMessage, LogLevelOptions> {
  #state: LogLevelState;
  #end: Cancel = () => {};

  constructor(context: Context<LogLevelMessage>, options: LogLevelOptions) {
    super(context, options);
    const { configured, printer } = options;
    this.#state = { level: configured, configured, until: null };
    printer.tell({ type: 'print-from', level: configured });
  }

  readonly receive = byType<LogLevelMessage>({
    'get-log-level': ({ reply }) => reply.ok(this.#state),
    'set-log-level': ({ level, forMs, peer, reply }) => {
      this.#set(level, forMs, { why: 'asked', forMs: forMs ?? undefined, peer });
      reply.ok(this.#state);
    },
    over: () => this.#set(this.options.configured, null, { why: 'over' }),
  });

  #set(
    level: LogLevel,
    forMs: number | null,
    told: { readonly why: 'asked' | 'over'; readonly forMs?: number | undefined; readonly peer?: string },
  ): void {
    const { clock, log } = this.context;
    const { configured, printer } = this.options;
    const before = this.#state.level;
    this.#end();
    this.#end = forMs === null ? () => {} : this.context.after(forMs, { type: 'over' });
    this.#state = { level, configured, until: forMs === null ? null : clock.now() + forMs };
    const tell = () => log.log('info', 'log-level', { level, before, ...told });
    // The log itself should have it: told at whichever of the two prints more.
    const less = levelRanks[level] > levelRanks[before];
    if (less) tell();
    printer.tell({ type: 'print-from', level });
    if (!less) tell();
  }
}
