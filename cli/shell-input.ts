import { Readable } from 'node:stream';
import type { KeySource } from './keys.js';

/** What becomes of the keys: they edit a line, wait for the next one, or go to whoever has grabbed them. */
type Mode = 'line' | 'waiting' | 'grabbed';

export interface Hooks {
  /** `?` was pressed where it asks for help; false: it is a character of the line. */
  readonly help: () => boolean;
  /** Ctrl-C was pressed while a command runs that takes no keys. */
  readonly interrupt: () => void;
  /** The terminal has gone. */
  readonly gone: () => void;
}

/**
 * All keys of a terminal. Node's line editor sees only those that are for it: it never gets a `?` that asks for help,
 * nothing that belongs to a command that is running, and nothing behind the end of a line before that line has been dealt with.
 */
export class ShellInput implements KeySource {
  readonly #stdin: NodeJS.ReadStream;
  readonly #hooks: Hooks;
  readonly #editor = new EditorInput(this);
  #mode: Mode = 'waiting';
  #held = '';
  #listener: (keys: string) => void = () => {};
  #quoted = false;

  constructor(stdin: NodeJS.ReadStream, hooks: Hooks) {
    this.#stdin = stdin;
    this.#hooks = hooks;
  }

  /** What the line editor reads from. */
  get editor(): NodeJS.ReadableStream {
    return this.#editor;
  }

  open(): void {
    this.#stdin.setRawMode(true);
    this.#stdin.setEncoding('utf8');
    this.#stdin.on('data', this.#hear);
    this.#stdin.on('end', this.#hooks.gone);
    this.#stdin.on('error', this.#hooks.gone);
    this.#stdin.resume();
  }

  close(): void {
    this.#stdin.off('data', this.#hear);
    this.#stdin.pause();
    this.#stdin.setRawMode(false);
  }

  /** The editor wants keys, or wants none for now. */
  edit(wanted: boolean): void {
    if (this.#mode === 'grabbed') return;
    this.#mode = wanted ? 'line' : 'waiting';
    // The editor wants them before it has put in what it offered for Tab.
    if (wanted) queueMicrotask(() => this.#pass());
  }

  readonly grab = (listener: (keys: string) => void): (() => void) => {
    const before = this.#mode;
    this.#mode = 'grabbed';
    this.#listener = listener;
    return () => {
      if (this.#listener !== listener) return;
      this.#listener = () => {};
      this.#mode = before;
    };
  };

  readonly #hear = (text: string): void => {
    if (this.#mode === 'grabbed') {
      this.#listener(text);
      return;
    }
    if (this.#mode === 'waiting' && text.includes('\u0003')) {
      this.#held = '';
      this.#hooks.interrupt();
      return;
    }
    this.#held += text;
    this.#pass();
  };

  /** Gives the editor what is for it, up to the end of a line: what comes behind that waits until it is asked for. */
  #pass(): void {
    while (this.#mode === 'line' && this.#held !== '') {
      const piece = firstPiece(this.#held);
      this.#held = this.#held.slice(piece.length);
      // Ctrl-V: the next key is a character of the line, whatever else it can mean.
      if (piece === '\u0016') this.#quoted = true;
      else if (piece === '?' && !this.#quoted && this.#hooks.help()) continue;
      else {
        this.#quoted = false;
        this.#editor.emit('data', Buffer.from(piece));
      }
    }
  }
}

/** Keys that mean something here: all others are passed on in one piece. */
const special = ['?', '\r', '\n', '\t', '\u0016', '\u001b'];

/** The rest of what a key such as an arrow sends: a control sequence (ECMA-48), or one character. */
const behindEscape = /^(?:\[[0-?]*[ -/]*[@-~]|O[\s\S]|[\s\S])?/;

/** What has to be dealt with by itself: a key that means something, what begins with escape, or the text before either. */
function firstPiece(keys: string): string {
  if (keys.startsWith('\u001b'))
    return keys.slice(0, 1 + (behindEscape.exec(keys.slice(1))?.[0].length ?? 0));
  if (special.includes(keys.charAt(0))) return keys.charAt(0);
  const places = special.map((key) => keys.indexOf(key)).filter((at) => at > 0);
  return keys.slice(0, Math.min(keys.length, ...places));
}

/** Looks like a terminal to Node's line editor. */
class EditorInput extends Readable {
  readonly #input: ShellInput;

  constructor(input: ShellInput) {
    super();
    this.#input = input;
  }

  override _read(): void {}

  override pause(): this {
    this.#input.edit(false);
    return this;
  }

  override resume(): this {
    this.#input.edit(true);
    return this;
  }
}
