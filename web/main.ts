import { realClock } from '../clock/real-clock.js';
import { asMaglevError } from '../domain/errors.js';
import { versionLine } from '../program/build-info.js';
import { lineLog } from '../program/line-log.js';
import { sinkOf } from '../program/line-sink.js';
import { lineFormat } from '../program/log-format.js';
import { outliveReaders, runPrinting } from '../program/output.js';
import { type FrontendCommand, type FrontendSettings, parseFrontendCommand } from './flags.js';

const USAGE = 64;
const FAILED = 1;
const program = 'maglevd-frontend';

/** Does what the command line says, and gives the exit code. `ending` resolves when it is to end. */
export function main(ending: Promise<string>): Promise<number> {
  let command: FrontendCommand;
  try {
    command = parseFrontendCommand(process.argv.slice(2), process.env);
  } catch (thrown) {
    complain(thrown);
    return runPrinting(program, () => USAGE);
  }
  switch (command.kind) {
    case 'help':
      return printing(command.text);
    case 'version':
      return printing(versionLine(program));
    case 'run':
      return run(command.settings, ending);
  }
}

async function run(settings: FrontendSettings, ending: Promise<string>): Promise<number> {
  outliveReaders();
  const log = lineLog({
    clock: realClock,
    level: settings.logLevel,
    sink: sinkOf(process.stdout),
    format: lineFormat(settings.logFormat, process.stdout, process.env),
  });
  try {
    const { startFrontend } = await import('./frontend.js');
    const frontend = await startFrontend(settings, { clock: realClock, log });
    const signal = await ending;
    log.log('info', 'stopping', { signal });
    await frontend.stop();
    return 0;
  } catch (thrown) {
    complain(thrown);
    return asMaglevError(thrown).code === 'MGL_USAGE' ? USAGE : FAILED;
  }
}

function complain(thrown: unknown): void {
  const { code, message, advice } = asMaglevError(thrown);
  process.stderr.write(`${program}: ${message}\n${advice} [${code}]\n`);
}

function printing(text: string): Promise<number> {
  return runPrinting(program, () => {
    process.stdout.write(`${text}\n`);
    return 0;
  });
}
