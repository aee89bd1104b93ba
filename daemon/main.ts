import { realClock } from '../clock/real-clock.js';
import { asMaglevError } from '../domain/errors.js';
import { hashOfToken, tokenRule } from '../domain/token-list.js';
import { versionLine } from '../program/build-info.js';
import { journalPrefix } from '../program/journal.js';
import { lineLog } from '../program/line-log.js';
import { sinkOf } from '../program/line-sink.js';
import { lineFormat } from '../program/log-format.js';
import { outliveReaders, reasonOf, runPrinting } from '../program/output.js';
import { boundRepetitions } from '../program/repetitions.js';
import type { DaemonWorld } from './daemon.js';
import { endProcess } from './end-process.js';
import { type DaemonCommand, type DaemonSettings, parseDaemonCommand } from './flags.js';

const USAGE = 64;
const BUG = 70;

const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Does what the command line says, and gives the exit code; see docs/user-guide.md. */
export function main(onSignal: DaemonWorld['onSignal']): Promise<number> {
  let command: DaemonCommand;
  try {
    command = parseDaemonCommand(process.argv.slice(2), process.env);
  } catch (error) {
    const { code, message, advice } = asMaglevError(error);
    return printing([], USAGE, `maglevd: ${message}\n${advice} [${code}]`);
  }
  switch (command.kind) {
    case 'help':
      return printing([command.text], 0);
    case 'hash-token':
      return runPrinting('maglevd', hashToken);
    case 'schema':
      return runPrinting('maglevd', async () => {
        const { editorSchema } = await import('../config/editor-schema.js');
        print([JSON.stringify(editorSchema(), null, 2)]);
        return 0;
      });
    case 'version':
      return printing([versionLine('maglevd')], 0);
    case 'check': {
      const { config } = command;
      return runPrinting('maglevd', async () => {
        // The yaml library looks for a debug variable at every token, and to look into the real environment is dear.
        process.env = {};
        const { checkConfigFile } = await import('../config/load.js');
        const { checkReport } = await import('../config/report.js');
        const { lines, exitCode } = checkReport(await checkConfigFile(config));
        print(lines);
        return exitCode;
      });
    }
    case 'plan': {
      const { config, vppApiAddress } = command;
      return runPrinting('maglevd', async () => {
        const { planOffline } = await import('./plan-offline.js');
        const { lines, exitCode } = await planOffline(config, vppApiAddress, realClock);
        print(lines);
        return exitCode;
      });
    }
    case 'run':
      return run(command.settings, onSignal);
  }
}

/** What takes long to load is loaded by whoever needs it: a version is told at once. */
async function run(settings: DaemonSettings, onSignal: DaemonWorld['onSignal']): Promise<number> {
  outliveReaders();
  const printer = lineLog({
    clock: realClock,
    level: settings.logLevel,
    sink: sinkOf(process.stdout),
    format: lineFormat(settings.logFormat, process.stdout, process.env),
    prefix: journalPrefix(process.env, process.stdout.fd),
    onFailure: (error) =>
      complain(`maglevd: the log cannot be written: ${reasonOf(error)}; what is lost is counted in the log`),
  });
  // A bug outside every actor. VPP goes on with what it has; a supervisor of the process starts maglevd again.
  const log = boundRepetitions(printer, realClock);
  const releases: (() => void)[] = [log.flush];
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
  const world = { clock: realClock, log, printFrom: printer.setLevel, complain, onSignal, atEnd };
  const { runDaemon } = await import('./daemon.js');
  return runDaemon(settings, world).finally(releaseAll);
}

/** Prints the form in which the token on standard input is kept. */
async function hashToken(): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const token = Buffer.concat(chunks)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  const wrong = tokenRule(token);
  if (wrong === null) {
    print([`sha256:${hashOfToken(token)}`]);
    return 0;
  }
  complain(`maglevd: the token on standard input ${wrong}`);
  return USAGE;
}

function printing(lines: readonly string[], exitCode: number, complaint?: string): Promise<number> {
  return runPrinting('maglevd', () => {
    print(lines);
    if (complaint !== undefined) complain(complaint);
    return exitCode;
  });
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
