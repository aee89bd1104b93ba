/** The terminal that somebody sits at, and what happens to the program because of it. */
export interface Terminal {
  readonly size: () => { readonly rows: number; readonly columns: number };
  /** It does not take more at the moment. */
  readonly isFull: () => boolean;
  readonly write: (text: string) => void;
  /** Keys come one by one from now on, and are not echoed. */
  readonly grab: (keys: (text: string) => void) => void;
  readonly release: () => void;
  readonly onResize: (changed: () => void) => void;
  /** Lets the shell have the terminal, until it says that we go on. */
  readonly stop: () => void;
  readonly onContinue: (goesOn: () => void) => void;
}

/** What a terminal has when nobody says how large it is. */
const UNKNOWN_SIZE = { rows: 24, columns: 80 } as const;

export function terminalOf(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Terminal {
  let listener: ((chunk: Buffer) => void) | null = null;
  // A terminal that has gone is told by an error, and then there are no keys any more.
  const ignore = () => {};
  return {
    size: () => {
      const { rows, columns } = stdout;
      return rows > 0 && columns > 0 ? { rows, columns } : UNKNOWN_SIZE;
    },
    isFull: () => stdout.writableNeedDrain,
    write: (text) => {
      stdout.write(text);
    },
    grab: (keys) => {
      if (!stdin.isTTY || listener !== null) return;
      listener = (chunk) => keys(chunk.toString('latin1'));
      stdin.setRawMode(true);
      stdin.on('data', listener);
      stdin.on('error', ignore);
      stdin.resume();
    },
    release: () => {
      if (listener === null) return;
      stdin.off('data', listener);
      listener = null;
      stdin.pause();
      stdin.setRawMode(false);
    },
    onResize: (changed) => stdout.on('resize', changed),
    stop: () => process.kill(process.pid, 'SIGSTOP'),
    onContinue: (goesOn) => process.on('SIGCONT', goesOn),
  };
}

const ESCAPE = '\u001b';

/** The keys that a terminal has sent at once: characters, and sequences such as those of arrows. */
export function keysIn(text: string): string[] {
  const keys: string[] = [];
  let rest = text;
  while (rest !== '') {
    const sequence = rest.startsWith(ESCAPE) ? (/^\[[0-9;]*[A-Za-z~]/.exec(rest.slice(1))?.[0] ?? '') : '';
    const key = sequence === '' ? rest.slice(0, 1) : `${ESCAPE}${sequence}`;
    keys.push(key);
    rest = rest.slice(key.length);
  }
  return keys;
}
