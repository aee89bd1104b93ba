import { request } from 'node:http';

interface Asked {
  readonly at: number;
  readonly vip: string;
  readonly ok: boolean;
}

const PATIENCE_MS = 3000;

/** Clients that ask a VIP again and again, each time over a new connection. */
export class Clients {
  readonly #asked: Asked[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(vips: readonly (readonly [address: string, port: number])[], everyMs: number) {
    this.#timer = setInterval(() => {
      for (const [address, port] of vips) this.#ask(address, port);
    }, everyMs);
  }

  /** Requests that were sent since, and those of them that failed. */
  since(at: number): { readonly sent: number; readonly failed: readonly string[] } {
    const own = this.#asked.filter((one) => one.at >= at);
    return { sent: own.length, failed: own.filter(({ ok }) => !ok).map(({ vip }) => vip) };
  }

  get total() {
    const failed = this.#asked.filter(({ ok }) => !ok).length;
    return { sent: this.#asked.length, failed };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ask(host: string, port: number): void {
    const at = performance.now();
    let over = false;
    const done = (ok: boolean) => {
      if (!over) this.#asked.push({ at, vip: `${host}:${port}`, ok });
      over = true;
    };
    const asked = request({ host, port, agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume().once('end', () => done(response.statusCode === 200));
    });
    asked.once('error', () => done(false));
    asked.once('timeout', () => asked.destroy());
    asked.end();
  }
}
