import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const bin = path.resolve(import.meta.dirname, '../bin');

export type ProgramName = 'maglevd' | 'maglevc' | 'maglev-vppsim' | 'maglevd-frontend';
export type LogRecord = Readonly<Record<string, unknown>>;

/** One of our programs, running. */
export class Program {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(record: LogRecord) => void>();
  #complaints = '';
  #over = false;

  constructor(
    readonly name: ProgramName,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    // Its own process group: a Ctrl-C at the terminal reaches the demo only, which ends its programs in order.
    const child = spawn(process.execPath, [path.join(bin, `${name}.js`), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#over = true;
        resolve(code);
      });
    });
  }

  /** Calls `listener` with every log record from now on. */
  onRecord(listener: (record: LogRecord) => void): void {
    this.#listeners.add(listener);
  }

  /** The next record that passes; rejects when the program ends without one. */
  async next(passes: (record: LogRecord) => boolean): Promise<LogRecord> {
    const record = await Promise.race([
      new Promise<LogRecord>((resolve) => {
        const listener = (one: LogRecord) => {
          if (!passes(one)) return;
          this.#listeners.delete(listener);
          resolve(one);
        };
        this.#listeners.add(listener);
      }),
      this.ended.then(() => null),
    ]);
    if (record === null)
      throw new Error(`${this.name} ended early: ${this.#complaints.trim() || 'it said nothing'}`);
    return record;
  }

  async end(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(force);
  }

  #take(line: string): void {
    let record: LogRecord;
    try {
      record = JSON.parse(line);
    } catch {
      return;
    }
    for (const listener of [...this.#listeners]) listener(record);
  }
}

/** Runs a program to its end and gives what it printed; rejects when it fails. */
export function output(name: ProgramName, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(bin, `${name}.js`), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaints += chunk;
    });
    child.once('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${name} ${args.join(' ')}: ${complaints.trim()}`));
    });
  });
}
