import type { ConfigVerdict, MaglevConfig } from '../domain/config.js';
import type { Address } from '../protocol/address.js';
import type { ConfigChanged, ConfigControl } from '../protocol/config.js';
import type { ActorSpec, Context } from './kernel/contract.js';

/** Where the running config is. Only the config-keeper writes it. */
export interface ConfigCell {
  running: MaglevConfig;
}

export interface ConfigKeeperOptions {
  /** Outlives this actor and its supervisors: only a process that ends forgets the running config. */
  readonly cell: ConfigCell;
  /** How the file is called, for messages. */
  readonly file: string;
  /** Reads and checks the file. Rejects never, or with a bug. */
  readonly load: () => Promise<ConfigVerdict>;
  /** Told of every new running config. */
  readonly report: Address<ConfigChanged>;
}

/**
 * Holds the running config. A reload is all or nothing: an invalid file changes nothing, and says why. The running
 * config survives a crash of this actor: going back to an older one, or on to an unchecked one, would be worse.
 */
export function configKeeperActor(options: ConfigKeeperOptions): ActorSpec<ConfigControl> {
  const { cell } = options;
  return {
    name: 'config-keeper',
    mailbox: { kind: 'reject', capacity: 100 },
    start: (context) => {
      // For the case that the last incarnation failed between accepting a config and telling of it.
      options.report.tell({ type: 'config-changed', config: cell.running });
      return { receive: (message) => receive(context, message) };
    },
  };

  async function receive(context: Context<ConfigControl>, message: ConfigControl): Promise<void> {
    switch (message.type) {
      case 'get-config':
        message.reply.ok(cell.running);
        break;
      case 'check-config': {
        const verdict = await options.load();
        if (!verdict.ok) logRefusal(context, verdict);
        message.reply.ok(verdict);
        break;
      }
      case 'reload-config': {
        context.log.log('info', 'config-reload-start');
        const verdict = sane(await options.load(), cell.running, options.file);
        if (verdict.ok) {
          cell.running = verdict.config;
          logAccepted(context, verdict);
          options.report.tell({ type: 'config-changed', config: cell.running });
        } else {
          logRefusal(context, verdict);
          context.log.log('error', 'config-reload-done', { ok: false, stage: verdict.stage });
        }
        message.reply.ok(verdict);
        break;
      }
    }
  }
}

/**
 * A running load balancer does not lose its last VIP by a reload: a file that was cut off while it was written is
 * valid YAML, and would take every service down.
 */
function sane(verdict: ConfigVerdict, running: MaglevConfig, file: string): ConfigVerdict {
  const before = running.frontends.size;
  if (!verdict.ok || verdict.config.frontends.size > 0 || before === 0) return verdict;
  const message = `there are no frontends, but ${before} are running: a reload does not remove them all; restart maglevd to do that`;
  const place = { file, line: 0, column: 0 };
  const issues = [{ place, path: 'maglev.frontends', message }];
  return { ok: false, stage: 'semantic', issues, warnings: verdict.warnings };
}

function logAccepted(context: Context<never>, verdict: Extract<ConfigVerdict, { ok: true }>): void {
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

function logRefusal(context: Context<never>, verdict: Extract<ConfigVerdict, { ok: false }>): void {
  for (const { place, path, message } of verdict.issues) {
    context.log.log('error', 'config-check-failed', { stage: verdict.stage, ...place, path, error: message });
  }
}
