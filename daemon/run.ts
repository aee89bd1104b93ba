import { realClock } from '../clock/real-clock.js';
import { journalPrefix } from '../program/journal.js';
import { lineLog } from '../program/line-log.js';
import { sinkOf } from '../program/line-sink.js';
import { lineFormat } from '../program/log-format.js';
import { outliveReaders, reasonOf } from '../program/output.js';
import { boundRepetitions } from '../program/repetitions.js';
import type { DaemonWorld } from './daemon.js';
import { endProcess } from './end-process.js';
import type { DaemonSettings } from './flags.js';

const BUG = 70;

const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Runs maglevd with its log on standard output, and gives the exit code. */
export async function run(settings: DaemonSettings, onSignal: DaemonWorld['onSignal']): Promise<number> {
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
