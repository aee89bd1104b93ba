import { realClock } from '../actors/kernel/real-clock.js';
import { loadConfigFile } from '../config/load.js';
import { checkReport } from '../config/report.js';
import { asMaglevError } from '../domain/errors.js';
import { productVersion } from '../domain/version.js';
import { type DaemonWorld, runDaemon } from './daemon.js';
import { endProcess } from './end-process.js';
import { type DaemonCommand, parseDaemonCommand } from './flags.js';
import { jsonLog } from './json-log.js';

const USAGE = 64;
const BUG = 70;

const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Does what the command line says, and gives the exit code; see docs/user-guide.md. */
export async function main(onSignal: DaemonWorld['onSignal']): Promise<number> {
  // A reader of the log or the terminal that went away must not take the daemon with it.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  let command: DaemonCommand;
  try {
    command = parseDaemonCommand(process.argv.slice(2), process.env);
  } catch (error) {
    const { code, message, advice } = asMaglevError(error);
    complain(`maglevd: ${message}\n${advice} [${code}]`);
    return USAGE;
  }
  switch (command.kind) {
    case 'help':
      return printed([command.text], 0);
    case 'version':
      return printed([`maglevd ${productVersion}`], 0);
    case 'check': {
      const { lines, exitCode } = checkReport(await loadConfigFile(command.config));
      return printed(lines, exitCode);
    }
    case 'run': {
      const log = jsonLog(realClock, command.settings.logLevel, process.stdout);
      // A bug outside every actor. VPP goes on with what it has; a supervisor of the process starts maglevd again.
      const releases: (() => void)[] = [];
      const releaseAll = () => {
        for (const release of releases) release();
      };
      const bug = (kind: string) => (error: unknown) => {
        log.log('error', 'failed', {
          kind,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        releaseAll();
        endProcess(BUG);
      };
      process.on('uncaughtException', bug('uncaughtException'));
      process.on('unhandledRejection', bug('unhandledRejection'));
      const atEnd = (release: () => void) => releases.push(release);
      const world = { clock: realClock, log, complain, onSignal, atEnd };
      return runDaemon(command.settings, world).finally(releaseAll);
    }
  }
}

/**
 * Prints, and gives the exit code: that one, or 1 instead of 0 when the lines went nowhere, as on a full disk. A reader
 * that has seen enough is no failure.
 */
function printed(lines: readonly string[], exitCode: number): Promise<number> {
  return new Promise((resolve) => {
    process.stdout.write(lines.map((line) => `${line}\n`).join(''), (error) => {
      const lost = error != null && !('code' in error && error.code === 'EPIPE');
      if (lost) complain(`maglevd: cannot write to standard output: ${error.message}`);
      resolve(lost && exitCode === 0 ? 1 : exitCode);
    });
  });
}
