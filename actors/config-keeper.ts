import type { ConfigVerdict, MaglevConfig } from '../domain/config.js';
import { asMaglevError } from '../domain/errors.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { Address, Reply } from '../protocol/address.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ActorSpec, Context } from './kernel/contract.js';
import { Rounds } from './rounds.js';
import { readSettled } from './settled-file.js';

/** Where the running config is. Only the config-keeper writes it. */
export interface ConfigCell {
  running: MaglevConfig;
}

export interface ConfigKeeperOptions {
  /** Outlives this actor and its supervisors: only a process that ends forgets the running config. */
  readonly cell: ConfigCell;
  /** How the file is called, for messages. */
  readonly file: string;
  /** Reads and checks the file, for a VPP with this memory. Rejects never, or with a bug. */
  readonly load: (memory: VppMemory | null) => Promise<ConfigVerdict>;
  /** Who knows the memory of the VPP that is governed. */
  readonly vpp: Address<Extract<VppControl, { type: 'get-memory' }>>;
  /** Told of every new running config. */
  readonly report: Address<ConfigChanged>;
}

type Purpose = 'check' | 'reload';

type KeeperMessage =
  | ConfigControl
  | { readonly type: 'file-read'; readonly purpose: Purpose; readonly verdict: ConfigVerdict }
  | { readonly type: 'file-failed'; readonly purpose: Purpose; readonly error: Error };

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

class ConfigKeeper {
  private readonly rounds = { check: new Rounds<ConfigVerdict>(), reload: new Rounds<ConfigVerdict>() };

  constructor(
    private readonly context: Context<KeeperMessage>,
    private readonly options: ConfigKeeperOptions,
  ) {}

  receive(message: KeeperMessage): void {
    switch (message.type) {
      case 'get-config':
        message.reply.ok(this.options.cell.running);
        break;
      case 'check-config':
        if (this.rounds.check.join(message.reply)) this.begin('check');
        break;
      case 'reload-config':
        if (this.rounds.reload.join(message.reply)) this.begin('reload');
        break;
      case 'file-read': {
        const { purpose, verdict } = message;
        const outcome = purpose === 'reload' ? this.reload(verdict) : this.check(verdict);
        this.end(purpose, (reply) => reply.ok(outcome));
        break;
      }
      case 'file-failed': {
        const { purpose } = message;
        const error = asMaglevError(message.error);
        if (purpose === 'reload') {
          const { code, message: text } = error;
          this.context.log.log('error', 'config-reload-done', { ok: false, code, error: text });
        }
        this.end(purpose, (reply) => reply.fail(error));
        break;
      }
    }
  }

  /** Tells of the running config; at a start for the case that the last incarnation failed before it did. */
  tell(): void {
    this.options.report.tell({ type: 'config-changed', config: this.options.cell.running });
  }

  private begin(purpose: Purpose): void {
    const { load, file, cell } = this.options;
    const { clock, log } = this.context;
    if (purpose === 'reload') log.log('info', 'config-reload-start');
    this.context.pipe(
      readSettled({
        file,
        load: async () => load(await this.memory()),
        running: () => cell.running,
        wait: (ms) => new Promise((resolve) => clock.schedule(ms, resolve)),
      }),
      (verdict) => ({ type: 'file-read', purpose, verdict }),
      (error) => ({ type: 'file-failed', purpose, error }),
    );
  }

  /** null: there is no VPP, or it is not known. */
  private async memory(): Promise<VppMemory | null> {
    const limit = { timeoutMs: MEMORY_TOLD_MS };
    return this.context.ask(this.options.vpp, { type: 'get-memory' }, limit).catch(() => null);
  }

  private end(purpose: Purpose, answer: (reply: Reply<ConfigVerdict>) => void): void {
    const { askers, another } = this.rounds[purpose].end();
    for (const reply of askers) answer(reply);
    if (another) this.begin(purpose);
  }

  /** Says what a reload would. */
  private check(loaded: ConfigVerdict): ConfigVerdict {
    const { cell, file } = this.options;
    const verdict = sane(loaded, cell.running, file, 'valid, but a reload would be refused: ');
    if (!verdict.ok) logRefusal(this.context, verdict, false);
    return verdict;
  }

  private reload(loaded: ConfigVerdict): ConfigVerdict {
    const { cell, file } = this.options;
    const verdict = sane(loaded, cell.running, file, '');
    if (verdict.ok) {
      cell.running = verdict.config;
      logAccepted(this.context, verdict);
      this.tell();
    } else {
      logRefusal(this.context, verdict, true);
      this.context.log.log('error', 'config-reload-done', { ok: false, stage: verdict.stage });
    }
    return verdict;
  }
}

/**
 * A running load balancer does not lose its last VIP by a reload: a file that was cut off while it was written is
 * valid YAML, and would take every service down. `preface` begins the refusal.
 */
function sane(verdict: ConfigVerdict, running: MaglevConfig, file: string, preface: string): ConfigVerdict {
  const before = running.frontends.size;
  if (!verdict.ok || verdict.config.frontends.size > 0 || before === 0) return verdict;
  const message = `${preface}there are no frontends, but ${before} are running: a reload does not remove them all; restart maglevd to do that`;
  const place = { file, line: 0, column: 0 };
  const issues = [{ place, path: 'maglev.frontends', message }];
  return { ok: false, stage: 'semantic', issues, warnings: verdict.warnings };
}

function logAccepted(
  context: Pick<Context<never>, 'log'>,
  verdict: Extract<ConfigVerdict, { ok: true }>,
): void {
  const { config, warnings } = verdict;
  for (const { place, path, message } of warnings) {
    context.log.log('warn', 'config-warning', { ...place, path, warning: message });
  }
  context.log.log('info', 'config-reload-done', {
    ok: true,
    frontends: config.frontends.size,
    backends: config.backends.size,
    warnings: warnings.length,
  });
}

function logRefusal(
  context: Pick<Context<never>, 'log'>,
  verdict: Extract<ConfigVerdict, { ok: false }>,
  reload: boolean,
): void {
  const { stage } = verdict;
  for (const { place, path, message } of verdict.issues) {
    context.log.log('error', 'config-check-failed', { reload, stage, ...place, path, error: message });
  }
}
