import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import tty from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { libcFunction } from '../../linux/libc.js';

const openpty = libcFunction('int openpty(void *, void *, void *, void *, void *)');
const ioctl = libcFunction('int ioctl(int, unsigned long, void *)');
const tcgetattr = libcFunction('int tcgetattr(int, void *)');

/** TIOCSWINSZ of asm-generic/ioctls.h: sets the size of a terminal. */
const setWindowSize = 0x5414;
/** Offset of c_lflag in struct termios, and two of its bits (asm-generic/termbits.h): lines are edited; keys are echoed. */
const localFlags = 12;
const ICANON = 0x2;
const ECHO = 0x8;

export interface TerminalOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Another Node than this one. */
  readonly node?: string;
}

/** A program on a terminal of its own, and what somebody sees and types there. */
export class PseudoTerminal {
  readonly #master: number;
  readonly #slave: number;
  readonly #stream: tty.ReadStream;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #output = '';
  #seen = 0;
  #waiting: (() => void) | null = null;

  /** Starts a compiled program of ours with these arguments. */
  constructor(program: string, argv: readonly string[], options: TerminalOptions = {}) {
    const pair = Buffer.alloc(8);
    if (openpty(pair, pair.subarray(4), null, null, null) < 0) throw new Error('no pseudo-terminal');
    this.#master = pair.readInt32LE(0);
    this.#slave = pair.readInt32LE(4);
    this.resize(options.rows ?? 24, options.columns ?? 80);
    this.#stream = new tty.ReadStream(this.#master);
    this.#stream.setEncoding('utf8');
    this.#stream.on('data', (text: string) => {
      this.#output += text;
      this.#waiting?.();
    });
    // When nobody has the other end open any more.
    this.#stream.on('error', () => {});
    this.#child = spawn('setsid', ['-c', options.node ?? process.execPath, program, ...argv], {
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', MAGLEV_HISTORY: '', ...options.env },
      stdio: [this.#slave, this.#slave, this.#slave],
    });
    this.#exit = once(this.#child, 'exit').then(([code]) => {
      this.#waiting?.();
      return code as number | null;
    });
  }

  /** Everything that was printed so far, as it came. */
  get raw(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  type(keys: string): void {
    this.#stream.write(keys);
  }

  /**
   * Waits until the text that came since the last call has this in it, and gives that text up to its end, without what moves
   * the cursor or colours. Rejects with what came when it takes too long.
   */
  async sees(expected: string | RegExp, withinMs = 15_000): Promise<string> {
    const found = () => {
      const text = this.#fresh();
      const match = typeof expected === 'string' ? text.indexOf(expected) : text.search(expected);
      return match < 0 ? null : text;
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#waiting?.();
    }, withinMs);
    try {
      for (;;) {
        const text = found();
        if (text !== null) {
          this.#seen = this.#output.length;
          return text;
        }
        if (late || this.#child.exitCode !== null) {
          // What the program wrote last may still be on its way.
          await new Promise((resolve) => setImmediate(resolve));
          if (found() !== null) continue;
          throw new Error(`${String(expected)} does not come; what came: ${JSON.stringify(this.#fresh())}`);
        }
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    } finally {
      this.#waiting = null;
      clearTimeout(timer);
    }
  }

  /** The exit code; null: ended by a signal. */
  ended(): Promise<number | null> {
    return this.#exit;
  }

  resize(rows: number, columns: number): void {
    const size = Buffer.alloc(8);
    size.writeUInt16LE(rows, 0);
    size.writeUInt16LE(columns, 2);
    ioctl(this.#master, BigInt(setWindowSize) as unknown as number, size);
  }

  /** Does the terminal edit lines and show keys, as it did before the program ran? */
  isAsBefore(): boolean {
    const termios = Buffer.alloc(128);
    if (tcgetattr(this.#slave, termios) < 0) throw new Error('the terminal has gone');
    const flags = termios.readUInt32LE(localFlags);
    return (flags & ICANON) !== 0 && (flags & ECHO) !== 0;
  }

  /** Is the program stopped, as by Ctrl-Z? A shell goes on with it only then, and so must a spec: else SIGCONT is lost. */
  isStopped(): boolean {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] === 'T';
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends what is left. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
    this.#stream.destroy();
    closeSync(this.#slave);
  }

  #fresh(): string {
    return stripVTControlCharacters(this.#output.slice(this.#seen)).replaceAll('\r', '');
  }
}
