import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Why this machine cannot make network namespaces; null = it can. */
export function namespacesRefused(): string | null {
  const name = `maglev-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Namespaces of one spec, with servers in them. */
export class Namespaces {
  readonly #names: string[] = [];
  readonly #servers: Worker[] = [];
  #count = 0;

  /** Reserves a name; nothing has it yet. */
  name(): string {
    const name = `maglev-spec-${process.pid}-${++this.#count}`;
    this.#names.push(name);
    return name;
  }

  /** A namespace whose loopback works. */
  make(name = this.name()): string {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  /** Takes the name away; the namespace lives on while somebody is in it. */
  remove(name: string): void {
    ip('netns', 'del', name);
  }

  /** Runs a program in the namespace. */
  exec(name: string, ...command: readonly string[]): void {
    ip('netns', 'exec', name, ...command);
  }

  /** A server in the namespace that accepts connections and says nothing; answers its port. */
  async server(name: string): Promise<number> {
    const worker = new Worker(new URL('./namespace-server.js', import.meta.url), { workerData: name });
    this.#servers.push(worker);
    const [port]: unknown[] = await once(worker, 'message');
    return Number(port);
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((worker) => worker.terminate()));
    for (const name of this.#names.splice(0)) spawnSync('ip', ['netns', 'del', name]);
  }
}

/** Runs ip(8). Throws with what it says when it fails. */
export function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
