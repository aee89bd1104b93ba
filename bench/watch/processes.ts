import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { CrowdOrder, CrowdReport, Order, Report } from './orders.js';

/** A process that does one thing after the other, and says what came of it. */
export interface Worker<Task, Result> {
  /** What it said when it was ready. */
  readonly first: string;
  readonly ask: (task: Task) => Promise<Result>;
  readonly end: () => void;
}

/** The one that tells events; `first` is its address. */
export function startServer(): Promise<Worker<Order, Report>> {
  return start('server-main.js', []);
}

/** A crowd of subscribers of that address. */
export function startCrowd(address: string): Promise<Worker<CrowdOrder, CrowdReport>> {
  return start('crowd-main.js', [address]);
}

async function start<Task, Result>(file: string, args: string[]): Promise<Worker<Task, Result>> {
  const child = fork(path.join(import.meta.dirname, file), args, { execArgv: ['--expose-gc'] });
  const [first] = (await once(child, 'message')) as [string];
  return {
    first,
    ask: async (task) => {
      const answer = once(child, 'message');
      child.send(task as object);
      const [result] = (await answer) as [Result];
      return result;
    },
    end: () => child.disconnect(),
  };
}
