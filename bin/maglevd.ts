#!/usr/bin/env node
import { realClock } from '../actors/kernel/real-clock.js';
import { loadConfigFile } from '../config/load.js';
import { checkReport } from '../config/report.js';
import { runDaemon } from '../daemon/daemon.js';
import { type DaemonCommand, parseDaemonCommand } from '../daemon/flags.js';
import { jsonLog } from '../daemon/json-log.js';
import { asMaglevError } from '../domain/errors.js';
import { productVersion } from '../domain/version.js';

const complain = (line: string) => process.stderr.write(`${line}\n`);

// A reader of the log or the terminal that went away must not take the daemon with it.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

function commandOrExit(): DaemonCommand {
  try {
    return parseDaemonCommand(process.argv.slice(2), process.env);
  } catch (error) {
    const { code, message, advice } = asMaglevError(error);
    complain(`maglevd: ${message}\n${advice} [${code}]`);
    process.exit(64);
  }
}

async function main(command: DaemonCommand): Promise<number> {
  switch (command.kind) {
    case 'help':
      console.log(command.text);
      return 0;
    case 'version':
      console.log(`maglevd ${productVersion}`);
      return 0;
    case 'check': {
      const { lines, exitCode } = checkReport(await loadConfigFile(command.config));
      for (const line of lines) console.log(line);
      return exitCode;
    }
    case 'run': {
      const log = jsonLog(realClock, command.settings.logLevel, process.stdout);
      // A bug outside every actor. VPP goes on with what it has; a supervisor of the process starts maglevd again.
      const bug = (kind: string) => (error: unknown) => {
        log.log('error', 'failed', { kind, error: error instanceof Error ? error.stack : String(error) });
        process.exit(70);
      };
      process.on('uncaughtException', bug('uncaughtException'));
      process.on('unhandledRejection', bug('unhandledRejection'));
      const onSignal = (signal: NodeJS.Signals, handle: () => void) => {
        process.on(signal, handle);
      };
      return runDaemon(command.settings, { clock: realClock, log, complain, onSignal });
    }
  }
}

const exitCode = await main(commandOrExit());
// The log's last records are written before the process ends.
process.stdout.write('', () => process.exit(exitCode));
