import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

/** The programs as they were compiled: hundreds of files each. */
export const compiled = path.resolve(import.meta.dirname, '../../bin');

/** Those that specs start: where `npm test` has bundled them as packages do, which start in half of the time. */
export const programs = process.env['MAGLEV_PROGRAMS'] ?? compiled;

type ProgramName = 'maglevd' | 'maglevc' | 'maglevt' | 'maglev-vppsim' | 'maglevd-frontend';

export const programFile = (name: ProgramName, bin = programs) => path.join(bin, `${name}.js`);

/** Far above what anything here takes: when it is reached, what was waited for will not come. */
const PATIENCE_MS = 20_000;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real process of one of our programs. It is awaited by what it prints, never by a fixed delay. */
export class Process {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #over = false;

  constructor(
    readonly name: ProgramName,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    bin = programs,
  ) {
    this.#child = spawn(process.execPath, [programFile(name, bin), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
    });
    collect(this.#child.stdout, (line) => {
      this.lines.push(line);
      this.#wake();
    });
    collect(this.#child.stderr, (line) => this.errors.push(line));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#over = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it if it lives, and waits until it has. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd> {
    this.#child.kill(signal);
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    const end = await this.ended;
    clearTimeout(killer);
    return end;
  }

  /** Log records that were printed so far, from line `from` on. */
  records(event: string, from = 0): Record<string, unknown>[] {
    return this.lines.slice(from).flatMap((line) => {
      const record = parseRecord(line);
      return record !== null && this.#isRecord(line, event) ? [record] : [];
    });
  }

  /** The first record of that event from line `from` on that passes; waits for it. */
  async record(
    event: string,
    from = 0,
    passes: (record: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    const found = () => this.records(event, from).find(passes);
    await this.until(() => found() !== undefined, `record ${event}`);
    const record = found();
    if (record === undefined) throw new Error(`${event} vanished`);
    return record;
  }

  /** Where the first record of that event stands at or behind line `from`; waits for it. */
  async position(event: string, from: number): Promise<number> {
    const find = () => this.lines.findIndex((line, i) => i >= from && this.#isRecord(line, event));
    await this.until(() => find() >= 0, `record ${event}`);
    return find();
  }

  #isRecord(line: string, event: string): boolean {
    const record = parseRecord(line);
    return record !== null && (record['msg'] === event || record['event'] === event);
  }

  /** Resolves when the condition holds; looks again at every line that is printed. */
  until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const tail = () => [...this.lines.slice(-15), ...this.errors.slice(-15)].join('\n');
      const done = (error?: Error) => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = () => {
        if (condition()) done();
        else if (this.#over) done(new Error(`${this.name} ended while waiting for ${what}:\n${tail()}`));
      };
      const timer = setTimeout(
        () => done(new Error(`${this.name}: no ${what}; last lines:\n${tail()}`)),
        PATIENCE_MS,
      );
      this.#watchers.add(look);
      look();
    });
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Runs a program to its end. */
export async function run(
  name: Process['name'],
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  bin = programs,
): Promise<ProcessEnd & { readonly stdout: string; readonly stderr: string }> {
  const child = new Process(name, args, env, bin);
  const end = await child.ended;
  return { ...end, stdout: child.lines.join('\n'), stderr: child.errors.join('\n') };
}

function collect(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

function parseRecord(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
