import { setFlagsFromString } from 'node:v8';
import { asMaglevError } from '../domain/errors.js';
import { versionLine } from '../program/build-info.js';
import { runPrinting } from '../program/output.js';
import type { DaemonWorld } from './daemon.js';
import { type DaemonCommand, parseDaemonCommand } from './flags.js';

const USAGE = 64;

const complain = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Does what the command line says, and gives the exit code; see docs/user-guide.md. What takes long to load is loaded by
 * whoever needs it: a version is told at once.
 */
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
        optimizeLater();
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
        const { realClock } = await import('../clock/real-clock.js');
        const { lines, exitCode } = await planOffline(config, vppApiAddress, realClock);
        print(lines);
        return exitCode;
      });
    }
    case 'run': {
      const { settings } = command;
      return import('./run.js').then(({ run }) => run(settings, onSignal));
    }
  }
}

/**
 * A check is over before most of what V8 optimizes has paid for that, which was a quarter of its CPU: functions have to be used more for
 * it. Node 20 optimizes early; later releases do so in steps, and do not know this flag.
 */
function optimizeLater(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=600000');
}

/** Prints the form in which the token on standard input is kept. */
async function hashToken(): Promise<number> {
  const { hashOfToken, tokenRule } = await import('../domain/token-list.js');
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
