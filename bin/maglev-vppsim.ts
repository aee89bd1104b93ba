#!/usr/bin/env node
import { realClock } from '../clock/real-clock.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import { versionLine } from '../program/build-info.js';
import { lineLog } from '../program/line-log.js';
import { sinkOf } from '../program/line-sink.js';
import { jsonLine } from '../program/log-format.js';
import { outliveReaders, runPrinting } from '../program/output.js';
import { nameProcess } from '../program/process-name.js';
import { runInForeground } from '../sim/foreground.js';
import { runRemoteCommand } from '../sim/remote-command.js';
import { parseSimulatorFlags, type SimulatorFlags, simulatorHelp } from '../sim/simulator-flags.js';

const USAGE = 2;
const program = 'maglev-vppsim';

nameProcess(program);
const flags = parseFlags();
if (flags === null) process.exitCode = await runPrinting(program, () => USAGE);
else if (flags.help) process.exitCode = await printed(simulatorHelp);
else if (flags.showVersion) process.exitCode = await printed(`${versionLine(program)}\n`);
else if (flags.command !== null) process.exitCode = await commanded(flags.socket, flags.command);
else await serve(flags);

function parseFlags(): SimulatorFlags | null {
  try {
    return parseSimulatorFlags(process.argv.slice(2));
  } catch (thrown) {
    complain(asMaglevError(thrown));
    return null;
  }
}

function printed(text: string): Promise<number> {
  return runPrinting(program, () => {
    process.stdout.write(text);
    return 0;
  });
}

function commanded(socket: string, command: string): Promise<number> {
  return runPrinting(program, async () => {
    try {
      const { retval, reply } = await runRemoteCommand(socket, command, realClock);
      process.stdout.write(reply);
      return retval === 0 ? 0 : 1;
    } catch (thrown) {
      complain(asMaglevError(thrown));
      return 1;
    }
  });
}

async function serve(flags: SimulatorFlags): Promise<void> {
  outliveReaders();
  const sink = sinkOf(process.stderr);
  const log = lineLog({ clock: realClock, level: flags.logLevel, sink, format: jsonLine('event') });
  try {
    await runInForeground(flags, realClock, log);
  } catch (thrown) {
    complain(asMaglevError(thrown));
    process.exitCode = 1;
  }
}

function complain({ message, advice, code }: MaglevError): void {
  process.stderr.write(`${program}: ${message}\n${advice} (${code})\n`);
}
