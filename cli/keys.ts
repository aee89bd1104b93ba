/** Whatever gives the keys that somebody presses. */
export interface KeySource {
  /** Every key goes to the listener, until what is returned is called. */
  readonly grab: (listener: (keys: string) => void) => () => void;
}

/**
 * Keys of a terminal that is read by nobody else, one by one and without echo. When the program ends, whatever the reason
 * is, Node gives the terminal back as it was.
 */
export function keysOf(stdin: NodeJS.ReadStream): KeySource {
  return {
    grab: (listener) => {
      const hear = (chunk: Buffer | string) => listener(chunk.toString());
      // A terminal that has gone is told by an error, and then there are no keys any more.
      const ignore = () => {};
      stdin.setRawMode(true);
      stdin.on('data', hear);
      stdin.on('error', ignore);
      stdin.resume();
      return () => {
        stdin.off('data', hear);
        stdin.pause();
        stdin.setRawMode(false);
        stdin.off('error', ignore);
      };
    },
  };
}

/** Asks, and takes the first key for the answer: only `y` is a yes. */
export function askYes(
  keys: KeySource,
  question: string,
  write: (text: string) => unknown,
): Promise<boolean> {
  return new Promise((resolve) => {
    write(`${question} [y/N] `);
    const release = keys.grab((text) => {
      const yes = /^y/i.test(text);
      release();
      write(yes ? 'yes\n' : 'no\n');
      resolve(yes);
    });
  });
}
