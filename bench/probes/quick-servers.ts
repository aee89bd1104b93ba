import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** No port that the kernel chooses for clients, and none of the other servers of the benches. */
const PORT = 17_900;
/** Commands in one line; HAProxy takes 16 kB. */
const MOST_IN_A_LINE = 150;

/**
 * HTTP servers on every loopback address that answer at once: HAProxy's, because forty of Node's that are asked in one moment take
 * eight milliseconds, which then look like the prober's. Those that fail answer 503.
 */
export class QuickServers {
  readonly port = PORT;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'maglev-servers-'));
  readonly #control = path.join(this.#folder, 'control');
  readonly #failed = path.join(this.#folder, 'failed');
  readonly #child;

  private constructor() {
    const lines = [
      'global',
      // Left over by a bench that was killed, another one would answer half of the probes, and know nothing of who fails.
      '  noreuseport',
      '  nbthread 1',
      '  maxconn 8000',
      `  stats socket ${this.#control} level admin`,
      'defaults',
      '  mode http',
      '  timeout client 10s',
      'frontend servers',
      `  bind 0.0.0.0:${PORT} backlog 4096`,
      `  http-request return status 503 if { dst -m ip -f ${this.#failed} }`,
      '  http-request return status 200 content-type text/plain string well',
    ];
    const config = path.join(this.#folder, 'haproxy.cfg');
    writeFileSync(this.#failed, '');
    writeFileSync(config, `${lines.join('\n')}\n`);
    this.#child = spawn('haproxy', ['-q', '-db', '-f', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Rejects where HAProxy is not installed, or cannot listen. */
  static async start(): Promise<QuickServers> {
    const servers = new QuickServers();
    const ended = once(servers.#child, 'exit').then(() => Promise.reject(new Error('haproxy ended early')));
    await Promise.race([ended, servers.#listening()]);
    ended.catch(() => {});
    return servers;
  }

  /** From now on it answers 503, too. */
  async fail(address: string): Promise<void> {
    await this.#say(`add acl ${this.#failed} ${address}`);
  }

  /** From one moment on these answer 503, and all others are well. */
  async failTogether(addresses: readonly string[]): Promise<void> {
    const answer = await this.#say(`prepare acl ${this.#failed}`);
    const version = /version created: (\d+)/i.exec(answer)?.[1];
    if (version === undefined) throw new Error(`haproxy: ${answer}`);
    for (let from = 0; from < addresses.length; from += MOST_IN_A_LINE) {
      const some = addresses.slice(from, from + MOST_IN_A_LINE);
      await this.#say(some.map((address) => `add acl @${version} ${this.#failed} ${address}`).join(';'));
    }
    await this.#say(`commit acl @${version} ${this.#failed}`);
  }

  end(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #listening(): Promise<void> {
    for (;;) {
      try {
        await this.#say('show version');
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #say(line: string): Promise<string> {
    const socket = connect(this.#control);
    socket.end(`${line}\n`);
    return text(socket);
  }
}
