import { runMaglevc } from '../../cli/maglevc.js';
import { realClock } from '../../clock/real-clock.js';
import type { Clock } from '../../protocol/clock.js';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Are both outputs terminals? */
  readonly terminal?: boolean;
  /** Of such a terminal. */
  readonly columns?: number;
  readonly clock?: Clock;
}

/** One command line of maglevc, run in this process. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  let out = '';
  let err = '';
  const isTTY = options.terminal ?? false;
  const code = await runMaglevc({
    argv,
    env: options.env ?? {},
    clock: options.clock ?? realClock,
    stdout: {
      isTTY,
      columns: options.columns,
      write: (text) => {
        out += text;
      },
    },
    stderr: {
      isTTY,
      write: (text) => {
        err += text;
      },
    },
  });
  return { code, stdout: out, stderr: err };
}

/** A text of several lines as it stands in a spec: without the first line break and the common indent. */
export function block(text: string): string {
  const lines = text.replace(/^\n/, '').replace(/[ ]*$/, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}
