import { createInterface, type Interface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import { versionLine } from '../program/build-info.js';
import type { StatusInfo } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { complete } from './complete.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { filterCandidates } from './filters.js';
import { helpHere } from './help-here.js';
import { appendHistory, historyFile, KEPT_LINES, readHistory } from './history.js';
import { page } from './pager.js';
import { Printer, usageError } from './printer.js';
import { hostOf, promptText } from './prompt.js';
import { runLine } from './run-line.js';
import { ShellInput } from './shell-input.js';
import { errorText, type Line, plain } from './text.js';
import { tokensOf, wordsOfLine } from './tokens.js';

/** Nobody waits longer for a prompt, or for what Tab offers, in milliseconds. */
const PATIENCE_MS = 1_000;
/** How often the prompt of a shell that nobody types in is brought up to date, in milliseconds. */
const REFRESH_MS = 3_000;

/** Commands that somebody types, one after the other. */
export class Shell {
  readonly #context: Context;
  readonly #screen: NodeJS.WriteStream;
  readonly #input: ShellInput;
  readonly #editor: Interface;
  readonly #history: string | null;
  readonly #host: string;
  #prompt = '';
  /** What was said of a daemon that cannot be reached, so that it is said once; null: it can. */
  #trouble: string | null = null;
  #ended = false;
  /** Takes the next line; null: nobody waits for one. */
  #take: ((line: string | null) => void) | null = null;

  constructor(context: Context, stdin: NodeJS.ReadStream, screen: NodeJS.WriteStream) {
    const { env, hostname = 'maglevc' } = context.surroundings;
    this.#screen = screen;
    this.#history = historyFile(env);
    this.#host = context.servers.map(({ address }) => hostOf(address, hostname)).join(',');
    this.#input = new ShellInput(stdin, {
      help: () => this.#askForHelp(),
      interrupt: () => this.#interrupt(),
      gone: () => this.#leave(),
    });
    const printer = context.printer.with({ inShell: true });
    this.#context = { ...context, printer, keys: this.#input };
    this.#editor = createInterface({
      input: this.#input.editor,
      output: screen,
      terminal: true,
      history: readHistory(this.#history),
      historySize: KEPT_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string, give: (error: null, result: [string[], string]) => void) => {
        const answer = (result: [string[], string]) => {
          if (!this.#ended) give(null, result);
        };
        this.#candidates(line).then(answer, () => answer([[], line]));
      },
    });
    this.#editor.on('SIGINT', () => this.#clearLine());
    this.#editor.on('close', () => this.#leave());
    this.#editor.on('line', (line) => this.#take?.(line));
  }

  async run(): Promise<ExitCode> {
    this.#input.open();
    this.#context.printer.print([
      [plain(versionLine('maglevc'))],
      [plain('? shows what can come next, Tab completes, Ctrl-D leaves; try: show status')],
    ]);
    try {
      await this.#refresh();
      while (!this.#ended) {
        const line = await this.#nextLine();
        if (line === null || (await this.#runLine(line))) break;
        await this.#refresh();
      }
    } finally {
      this.#ended = true;
      this.#editor.close();
      this.#input.close();
    }
    return exitCodes.ok;
  }

  #nextLine(): Promise<string | null> {
    const { clock } = this.#context.surroundings;
    return new Promise((resolve) => {
      let cancel = () => {};
      const look = () => {
        cancel = clock.schedule(REFRESH_MS, () => {
          void this.#refreshWhileWaiting().then(() => {
            if (this.#take === take) look();
          });
        });
      };
      const take = (line: string | null) => {
        cancel();
        this.#take = null;
        // From Node 24 on, an editor that is closed throws at whatever is asked of it.
        if (!this.#ended) this.#editor.pause();
        resolve(line);
      };
      this.#take = take;
      look();
      this.#editor.setPrompt(this.#prompt);
      this.#editor.prompt();
    });
  }

  /** Gives whether the shell is left by it. */
  async #runLine(line: string): Promise<boolean> {
    appendHistory(this.#history, line);
    const words = wordsOfLine(line);
    if (isLeft(words)) {
      this.#context.printer.complain(usageError(words.left));
      return false;
    }
    if (words.right.length === 0) return false;
    const paged = new PagedOutput(this.#screen);
    const { surroundings, options } = this.#context;
    const direct: Context = {
      ...this.#context,
      // Whoever takes keys also wants to be seen at once.
      keys: {
        grab: (listener) => {
          paged.flush();
          return this.#input.grab(listener);
        },
      },
      surroundings: { ...surroundings, stdout: paged, stderr: paged },
      printer: new Printer({ ...surroundings, stdout: paged, stderr: paged }, { ...options, inShell: true }),
    };
    const { leave } = await runLine(direct, words.right);
    await page(paged.rest(), this.#screen, this.#input);
    return leave;
  }

  /** What Tab offers for the last word. One that is complete gets a blank behind it. */
  async #candidates(line: string): Promise<[string[], string]> {
    const { words, begun, open } = tokensOf(line);
    const typed = open + begun;
    const bar = words.lastIndexOf('|');
    const all =
      bar >= 0
        ? filterCandidates.filter(({ text }) => bar === words.length - 1 && text.startsWith(begun))
        : await complete(this.#context.grammar, words, begun, () => this.#quickClient());
    const texts = all.map(({ text }) =>
      open !== '' && !text.startsWith("'") ? `${open}${text}${open}` : text,
    );
    return [texts.length === 1 ? texts.map((text) => `${text} `) : texts, typed];
  }

  /** `?`: the line stays as it is, and below it stands what can come next. In quotes it is a character. */
  #askForHelp(): boolean {
    const { line, cursor } = this.#editor;
    const before = line.slice(0, cursor);
    if (tokensOf(before).open !== '') return false;
    this.#editor.pause();
    void helpHere(this.#context.grammar, before, () => this.#quickClient()).then((lines) => {
      if (this.#ended) return;
      this.#aside(`${this.#prompt}${line}?\n${this.#rendered(lines)}`);
      this.#editor.resume();
    });
    return true;
  }

  /** Prints something where the line is being typed, and the line again below it. */
  #aside(text: string): void {
    const { line, cursor } = this.#editor;
    this.#emptyLine();
    this.#screen.write(`\r\u001b[K${text}`);
    this.#editor.prompt();
    this.#editor.write(line);
    for (let i = line.length; i > cursor; i--) this.#editor.write(null, { name: 'left' });
  }

  #emptyLine(): void {
    this.#editor.write(null, { ctrl: true, name: 'e' });
    this.#editor.write(null, { ctrl: true, name: 'u' });
  }

  /** Ctrl-C: what was typed stays to be seen, and a new line begins. */
  #clearLine(): void {
    const { line } = this.#editor;
    this.#emptyLine();
    this.#screen.write(`\r\u001b[K${this.#prompt}${line}^C\n`);
    this.#editor.prompt();
  }

  /** Ctrl-C while a command waits for an answer: it fails at once. What it has asked for may be done all the same. */
  #interrupt(): void {
    this.#screen.write('^C\n');
    for (const server of this.#context.servers) server.close();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#take !== null) this.#screen.write('\n');
    this.#take?.(null);
  }

  #quickClient() {
    return this.#context.servers[0].clientFor(PATIENCE_MS);
  }

  /** Learns how things are, for the prompt; says what is new of a daemon that comes and goes. */
  async #refresh(): Promise<Line | null> {
    const [server, ...others] = this.#context.servers;
    let status: StatusInfo | null = null;
    let trouble: string | null = null;
    try {
      status = await (await this.#quickClient()).getStatus();
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) trouble = thrown instanceof Error ? thrown.message : String(thrown);
      else trouble = `${thrown.message} [${thrown.code}]`;
      // gRPC waits longer and longer before it tries again: a new connection tries at once.
      server.close();
    }
    const before = this.#trouble;
    this.#trouble = trouble;
    const prompt: Line = others.length > 0 ? [plain(`${this.#host}> `)] : promptText(this.#host, status);
    this.#prompt = this.#rendered([prompt]).trimEnd().concat(' ');
    const news: Line | null =
      trouble !== null && before === null
        ? [errorText(`maglevd is lost: ${trouble}`)]
        : trouble === null && before !== null
          ? [plain('maglevd is back')]
          : null;
    if (news !== null && this.#take === null) this.#context.printer.print([news]);
    return news;
  }

  async #refreshWhileWaiting(): Promise<void> {
    const before = this.#prompt;
    const news = await this.#refresh();
    if (this.#take === null) return;
    this.#editor.setPrompt(this.#prompt);
    if (news !== null) this.#aside(this.#rendered([news]));
    else if (this.#prompt !== before) this.#editor.prompt(true);
  }

  #rendered(lines: readonly Line[]): string {
    return this.#context.printer.rendered(lines);
  }
}

/** What a command prints, kept until it is known how much it is. */
class PagedOutput {
  readonly #screen: NodeJS.WriteStream;
  #text = '';
  #direct = false;

  constructor(screen: NodeJS.WriteStream) {
    this.#screen = screen;
  }

  get isTTY(): boolean {
    return this.#screen.isTTY;
  }

  get columns(): number {
    return this.#screen.columns;
  }

  get rows(): number {
    return this.#screen.rows;
  }

  readonly write = (text: string): void => {
    if (this.#direct) this.#screen.write(text);
    else this.#text += text;
  };

  readonly on = (event: 'error' | 'resize', listener: () => void) => this.#screen.on(event, listener);

  readonly off = (event: 'error' | 'resize', listener: () => void) => this.#screen.off(event, listener);

  /** From now on everything goes to the terminal at once. */
  flush(): void {
    this.#screen.write(this.rest());
    this.#direct = true;
  }

  /** What has not been printed yet. */
  rest(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
