import type { Cancel, Clock } from '../protocol/clock.js';
import type { FreshProblem, Run } from './run.js';
import { clockText } from './screen/board.js';
import { summaryLines, type Verdict, vipRecord, wholeRecord } from './summary.js';
import type { Vip } from './vip.js';

/** What is printed of a run that nobody looks at. */
export interface Printer {
  readonly problem: (problem: FreshProblem) => void;
  /** Begins to tell how it goes. */
  readonly follow: (run: Run) => Cancel;
  readonly end: (run: Run, verdict: Verdict) => void;
}

export interface PrinterOptions {
  readonly clock: Clock;
  readonly vips: readonly Vip[];
  readonly print: (line: string) => void;
}

const EVERY_MS = 1000;

/** One JSON document a line. */
export function jsonPrinter({ clock, vips, print }: PrinterOptions): Printer {
  const tell = (type: string, at: number, fields: object) =>
    print(JSON.stringify({ type, time: new Date(at).toISOString(), ...fields }));
  const records = (run: Run, record: typeof vipRecord) =>
    vips.flatMap((vip, i) => {
      const score = run.scores[i];
      return score === undefined ? [] : [record(vip, score, clock.monotonic())];
    });
  return {
    problem: ({ at, ...problem }) => tell('problem', at, problem),
    follow: (run) => {
      let cancel: Cancel = () => {};
      const next = () => {
        cancel = clock.schedule(EVERY_MS, () => {
          for (const record of records(run, vipRecord)) tell('vip', clock.now(), record);
          next();
        });
      };
      next();
      return () => cancel();
    },
    end: (run, { below, ...verdict }) => {
      const seconds = run.elapsedMs / 1000;
      const fields = { seconds, ...verdict, met: below.length === 0, below, vips: records(run, wholeRecord) };
      tell('summary', clock.now(), fields);
    },
  };
}

/** Problems as they come, the same one again once a second, and what it came to. */
export function textPrinter({ clock, vips, print }: PrinterOptions): Printer {
  const last = new Map<string, { readonly words: string; readonly at: number; untold: number }>();
  return {
    problem: ({ at, kind, vip, detail }) => {
      // How long a spike took is another number each time.
      const words = kind === 'spike' ? kind : `${kind} ${detail}`;
      const before = last.get(vip);
      if (before?.words === words && at - before.at < EVERY_MS) {
        before.untold++;
        return;
      }
      const again = before?.words === words && before.untold > 0 ? ` (${before.untold + 1} times)` : '';
      last.set(vip, { words, at, untold: 0 });
      print(`${clockText(at)} ${kind.padEnd(9)} ${vip}: ${detail}${again}`);
    },
    follow: () => () => {},
    end: (run, verdict) => {
      const { elapsedMs } = run;
      for (const line of summaryLines(vips, run.scores, { verdict, elapsedMs, now: clock.monotonic() }))
        print(line);
    },
  };
}
