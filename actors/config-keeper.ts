import type { ConfigIssue, ConfigVerdict, MaglevConfig } from '../domain/config.js';
import { COMPARED_A_TURN, type ConfigPurpose, comparing, withFrontends } from '../domain/config-changes.js';
import { verdictNews } from '../domain/config-news.js';
import { asMaglevError } from '../domain/errors.js';
import { Rounds } from '../domain/rounds.js';
import { inTurns } from '../domain/turns.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { Address, Reply } from '../protocol/address.js';
import type {
  ConfigAnswer,
  ConfigChanged,
  ConfigConsidered,
  ConfigControl,
  ConfigRead,
  LoadConfig,
  ReadConfig,
} from '../protocol/config.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ActorSpec } from './kernel/contract.js';
import { answerWith, settle } from './kernel/question.js';
import { byType, Life } from './life.js';
import { tellNews } from './news.js';

/** Where the running config is. Only the config-keeper writes it. */
export interface ConfigCell {
  running: MaglevConfig;
  /** What its check warned of. */
  warnings: readonly ConfigIssue[];
}

export interface ConfigKeeperOptions {
  /** Outlives this actor and its supervisors: only a process that ends forgets the running config. */
  readonly cell: ConfigCell;
  /** How the file is called, for messages. */
  readonly file: string;
  /** Reads and checks the file; again where one reading is not enough beside what runs. Rejects never, or with a bug. */
  readonly load: LoadConfig;
  /** Reads and checks a file once. Rejects never, or with a bug. */
  readonly read: ReadConfig;
  /** Who knows the memory of the VPP that is governed. */
  readonly vpp: Address<Extract<VppControl, { type: 'get-memory' }>>;
  /** Told of every new running config, and asked what another one would do to the words of operators. */
  readonly report: Address<ConfigChanged | ConfigConsidered>;
}

/** How long an answer waits for what becomes of the words of operators. */
const WORDS_MS = 5_000;

const unheard = { ok: () => false, fail: () => false };

type Purpose = Exclude<ConfigPurpose, 'look'>;

type KeeperMessage =
  | ConfigControl
  | { readonly type: 'read'; readonly purpose: Purpose; readonly verdict: ConfigVerdict }
  | { readonly type: 'over'; readonly purpose: Purpose; readonly outcome: ConfigAnswer | Error };

/** The vpp supervisor may be ending a session just then; a reload does not wait for that. */
const MEMORY_TOLD_MS = 500;

/**
 * Holds the running config. A reload is all or nothing: an invalid file changes nothing, and says why. The running
 * config survives a crash of this actor: going back to an older one, or on to an unchecked one, would be worse.
 *
 * The file is read beside: whoever wants to know the running config does not wait for a disk or a large file.
 */
export function configKeeperActor(options: ConfigKeeperOptions): ActorSpec<KeeperMessage> {
  return {
    name: 'config-keeper',
    start: (context) => {
      const keeper = new ConfigKeeper(context, options);
      keeper.tell();
      return keeper;
    },
  };
}

class ConfigKeeper extends Life<KeeperMessage, ConfigKeeperOptions> {
  readonly #rounds = {
    check: new Rounds<Reply<ConfigAnswer>>(),
    reload: new Rounds<Reply<ConfigAnswer>>(),
  };

  readonly receive = byType<KeeperMessage>({
    'get-config': ({ reply }) => reply.ok(this.options.cell.running),
    'get-warnings': ({ reply }) => reply.ok(this.options.cell.warnings),
    'check-config': ({ reply }) => this.#rounds.check.join(reply) && this.#begin('check'),
    'reload-config': ({ reply }) => this.#rounds.reload.join(reply) && this.#begin('reload'),
    'read-config': ({ file, reply }) => answerWith(this.#look(file ?? this.options.file), reply),
    read: ({ purpose, verdict }) => this.#judge(purpose, verdict),
    over: ({ purpose, outcome }) => this.#end(purpose, outcome),
  });

  /** Tells of the running config; at a start for the case that the last incarnation failed before it did. */
  tell(): void {
    this.options.report.tell({ type: 'config-changed', config: this.options.cell.running, reply: unheard });
  }

  #begin(purpose: Purpose): void {
    const { load, cell } = this.options;
    if (purpose === 'reload') this.context.log.log('info', 'config-reload-start');
    this.context.pipe(
      load(
        () => cell.running,
        () => this.#memory(),
      ),
      (verdict) => ({ type: 'read', purpose, verdict }),
      (outcome) => ({ type: 'over', purpose, outcome }),
    );
  }

  /** Nothing that it finds counts: no second reading is worth the wait. */
  async #look(file: string): Promise<ConfigRead> {
    const { read, cell } = this.options;
    const found = await read(file, await this.#memory());
    const verdict = withFrontends(found, cell.running, file, 'look');
    if (!verdict.ok) return verdict;
    return { ...verdict, changes: await inTurns(comparing(cell.running, verdict.config), COMPARED_A_TURN) };
  }

  /** null: there is no VPP, or it is not known. */
  async #memory(): Promise<VppMemory | null> {
    const limit = { timeoutMs: MEMORY_TOLD_MS };
    return this.context.ask(this.options.vpp, { type: 'get-memory' }, limit).catch(() => null);
  }

  #end(purpose: Purpose, outcome: ConfigAnswer | Error): void {
    const { askers, another } = this.#rounds[purpose].end();
    const answer = outcome instanceof Error ? asMaglevError(outcome) : outcome;
    if (answer instanceof Error && purpose === 'reload') {
      const { code, message: error } = answer;
      this.context.log.log('error', 'config-reload-done', { ok: false, code, error });
    }
    for (const reply of askers) settle(reply, answer);
    if (another) this.#begin(purpose);
  }

  /** A check says what a reload would. */
  #judge(purpose: Purpose, read: ConfigVerdict): void {
    const { cell, file } = this.options;
    const before = cell.running;
    const verdict = withFrontends(read, before, file, purpose);
    tellNews(this.context.log, verdictNews(verdict, purpose === 'reload'));
    if (!verdict.ok) {
      this.#end(purpose, verdict);
      return;
    }
    if (purpose === 'reload') {
      cell.running = verdict.config;
      cell.warnings = verdict.warnings;
    }
    const type = purpose === 'reload' ? 'config-changed' : 'config-considered';
    const question = { type, config: verdict.config } as const;
    // The config is in force all the same; the log has why they are not known.
    const words = this.context.ask(this.options.report, question, { timeoutMs: WORDS_MS }).catch(() => null);
    // While it comes into force: nobody waits for what is only told.
    const changes = inTurns(comparing(before, verdict.config), COMPARED_A_TURN);
    this.context.pipe(Promise.all([words, changes]), ([words, changes]) => {
      return { type: 'over', purpose, outcome: { ...verdict, changes, words } };
    });
  }
}
